"""What editors pin to the front page and to the fronts of sections: slots in reading order, each from a time on and
until a time. A slot of the front page may be breaking news, which readers see above every page until a time of its own.

`front_page` holds what is pinned now and is made from the slots, by whoever changes them and by the scheduler when
the time of one begins or ends.
"""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, delete, exists, select

from services.ingest.articles.tables import articles
from services.ingest.front_page.tables import front_page, front_page_slots
from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import SCHEDULER, Actor
from services.ingest.kit.errors import Conflict, Invalid
from shared import clock
from shared import outbox as events
from shared.contracts.events import BreakingNews, FrontPageChanged
from shared.database import AdvisoryLock, read, take_lock, write
from shared.vietnamese.dates import iso

MAX_PINNED = 50
MAX_IN_SECTION = 10
"""Half of what a page of a section shows: the rest is news."""
MAX_BREAKING = timedelta(hours=24)
"""What is marked for longer was forgotten."""
_FRONT = select(front_page.c.version, front_page.c.pinned, front_page.c.breaking, front_page.c.sections)


@dataclass(frozen=True, slots=True)
class Slot:
    """An article's place on a front; None means at once, and until somebody takes it away."""

    article_id: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    breaking_until: datetime | None = None
    """Until when it is told above every page too, while it is pinned."""

    def is_breaking(self, now: datetime) -> bool:
        return self.is_on(now) and self.breaking_until is not None and now < self.breaking_until

    def is_on(self, now: datetime) -> bool:
        """Whether it pins its article at a time, if readers see that then."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What readers are told now."""

    pinned: list[int] = field(default_factory=list)
    breaking: list[dict[str, Any]] = field(default_factory=list)
    sections: dict[str, list[int]] = field(default_factory=dict)


def pin(engine: Engine, article_ids: Sequence[int], actor: Actor) -> int:
    """Pin these articles at once, the first one leads; returns the front page's version. Raises Invalid."""
    return arrange(engine, [Slot(article_id) for article_id in dict.fromkeys(article_ids)], actor, only_public=True)


def arrange(
    engine: Engine,
    wanted: Sequence[Slot],
    actor: Actor,
    *,
    section: str = "",
    if_mark: str | None = None,
    only_public: bool = False,
) -> int:
    """Set all slots of the front page, or of a section's (by its slug), in their order; returns the version.

    Raises Conflict when the slots are not those of `if_mark` any more, Invalid for what cannot be pinned.
    """
    most = MAX_IN_SECTION if section else MAX_PINNED
    if len(wanted) > most:
        raise Invalid.of("pinned", f"Ghim nhiều nhất {most} bài.")
    now = clock.moment()
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.front_page)
        if if_mark is not None and if_mark != _mark(_slots(connection, section)):
            raise Conflict("Trang này vừa được người khác sắp xếp lại; hãy xem lại rồi làm lần nữa.")
        _refuse_impossible(connection, wanted, only_public, now)
        connection.execute(delete(front_page_slots).where(front_page_slots.c.section == section))
        rows = [
            {
                "section": section,
                "article_id": slot.article_id,
                "position": position,
                "starts_at": slot.starts_at,
                "ends_at": slot.ends_at,
                "breaking_until": slot.breaking_until,
                "added_by": actor.name,
                "added_at": now,
            }
            for position, slot in enumerate(wanted, start=1)
        ]
        if rows:
            connection.execute(front_page_slots.insert(), rows)
        version = _apply(connection, now, actor)
    events.wake("ingest")
    return version


def refresh(engine: Engine, now: datetime) -> bool:
    """Bring what is pinned up to the time; True when that changed something."""
    with read(engine) as connection:
        if not is_stale(connection, now):
            return False
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.front_page)
        _apply(connection, now, SCHEDULER)
    events.wake("ingest")
    return True


ANY = exists(front_page.c.id)
"""Whether anything is pinned, was, or will be."""


def is_stale(connection: Connection, now: datetime) -> bool:
    """Whether other articles are to be pinned, or told as breaking news, now than are."""
    return _due(connection, now) != _live(connection)


def pinned(engine: Engine, section: str = "") -> list[int]:
    """The articles pinned now to the front page, or to a section's, in their order."""
    with read(engine) as connection:
        live = _live(connection)
    return live.sections.get(section, []) if section else live.pinned


