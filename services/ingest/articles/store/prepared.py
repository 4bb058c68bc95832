"""The prepared next version of a live article: published by an act of its own, or discarded."""

from dataclasses import replace

from sqlalchemy import Connection, Engine

from services.ingest.articles.rules import require, require_publish, require_write, stands
from services.ingest.articles.store.approvals import place_of
from services.ingest.articles.store.articles import committed, next_version
from services.ingest.articles.store.revisions import current, unchanged
from services.ingest.articles.versions import Saved
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict
from services.ingest.kit.rights import Action


def publish(engine: Engine, article_id: int, actor: Actor, *, if_version: int | None = None) -> Saved:
    """Show readers of a live article its prepared next version; the act is the approval of what that says.

    Raises Forbidden, Conflict for an article that is not live.
    """

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        at = place_of(connection, before)
        require(actor, Action.publish, at)
        if before.state.status != "published":
            raise Conflict("Bài không ở trạng thái đang xuất bản.")
        if before.public is None:
            return unchanged(before)
        require_publish(actor, replace(at, is_approved=False))
        return next_version(connection, before, {}, actor, "updated", approves=True)

    return committed(engine, work)


def discard(engine: Engine, article_id: int, actor: Actor, *, if_version: int | None = None) -> Saved:
    """Go back to what readers of a live article see; what was prepared stays in its history."""

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        require_write(actor, stands(before))
        if before.public is None:
            return unchanged(before)
        return next_version(connection, before, {}, actor, "discarded", base=before.public, prepares=True)

    return committed(engine, work)
