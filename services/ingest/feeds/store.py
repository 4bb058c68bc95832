"""Which feeds there are and how they fare."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, insert, select, update

from services.ingest.feeds.tables import FeedRow, feeds
from services.ingest.kit import audit, letters, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.once import Sent, making
from services.ingest.kit.periodic import moment
from services.ingest.sections.tables import sections
from shared import clock
from shared.database import read, write
from shared.records import records
from shared.telemetry import log

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 1440
_LONGEST_REST = timedelta(hours=6)
_ERROR_CHARS = 500
_GIVEN_UP = f"Đã thử {letters.MOST_TRIES} lần, lần nào cũng phải dừng giữa chừng; xem trang Vận hành."
DUE = exists().where(feeds.c.enabled, feeds.c.next_at <= moment())
"""Whether a feed is due."""


def listed(engine: Engine) -> list[FeedRow]:
    """Every feed's row, by name."""
    with read(engine) as connection:
        return records(connection.execute(select(feeds).order_by(feeds.c.name, feeds.c.id)), FeedRow)


def one(engine: Engine, feed_id: int) -> FeedRow:
    """Raises NotFound."""
    return rows.one(engine, feeds, FeedRow, feed_id, "Không có nguồn tin này.")


def save(
    engine: Engine,
    actor: Actor,
    feed_id: int | None,
    *,
    name: str,
    url: str,
    section: str,
    minutes: int,
    enabled: bool,
    sent: Sent | None = None,
) -> int:
    """Add a feed or change one; it is polled at once. Raises Invalid, NotFound."""
    if not name or len(name) > 200:
        raise Invalid.of("name", "Hãy đặt tên cho nguồn tin, nhiều nhất 200 ký tự.")
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Invalid.of("minutes", f"Mỗi lần lấy cách nhau {SHORTEST_MINUTES} đến {LONGEST_MINUTES} phút.")
    now = clock.moment()
    values: dict[str, Any] = {"name": name, "url": url, "section": section, "minutes": minutes, "enabled": enabled}
    # Another address knows nothing of what the old one last said.
    values |= {"etag": "", "last_modified": "", "next_at": now, "failures": 0, "error": "", "tries": 0, "cause": ""}

    def work(connection: Connection) -> int:
        saved_id = feed_id
        if connection.execute(select(sections.c.id).where(sections.c.slug == section)).first() is None:
            raise Invalid.of("section", "Không có chuyên mục này.")
        if saved_id is None:
            made = {**values, "drafts": 0, "created_by": actor.name, "created_at": now}
            saved_id = int(connection.execute(insert(feeds).values(made).returning(feeds.c.id)).scalar_one())
        else:
            changed = update(feeds).where(feeds.c.id == feed_id).values(values).returning(feeds.c.id)
            if connection.execute(changed).first() is None:
                raise NotFound("Không có nguồn tin này.")
        detail = {"name": name, "url": url, "enabled": enabled}
        audit.append(connection, actor.name, "feed.saved", f"feed:{saved_id}", detail)
        return int(saved_id)

    return making(engine, sent if feed_id is None else None, work)


def remove(engine: Engine, actor: Actor, feed_id: int) -> None:
    """Forget a feed; its drafts stay. Raises NotFound."""
    with write(engine) as connection:
        gone = connection.execute(delete(feeds).where(feeds.c.id == feed_id).returning(feeds.c.name)).scalar()
        if gone is None:
            raise NotFound("Không có nguồn tin này.")
        audit.append(connection, actor.name, "feed.removed", f"feed:{feed_id}", {"name": gone})


def poll_now(engine: Engine, feed_id: int) -> None:
    """Let the next round poll a feed, whenever it was due. Raises NotFound."""
    with write(engine) as connection:
        due = update(feeds).where(feeds.c.id == feed_id).values(next_at=clock.moment()).returning(feeds.c.id)
        if connection.execute(due).first() is None:
            raise NotFound("Không có nguồn tin này.")


# ---------------------------------------------------------------- for the loop


def due(engine: Engine, now: datetime) -> list[FeedRow]:
    """The feeds to be polled now, the longest due first."""
    query = select(feeds).where(feeds.c.enabled, feeds.c.next_at <= now).order_by(feeds.c.next_at).limit(50)
    with read(engine) as connection:
        return records(connection.execute(query), FeedRow)


def claim(engine: Engine, row: FeedRow, now: datetime) -> bool:
    """Move a feed's time forward, so that nobody else polls it; False where somebody did.

    One whose last MOST_TRIES polls ended their process is switched off and buried instead.
    """
    rest = min(timedelta(minutes=row.minutes) * 2 ** min(row.failures, 6), _LONGEST_REST)
    wanted = max(rest, timedelta(minutes=row.minutes))
    mine = update(feeds).where(feeds.c.id == row.id, feeds.c.next_at == row.next_at).returning(feeds.c.id)
    with write(engine) as connection:
        if row.tries >= letters.MOST_TRIES:
            if connection.execute(mine.values(enabled=False, error=_GIVEN_UP)).first() is not None:
                letters.bury(connection, "feed", row.id, row.cause)
            return False
        return connection.execute(mine.values(next_at=now + wanted, tries=row.tries + 1)).first() is not None


def begin_anew(engine: Engine, feed_id: int) -> None:
    """Poll a feed again that was buried, with all its tries before it."""
    again = {"enabled": True, "next_at": clock.moment(), "tries": 0, "cause": "", "error": ""}
    with write(engine) as connection:
        connection.execute(update(feeds).where(feeds.c.id == feed_id).values(again))


def went_well(engine: Engine, row: FeedRow, marks: Mapping[str, str] | None, drafts: int, note: str) -> None:
    """A poll's end: the ETag and Last-Modified of the answer (None: it was not a new one), how many drafts it gave."""
    now = clock.moment()
    values: dict[str, Any] = {"polled_at": now, "ok_at": now, "failures": 0, "error": note[:_ERROR_CHARS], "tries": 0}
    if marks is not None:
        values |= {
            "etag": marks.get("etag", "")[:1000],
            "last_modified": marks.get("last-modified", "")[:100],
            "drafts": feeds.c.drafts + drafts,
        }
    _note(engine, row, values)


def failed(engine: Engine, row: FeedRow, reason: str, ended_by: str | None = None) -> None:
    """A poll that gave nothing, and why; `ended_by` is what ended its process, and makes it count as a try."""
    log.warning("feed not taken in", feed=row.id, reason=reason[:300], ended_by=ended_by)
    values = {"polled_at": clock.moment(), "failures": feeds.c.failures + 1, "error": reason[:_ERROR_CHARS]}
    values |= {"tries": 0} if ended_by is None else {"cause": ended_by[:_ERROR_CHARS]}
    _note(engine, row, values)


def _note(engine: Engine, row: FeedRow, values: dict[str, Any]) -> None:
    # Only if it is still the address that was polled.
    with write(engine) as connection:
        connection.execute(update(feeds).where(feeds.c.id == row.id, feeds.c.url == row.url).values(values))
