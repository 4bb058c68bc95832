"""What fills the inboxes, and takes entries to people who are not at the desk."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine

from services.ingest.accounts.store import accounts
from services.ingest.desk_kit import people
from services.ingest.inbox import mail, rules
from services.ingest.inbox.store import choices, deliveries, entries, happenings
from services.ingest.inbox.store.deliveries import DeliveryState
from services.ingest.kit.actors import Account
from shared import clock
from shared.database import read
from shared.telemetry import log


def work(engine: Engine) -> bool:
    """Tell people of what happened and of what is due; True while there may be more."""
    more = happenings.follow(engine)
    happenings.note_deadlines(engine, clock.moment())
    return more


def send_mail(engine: Engine) -> None:
    """Send what is due, one message a person."""
    deliveries.settle_interrupted(engine)
    for user_id, rows in deliveries.due(engine).items():
        if not _mail(engine, user_id, rows):
            # A server that fails now would fail for the rest as well.
            return


def _mail(engine: Engine, user_id: int, rows: list[Any]) -> bool:
    """Whether the mail server works, as far as is known."""
    now = clock.moment()
    with read(engine) as connection:
        who, choice = accounts.standing(connection, user_id), choices.of(connection, user_id)
    stays = {row.entry_id for row in rows if row.read_at is None and row.kind in choice.mail}
    if who is None or choices.refusals(engine, [user_id]):
        stays = set()
    if unwanted := [row for row in rows if row.entry_id not in stays]:
        deliveries.end(engine, unwanted, DeliveryState.unwanted)
    wanted = [row for row in rows if row.entry_id in stays]
    if who is None or not wanted:
        return True
    if ends := rules.quiet_end(choice, now):
        deliveries.wait(engine, wanted, ends)
        return True
    mine, until = deliveries.claim(engine, wanted)
    return not mine or _send(engine, who, mine, until)


def _send(engine: Engine, who: Account, rows: list[Any], until: datetime) -> bool:
    shown = entries.some(engine, who, [row.entry_id for row in rows])
    if not shown:
        deliveries.end(engine, rows, DeliveryState.unwanted)
        return True
    names = people.names(engine, {row.actor for row in shown if row.actor})
    hand_over = partial(deliveries.hand_over, engine, rows, until)
    try:
        mail.send(mail.letter(shown, names, who.email), who.email, hand_over)
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
