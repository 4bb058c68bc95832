"""What of an article's present state is still on its way to readers, and sending it again."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from services.ingest.articles.store.revisions import EVENTS, REMOVED, SHOWN
from services.ingest.articles.tables import articles, revisions
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, NotFound
from services.ingest.kit.tables import dead_letters, outbox
from shared import outbox as events
from shared.contracts.articles import ArticleState
from shared.contracts.queues import Queue
from shared.database import read, write


class Public(NamedTuple):
    """The last version that changed what readers see: whether it shows or removes, and since when."""

    version: int
    shown: bool
    at: datetime
    state: ArticleState


def public(engine: Engine, article_id: int) -> Public | None:
    """What readers should see of an article; None for one that was never public. Raises NotFound."""
    with read(engine) as connection:
        row = connection.execute(select(articles.c.public_version).where(articles.c.id == article_id)).first()
        if row is None:
            raise NotFound("Không có bài này.")
        (version,) = row
        if version is None:
            return None
        at = (revisions.c.article_id == article_id) & (revisions.c.version == version)
        said = select(revisions.c.effect, revisions.c.at, revisions.c.state).where(at)
        effect, since, state = connection.execute(said).one()
    return Public(version, effect == SHOWN, since, ArticleState.model_validate(state))


def stuck(engine: Engine, article_id: int, queue: Queue) -> str:
    """Where the article's event to a queue waits: "outbox", "dead" (given up), or "" for neither."""
    key = str(article_id)
    with read(engine) as connection:
        waiting = select(outbox.c.id).where(outbox.c.key == key, outbox.c.queue == queue.value)
        if connection.execute(waiting.where(outbox.c.kind.startswith("article_")).limit(1)).first() is not None:
            return "outbox"
        letters = select(dead_letters.c.message).where(
            dead_letters.c.source_queue == queue.value, dead_letters.c.replayed_at.is_(None)
        )
        recent = connection.execute(letters.order_by(dead_letters.c.at.desc()).limit(50)).scalars()
        return "dead" if any(_speaks_of(message, key) for message in recent) else ""


def resend(engine: Engine, article_id: int, actor: Actor) -> None:
    """Put what readers should see into the outbox once more. Raises NotFound, Conflict for what was never public."""
    found = public(engine, article_id)
    if found is None:
        raise Conflict("Bài chưa từng xuất bản.")
    event = EVENTS[SHOWN if found.shown else REMOVED]
    with write(engine) as connection:
        events.add(connection, outbox, event, [(article_id, found.version)])
        audit.append(connection, actor.name, "article.resent", f"article:{article_id}", {"version": found.version})
    events.wake("ingest")


def _speaks_of(message: Any, key: str) -> bool:
    sent = message.get("events", ()) if isinstance(message, dict) else ()
    return any(isinstance(one, dict) and str(one.get("key")) == key for one in sent)