def slots(engine: Engine, section: str = "") -> tuple[list[Slot], str]:
    """All slots of the front page, or of a section's, in their order, and their mark for `arrange`."""
    with read(engine) as connection:
        found = _slots(connection, section)
    return found, _mark(found)


def due(engine: Engine, now: datetime) -> list[int]:
    """The articles that the front page's slots pin at a time, in their order, if all of them are public by then."""
    with read(engine) as connection:
        return [slot.article_id for slot in _slots(connection, "") if slot.is_on(now)]


def payload(connection: Connection) -> FrontPageChanged | None:
    row = connection.execute(_FRONT).first()
    if row is None:
        return None
    version, pinned, breaking, in_sections = row
    told = tuple(BreakingNews.model_validate(one) for one in breaking)
    return FrontPageChanged(
        version=version,
        pinned=tuple(pinned),
        breaking=told,
        sections={slug: tuple(ids) for slug, ids in in_sections.items()},
    )


def _apply(connection: Connection, now: datetime, actor: Actor) -> int:
    """Pin and tell what is due now; the front page's version."""
    before = connection.execute(select(front_page.c.version)).scalar()
    wanted = _due(connection, now)
    if before is not None and _live(connection) == wanted:
        return before
    version = (before or 0) + 1
    values = {"version": version, **asdict(wanted)}
    connection.execute(only_one.setting(connection, front_page, values))
    only_one.tell(connection, FrontPageChanged, version)
    audit.append(connection, actor.name, "front_page.changed", "front_page", asdict(wanted))
    return int(version)


def _refuse_impossible(connection: Connection, wanted: Sequence[Slot], only_public: bool, now: datetime) -> None:
    ids = {slot.article_id for slot in wanted}
    query = select(articles.c.id).where(articles.c.id.in_(ids), articles.c.status != "withdrawn")
    if only_public:
        query = query.where(articles.c.status == "published")
    missing = ids - set(connection.execute(query).scalars())
    if missing:
        raise Invalid.of("pinned", f"Bài {min(missing)} không ở trạng thái đang xuất bản.")
    if len(ids) != len(wanted):
        raise Invalid.of("pinned", "Một bài chỉ ghim được một lần.")
    if any(slot.starts_at and slot.ends_at and slot.ends_at <= slot.starts_at for slot in wanted):
        raise Invalid.of("pinned", "Giờ hết ghim phải sau giờ bắt đầu.")
    if any(slot.breaking_until and slot.breaking_until > now + MAX_BREAKING for slot in wanted):
        raise Invalid.of("breaking", f"Nhãn TIN NÓNG kéo dài nhiều nhất {MAX_BREAKING // timedelta(hours=1)} giờ.")


def _due(connection: Connection, now: datetime) -> _Shown:
    rows = connection.execute(_DUE)
    every = [(section, Slot(one, starts, ends, breaking)) for section, one, starts, ends, breaking in rows]
    found = [(section, slot) for section, slot in every if slot.is_on(now)]
    ids = {slot.article_id for _, slot in found}
    public = select(articles.c.id).where(articles.c.id.in_(ids), articles.c.status == "published")
    readable = set(connection.execute(public).scalars()) if ids else set()
    shown = _Shown()
    for section, slot in found:
        if slot.article_id not in readable:
            continue
        if section:
            shown.sections.setdefault(section, []).append(slot.article_id)
            continue
        shown.pinned.append(slot.article_id)
        if slot.breaking_until and slot.is_breaking(now):
            shown.breaking.append({"article_id": slot.article_id, "until": iso(slot.breaking_until)})
    return shown


_SLOT = (
    front_page_slots.c.article_id,
    front_page_slots.c.starts_at,
    front_page_slots.c.ends_at,
    front_page_slots.c.breaking_until,
)
_DUE = select(front_page_slots.c.section, *_SLOT).order_by(front_page_slots.c.section, front_page_slots.c.position)


def _slots(connection: Connection, section: str) -> list[Slot]:
    query = select(*_SLOT).where(front_page_slots.c.section == section).order_by(front_page_slots.c.position)
    return [Slot(*row) for row in connection.execute(query)]


def _mark(found: Sequence[Slot]) -> str:
    content: list[Any] = [astuple(slot) for slot in found]
    return sha256(orjson.dumps(content)).hexdigest()[:16]


def _live(connection: Connection) -> _Shown:
    row = connection.execute(_FRONT).first()
    return _Shown(*row[1:]) if row else _Shown()
