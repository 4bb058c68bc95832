"""Weather and prices that the newsroom tells on its front page: typed at the desk, or fetched from an address of its
own. All of them are one versioned thing, and none is shown longer than it is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, exists, select, update

from services.ingest.figures.tables import figures
from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid
from services.ingest.kit.periodic import moment
from shared import clock
from shared import outbox as events
from shared.contracts.events import MAX_FIGURES, Figure, FiguresChanged
from shared.database import AdvisoryLock, read, take_lock, write

FETCHED_HOLD = timedelta(hours=3)
"""What was fetched is shown for so long; the next fetch that goes well begins it anew."""
TYPED_HOLD = {"3": timedelta(hours=3), "12": timedelta(hours=12), "24": timedelta(hours=24)}
"""For how long what was typed may be shown, by the hours that the form says."""
EVERY = timedelta(minutes=20)
_ERROR_CHARS = 300
DUE = exists().where(figures.c.next_at <= moment())


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """What readers are told until when, and how it fares with the address that it is fetched from ("": typed)."""

    version: int = 0
    figures: tuple[Figure, ...] = ()
    until: datetime | None = None
    url: str = ""
    ok_at: datetime | None = None
    error: str = ""


def current(engine: Engine) -> HeldFigures:
    with read(engine) as connection:
        return _held(connection)


def tell(engine: Engine, actor: Actor, told: Sequence[Figure], hours: str) -> None:
    """Show these until so many hours from now; none takes what is shown away. Raises Invalid."""
    if len(told) > MAX_FIGURES:
        raise Invalid.of("label", f"Nhiều nhất {MAX_FIGURES} mục.")
    if hours not in TYPED_HOLD:
        raise Invalid.of("hours", "Hãy chọn hiện trong bao lâu.")
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.figures)
        _tell(connection, actor, told, clock.moment() + TYPED_HOLD[hours])
    events.wake("ingest")


def fetch_from(engine: Engine, actor: Actor, url: str) -> None:
    """Fetch them from this address from now on; with "" they are typed."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.figures)
        values = {"url": url, "next_at": clock.moment() if url else None, "error": ""}
        _save(connection, values)
        audit.append(connection, actor.name, "figures.address", "figures", {"url": url})


def claim(engine: Engine, now: datetime) -> str:
    """The address, where it is time to fetch from it: its time is moved on, so that nobody else does. Else ""."""
    due = update(figures).where(figures.c.next_at <= now, figures.c.url != "").values(next_at=now + EVERY)
    with write(engine) as connection:
        return connection.execute(due.returning(figures.c.url)).scalar() or ""


def fetched(engine: Engine, actor: Actor, url: str, told: Sequence[Figure]) -> None:
    """What the address said, if it still is the one."""
    now = clock.moment()
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.figures)
        if _held(connection).url != url:
            return
        _tell(connection, actor, told, now + FETCHED_HOLD)
        _save(connection, {"ok_at": now, "error": ""})
    events.wake("ingest")


def failed(engine: Engine, url: str, reason: str) -> None:
    with write(engine) as connection:
        connection.execute(update(figures).where(figures.c.url == url).values(error=reason[:_ERROR_CHARS]))


def payload(connection: Connection) -> FiguresChanged | None:
    held = _held(connection)
    return FiguresChanged(version=held.version, figures=held.figures, until=held.until) if held.version else None


def _held(connection: Connection) -> HeldFigures:
    of = figures.c
    query = select(of.version, of.figures, of.until, of.url, of.ok_at, of.error)
    row = connection.execute(query).first()
    if row is None:
        return HeldFigures()
    version, told, until, url, ok_at, error = row
    return HeldFigures(version, tuple(Figure.model_validate(one) for one in told), until, url, ok_at, error)


def _tell(connection: Connection, actor: Actor, told: Sequence[Figure], until: datetime) -> None:
    version = _held(connection).version + 1
    _save(connection, {"version": version, "figures": [one.model_dump() for one in told], "until": until})
    only_one.tell(connection, FiguresChanged, version)
    audit.append(connection, actor.name, "figures.told", "figures", {"version": version, "number": len(told)})


def _save(connection: Connection, values: dict[str, Any]) -> None:
    first = {"version": 0, "figures": [], "url": "", "error": ""}
    connection.execute(only_one.setting(connection, figures, values, first))
