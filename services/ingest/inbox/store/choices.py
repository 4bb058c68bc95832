"""How each person wants to be told, and whose address a mail server has refused."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, select

from services.ingest.accounts.tables import users
from services.ingest.inbox.rules import DEFAULT, KINDS, InboxChoice
from services.ingest.inbox.tables import inbox_choices
from services.ingest.kit.errors import Invalid
from shared.database import read, upsert, write

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_REFUSAL_CHARS = 300


def of(connection: Connection, user_id: int) -> InboxChoice:
    """What a person has chosen, or the house's own choice."""
    row = connection.execute(select(inbox_choices).where(inbox_choices.c.user_id == user_id)).first()
    if row is None:
        return DEFAULT
    return InboxChoice(frozenset(row.mail), frozenset(row.push), row.quiet_from, row.quiet_until)


def choose(engine: Engine, user_id: int, choice: InboxChoice) -> None:
    """Keep it; an address that was refused is tried again. Raises Invalid."""
    hours = (choice.quiet_from, choice.quiet_until)
    if hours != ("", "") and not all(_HOUR.fullmatch(hour) for hour in hours):
        raise Invalid.of("quiet_from", "Giờ yên lặng cần cả giờ bắt đầu và giờ kết thúc, như 22:00 và 06:00.")
    if not choice.mail | choice.push <= KINDS.keys():
        raise Invalid.of("mail", "Không có lựa chọn này.")
    _keep(engine, user_id, {**_chosen(choice), "refusal": "", "refused_address": ""})


def refused(engine: Engine, user_id: int, address: str, said: str) -> None:
    """A mail server takes nothing for this address: nothing is sent there until its owner chooses again."""
    # Nothing but that: its owner may be choosing just now.
    _keep(engine, user_id, {"refusal": said[:_REFUSAL_CHARS], "refused_address": address})


def refusals(engine: Engine, user_ids: Iterable[int] | None = None) -> list[tuple[str, str]]:
    """(address, what was said) of those that stand, of some people or of everybody."""
    stands = (inbox_choices.c.refusal != "") & (users.c.email == inbox_choices.c.refused_address)
    query = select(users.c.email, inbox_choices.c.refusal).join(users, users.c.id == inbox_choices.c.user_id)
    query = query.where(stands, users.c.disabled_at.is_(None)).order_by(users.c.email)
    if user_ids is not None:
        query = query.where(users.c.id.in_(list(user_ids)))
    with read(engine) as connection:
        return [(row.email, row.refusal) for row in connection.execute(query)]


def _chosen(choice: InboxChoice) -> dict[str, Any]:
    return {
        "mail": sorted(choice.mail),
        "push": sorted(choice.push),
        "quiet_from": choice.quiet_from,
        "quiet_until": choice.quiet_until,
    }


def _keep(engine: Engine, user_id: int, values: dict[str, Any]) -> None:
    """Change these columns alone; of who has chosen nothing yet the others are the house's own choice."""
    with write(engine) as connection:
        statement = upsert(connection, inbox_choices).values(user_id=user_id, **{**_chosen(DEFAULT), **values})
        connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
