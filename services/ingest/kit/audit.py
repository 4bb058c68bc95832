"""The audit log: append-only, every row's hash includes the hash before it, so that a missing or changed row shows.

Two writers must not append to the same end: SQLite has one writer at a time, PostgreSQL takes a lock that the
transaction gives back when it ends. Append last in a transaction, so that the lock is short.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Text, false, func, insert, or_, select, type_coerce

from services.ingest.kit.tables import AuditRow, audit
from shared.database import AdvisoryLock, read, take_lock
from shared.records import records

_FIRST = "0" * 64
# Who follows the log asks again soon.
_READ_SECONDS = 2.0
_LAST_HASH = select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_APPEND = insert(audit)


def append(connection: Connection, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Note in the running transaction who did what to which thing."""
    append_all(connection, [(actor, action, subject, detail)])


def append_all(connection: Connection, notes: Sequence[tuple[str, str, str, dict[str, Any]]]) -> None:
    """`append` for each (actor, action, subject, detail), in their order."""
    take_lock(connection, AdvisoryLock.audit)
    end = connection.execute(_LAST_HASH).scalar() or _FIRST
    now, rows = datetime.now(UTC), []
    for actor, action, subject, detail in notes:
        end = _hash(end, now, actor, action, subject, detail)
        rows.append({"at": now, "actor": actor, "action": action, "subject": subject, "detail": detail, "hash": end})
    connection.execute(_APPEND, rows)


def entries(engine: Engine, subject: str = "", limit: int = 100) -> list[AuditRow]:
    """The newest entries first, of one subject ("article:12") or of all."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if subject:
        query = query.where(audit.c.subject == subject)
    with read(engine) as connection:
        return records(connection.execute(query), AuditRow)


def search(
    engine: Engine,
    *,
    actor: str = "",
    actors: Iterable[str] = (),
    action: str = "",
    text: str = "",
    subjects: Iterable[str] = (),
    kinds: Iterable[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditRow]:
    """Entries, the newest first: by a part of the actor's name or one of `actors`, by the action's beginning, by a part
    of the subject or the detail or one of `subjects`, by time; of `kinds` alone ("user", "key"), if given; `before` is
    the last id of the page above."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if actor:
        query = query.where(or_(audit.c.actor.contains(actor, autoescape=True), audit.c.actor.in_(list(actors))))
    if action:
        query = query.where(audit.c.action.startswith(action, autoescape=True))
    if text:
        inside = type_coerce(audit.c.detail, Text).contains(text, autoescape=True)
        named = or_(audit.c.subject.contains(text, autoescape=True), audit.c.subject.in_(list(subjects)))
        query = query.where(or_(named, inside))
    if kinds is not None:
        query = query.where(or_(false(), *(audit.c.action.startswith(f"{kind}.", autoescape=True) for kind in kinds)))
    if since is not None:
        query = query.where(audit.c.at >= since)
    if until is not None:
        query = query.where(audit.c.at < until)
    if before is not None:
        query = query.where(audit.c.id < before)
    with read(engine) as connection:
        return records(connection.execute(query), AuditRow)


def newest(engine: Engine) -> int:
    """The id of the last entry, 0 for none."""
    with read(engine) as connection:
        return int(connection.execute(select(func.max(audit.c.id))).scalar() or 0)


def since(engine: Engine, entry: int, limit: int) -> list[tuple[int, str, datetime]]:
    """(id, subject, time) of the entries after one, in their order: one writer after another gets the next id, so that
    none comes later with a lower one."""
    query = select(audit.c.id, audit.c.subject, audit.c.at).where(audit.c.id > entry).order_by(audit.c.id).limit(limit)
    with read(engine, within=_READ_SECONDS) as connection:
        return [(id_, subject, at) for id_, subject, at in connection.execute(query)]


def length(engine: Engine) -> int:
    """How many entries there are."""
    with read(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(audit)).scalar_one())


def broken_at(engine: Engine) -> int | None:
    """The id of the first entry that does not fit the chain; None when the log is whole."""
    previous = _FIRST
    for row in _all(engine):
        if row.hash != _hash(previous, row.at, row.actor, row.action, row.subject, row.detail):
            return row.id
        previous = row.hash
    return None


def _all(engine: Engine) -> Iterator[AuditRow]:
    after = 0
    while True:
        with read(engine) as connection:
            rows = records(
                connection.execute(select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(1000)), AuditRow
            )
        if not rows:
            return
        yield from rows
        after = rows[-1].id


def _hash(previous: str, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]) -> str:
    # Microseconds are what both databases keep of a time.
    content = [at.astimezone(UTC).isoformat(), actor, action, subject, detail]
    return sha256(previous.encode() + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
