"""Which feeds there are and how they fare."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from services.ingest.feeds.tables import feeds
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.sections.tables import sections
from shared.database import read, write

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 1440


def listed(engine: Engine) -> list[Any]:
    """Every feed's row, by name."""
    with read(engine) as connection:
        return list(connection.execute(select(feeds).order_by(feeds.c.name, feeds.c.id)))


def save(
    engine: Engine, actor: Actor, feed_id: int | None, *, name: str, url: str, section: str, minutes: int, enabled: bool
) -> int:
    """Add a feed or change one; it is polled at once. Raises Invalid, NotFound."""
    if not name or len(name) > 200:
        raise Invalid.of("name", "Hãy đặt tên cho nguồn tin, nhiều nhất 200 ký tự.")
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Invalid.of("minutes", f"Mỗi lần lấy cách nhau {SHORTEST_MINUTES} đến {LONGEST_MINUTES} phút.")
    now = datetime.now(UTC)
    values: dict[str, Any] = {"name": name, "url": url, "section": section, "minutes": minutes, "enabled": enabled}
    # Another address knows nothing of what the old one last said.
    values |= {"etag": "", "last_modified": "", "next_at": now, "failures": 0, "error": ""}
    with write(engine) as connection:
        if connection.execute(select(sections.c.id).where(sections.c.slug == section)).first() is None:
            raise Invalid.of("section", "Không có chuyên mục này.")
        if feed_id is None:
            made = {**values, "drafts": 0, "created_by": actor.name, "created_at": now}
            feed_id = int(connection.execute(insert(feeds).values(made).returning(feeds.c.id)).scalar_one())
        else:
            changed = update(feeds).where(feeds.c.id == feed_id).values(values).returning(feeds.c.id)
            if connection.execute(changed).first() is None:
                raise NotFound("Không có nguồn tin này.")
        detail = {"name": name, "url": url, "enabled": enabled}
        audit.append(connection, actor.name, "feed.saved", f"feed:{feed_id}", detail)
    return feed_id


def remove(engine: Engine, actor: Actor, feed_id: int) -> None:
    """Forget a feed; its drafts stay. Raises NotFound."""
    with write(engine) as connection:
        gone = connection.execute(delete(feeds).where(feeds.c.id == feed_id).returning(feeds.c.name)).first()
        if gone is None:
            raise NotFound("Không có nguồn tin này.")
        audit.append(connection, actor.name, "feed.removed", f"feed:{feed_id}", {"name": gone.name})


def poll_now(engine: Engine, feed_id: int) -> None:
    """Let the next round poll a feed, whenever it was due. Raises NotFound."""
    with write(engine) as connection:
        due = update(feeds).where(feeds.c.id == feed_id).values(next_at=datetime.now(UTC)).returning(feeds.c.id)
        if connection.execute(due).first() is None:
            raise NotFound("Không có nguồn tin này.")
