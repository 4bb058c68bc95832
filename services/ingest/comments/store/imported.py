"""Comments that readers of a paper's former site wrote and its editors approved: public here from the beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from services.ingest.comments.tables import comments
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.tables import outbox
from shared import outbox as events
from shared.contracts.events import CommentPublished
from shared.database import upsert, write
from shared.vietnamese.matching import written

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FormerComment:
    """Without its writer's addresses: nobody needs them here."""

    token: str
    """Its identity: the same again changes nothing."""
    parent: str
    """The token of the comment that it answers and that answers none itself, "" for none: readers see one level."""
    name: str
    text: str
    at: datetime


def take(engine: Engine, found: Mapping[int, Sequence[FormerComment]], actor: Actor) -> None:
    """Keep and show comments of articles (by id), each once however often it comes: what an editor has rejected since
    stays rejected."""
    made = 0
    with write(engine) as connection:
        for article_id, of_article in found.items():
            if added := _taken(connection, article_id, of_article, actor):
                audit.append(connection, actor.name, "comments.imported", f"article:{article_id}", {"comments": added})
            made += added
    if made:
        events.wake("ingest")


def _taken(connection: Connection, article_id: int, found: Sequence[FormerComment], actor: Actor) -> int:
    """How many of an article's are new."""
    now, ids, made = datetime.now(UTC), dict[str, int](), 0
    # Answers go behind what they answer.
    for one_level in ([one for one in found if not one.parent], [one for one in found if one.parent]):
        for start in range(0, len(one_level), _AT_ONCE):
            part = one_level[start : start + _AT_ONCE]
            rows = [_row(article_id, one, ids, actor, now) for one in part]
            statement = upsert(connection, comments).values(rows).on_conflict_do_nothing(index_elements=["token"])
            new = list(connection.execute(statement.returning(comments.c.id)).scalars())
            events.add(connection, outbox, CommentPublished, [(number, 1) for number in new], bulk=True)
            made += len(new)
            known = select(comments.c.token, comments.c.id).where(comments.c.token.in_([one.token for one in part]))
            ids |= dict(connection.execute(known).all())
    return made


def _row(article_id: int, one: FormerComment, ids: Mapping[str, int], actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "version": 1,
        "token": one.token,
        "article_id": article_id,
        "parent_id": ids.get(one.parent),
        "name": one.name,
        "email": "",
        "text": one.text,
        "words": written(f"{one.name} {one.text}"),
        "at": one.at,
        "status": "approved",
        "spam_score": 0,
        "spam_reasons": [],
        "decided_by": actor.name,
        "decided_at": now,
    }
