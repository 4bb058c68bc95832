"""The end of a live coverage: it becomes an ordinary article, whose body holds what its entries said."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, Engine, select

from services.ingest.articles.rules import require, require_publish
from services.ingest.articles.store.approvals import place_of
from services.ingest.articles.store.articles import committed, next_version
from services.ingest.articles.store.revisions import current
from services.ingest.articles.versions import Saved
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict
from services.ingest.kit.rights import Action
from services.ingest.live_coverage.closing import as_body
from services.ingest.live_coverage.tables import LiveEntryRow, live_entries
from shared.contracts.articles import Image
from shared.records import records


def close(engine: Engine, article_id: int, actor: Actor, if_version: int | None = None) -> Saved:
    """End a live coverage: its public entries become the article's text, from the first to the last. Entries that
    readers have not seen stay inside, as does what is prepared of the article.

    Raises the kinds of Refused.
    """

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        seen = before.for_readers
        place = place_of(connection, seen)
        require(actor, Action.publish, place)
        if not seen.state.live or before.row.status != "published":
            raise Conflict("Chỉ kết thúc được bài tường thuật trực tiếp đang xuất bản.")
        require_publish(actor, replace(place, is_approved=False))
        public = (live_entries.c.article_id == article_id) & (live_entries.c.status == "published")
        order = (live_entries.c.published_at, live_entries.c.id)
        entries = records(connection.execute(select(live_entries).where(public).order_by(*order)), LiveEntryRow)
        body = as_body(seen.state.body, entries)
        images = {image.url: image for image in (*seen.state.images, *_images(entries)) if image.url}
        unseen = tuple(image for image in seen.state.images if not image.url)
        changes = {"live": False, "body": body, "images": (*images.values(), *unseen)}
        return next_version(
            connection,
            before,
            changes,
            actor,
            "live_closed",
            base=seen,
            approves=True,
            original=body,
            original_format="html",
        )

    return committed(engine, work)


def _images(entries: Sequence[LiveEntryRow]) -> list[Image]:
    return [Image(**image) for entry in entries for image in entry.images]
