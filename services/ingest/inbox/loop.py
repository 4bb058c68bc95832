"""What fills the inboxes, and takes entries to people who are not at the desk."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine

from services.ingest.accounts.store import accounts
from services.ingest.desk_kit import people
from services.ingest.inbox import mail, push, rules
from services.ingest.inbox.store import browsers, choices, deliveries, entries, happenings
from services.ingest.inbox.store.deliveries import MAIL, PUSH, DeliveryState
from services.ingest.kit.actors import Account
from services.ingest.kit.fetching import Fetcher
from shared import clock
from shared.database import read
from shared.settings import get_settings
from shared.telemetry import log

# A push service that is slow holds up no other one.
_PUSHED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class _Ready:
    """What goes to a person through one channel, in hand `until` then."""

    who: Account
    rows: list[Any]
    shown: list[Any]
    until: datetime


def work(engine: Engine) -> bool:
    """Tell people of what happened and of what is due; True while there may be more."""
    more = happenings.follow(engine)
    happenings.note_deadlines(engine, clock.moment())
    return more


def send_mail(engine: Engine) -> None:
    """Send what is due, one message a person."""
    if not get_settings().smtp_host:
        deliveries.end_waiting(engine, MAIL)
    for ready in _ready(engine, MAIL):
        if not _mail(engine, ready):
            # A server that fails now would fail for the rest as well.
            return


def send_push(engine: Engine, fetcher: Fetcher) -> None:
    """Send what is due, one message a browser."""
    with ThreadPoolExecutor(_PUSHED_AT_ONCE, thread_name_prefix="push") as pool:
        for _ in pool.map(partial(_push, engine, fetcher), _ready(engine, PUSH)):
            pass


def _ready(engine: Engine, way: str) -> Iterator[_Ready]:
    """What is due that way and still wanted, each taken in hand as it is asked for."""
    deliveries.settle_interrupted(engine, way)
    for rows in deliveries.due(engine, way):
        ready = _taken(engine, way, rows)
        if ready is not None:
            yield ready


def _taken(engine: Engine, way: str, rows: list[Any]) -> _Ready | None:
    user_id, now = rows[0].user_id, clock.moment()
    with read(engine) as connection:
        who, choice = accounts.standing(connection, user_id), choices.of(connection, user_id)
    kinds = choice.mail if way == MAIL else choice.push
    stays = {row.entry_id for row in rows if row.read_at is None and row.kind in kinds}
    if who is None or (way == MAIL and choices.refusals(engine, [user_id])):
        stays = set()
    if unwanted := [row for row in rows if row.entry_id not in stays]:
        deliveries.end(engine, unwanted, DeliveryState.unwanted)
    wanted = [row for row in rows if row.entry_id in stays]
    if who is None or not wanted:
        return None
    if ends := rules.quiet_end(choice, now):
        deliveries.wait(engine, wanted, ends)
        return None
    mine, until = deliveries.claim(engine, wanted)
    shown = entries.some(engine, who, [row.entry_id for row in mine])
    if mine and not shown:
        deliveries.end(engine, mine, DeliveryState.unwanted)
    return _Ready(who, mine, shown, until) if shown else None


def _mail(engine: Engine, ready: _Ready) -> bool:
    """Whether the mail server works, as far as is known."""
    who, rows = ready.who, ready.rows
    hand_over = partial(deliveries.hand_over, engine, rows, ready.until)
    try:
        mail.send(mail.letter(ready.shown, _names(engine, ready), who.email), who.email, hand_over)
    except mail.Failed as failure:
        log.warning("e-mail not sent", user=who.id, reason=str(failure))
        deliveries.failed(engine, rows, str(failure))
        return False
    except mail.InDoubt as failure:
        log.warning("nobody knows whether an e-mail arrived", user=who.id, reason=str(failure))
        deliveries.end(engine, rows, DeliveryState.in_doubt, str(failure))
        return False
    except mail.AddressRefused as refusal:
        log.warning("address refused", user=who.id, reason=str(refusal))
        choices.refused(engine, who.id, who.email, str(refusal))
        deliveries.end(engine, rows, DeliveryState.refused, str(refusal))
    except mail.NotInHand:
        pass
    else:
        deliveries.end(engine, rows, DeliveryState.sent)
    return True


def _push(engine: Engine, fetcher: Fetcher, ready: _Ready) -> None:
    who, rows = ready.who, ready.rows
    browser = browsers.one(engine, int(rows[0].channel.partition(":")[2]), who.id)
    if browser is None:
        deliveries.end(engine, rows, DeliveryState.unwanted)
        return
    message = push.notice(ready.shown, _names(engine, ready))
    if not deliveries.hand_over(engine, rows, ready.until):
        return
    try:
        push.send(fetcher, browser, message)
    except mail.Failed as failure:
        log.warning("notice not sent", user=who.id, reason=str(failure))
        deliveries.failed(engine, rows, str(failure))
    except mail.InDoubt as failure:
        log.warning("nobody knows whether a notice arrived", user=who.id, reason=str(failure))
        deliveries.end(engine, rows, DeliveryState.in_doubt, str(failure))
    except push.SubscriptionEnded:
        browsers.remove(engine, browser.id, who.id)
        deliveries.end(engine, rows, DeliveryState.refused, "Trình duyệt đã thôi nhận thông báo.")
    else:
        deliveries.end(engine, rows, DeliveryState.sent)
        browsers.heard_of(engine, browser.id, clock.moment())


def _names(engine: Engine, ready: _Ready) -> dict[str, str]:
    return dict(people.names(engine, {row.actor for row in ready.shown if row.actor}))
