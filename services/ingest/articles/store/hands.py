"""Who has an article in hand: taken, handed over, let go. No version comes of it, the audit log tells of it."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, update

from services.ingest.accounts.store import accounts
from services.ingest.articles import rules
from services.ingest.articles.store.revisions import current
from services.ingest.articles.tables import articles
from services.ingest.articles.versions import Current
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from shared.database import write


def take(engine: Engine, article_id: int, actor: Actor, *, instead_of: str = "") -> None:
    """Take an article on; `instead_of` is who had it as far as the taker knows.

    Raises NotFound, Forbidden, Conflict.
    """
    with write(engine) as connection:
        found = current(connection, article_id)
        rules.require_write(actor, rules.stands(found))
        if found.row.held_by not in (None, actor.name, instead_of):
            raise Conflict("Người khác vừa nhận bài này; hãy tải lại trang.")
        _put(connection, found, actor, actor.name, "article.taken")


def hand_over(engine: Engine, article_id: int, actor: Actor, account_id: int) -> str:
    """Give an article to somebody who may go on with it; returns their name. Raises NotFound, Forbidden, Invalid."""
    with write(engine) as connection:
        found = current(connection, article_id)
        rules.require_write(actor, rules.stands(found))
        whom = accounts.standing(connection, account_id)
        if whom is None or not rules.may_write(whom.actor, rules.stands(found)):
            raise Invalid.of("account_id", "Người này không làm tiếp được bài ở bước này.")
        _put(connection, found, actor, whom.actor_name, "article.handed_over")
        return whom.name


def let_go(engine: Engine, article_id: int, actor: Actor) -> None:
    """Leave an article for whoever takes it. Raises NotFound, Forbidden."""
    with write(engine) as connection:
        found = current(connection, article_id)
        rules.require_write(actor, rules.stands(found))
        _put(connection, found, actor, None, "article.let_go")


def _put(connection: Connection, found: Current, actor: Actor, held_by: str | None, action: str) -> None:
    if found.row.held_by == held_by:
        return
    values = {"held_by": held_by, "held_at": datetime.now(UTC) if held_by else None}
    connection.execute(update(articles).where(articles.c.id == found.row.id).values(values))
    detail = {"from": found.row.held_by, "to": held_by}
    audit.append(connection, actor.name, action, f"article:{found.row.id}", detail)
