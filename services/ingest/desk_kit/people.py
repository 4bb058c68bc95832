"""Names of those who stand in revisions and in the audit log."""

from collections.abc import Iterable

from sqlalchemy import Engine, select

from services.ingest.accounts.tables import users
from shared.database import read

_OTHERS = {"scheduler": "Hẹn giờ", "command line": "Dòng lệnh"}


def names(engine: Engine, actors: Iterable[str]) -> dict[str, str]:
    """What to call each actor: "user:lan@bao.vn" by the account's name, "key:TTX" as "Khóa TTX"."""
    wanted = set(actors)
    emails = [actor.removeprefix("user:") for actor in wanted if actor.startswith("user:")]
    with read(engine) as connection:
        query = select(users.c.email, users.c.name).where(users.c.email.in_(emails))
        found = {f"user:{row.email}": row.name for row in connection.execute(query)} if emails else {}
    return {actor: found.get(actor) or _plain(actor) for actor in wanted}


def _plain(actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind == "key" and name:
        return f"Khóa “{name}”"
    return _OTHERS.get(actor, name or actor)
