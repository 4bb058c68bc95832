"""Writing the entries of live coverages into the read model, and reading them for a page.

A coverage's version is the sum of its article's and all its entries' versions: whatever changes raises it, so that it
names what readers see, and who has a higher one has newer news. Tombstones therefore stay.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, func, select, type_coerce

from services.web import keys, media_uses
from services.web.tables import articles, live_entries
from shared.contracts.envelope import Delivered
from shared.contracts.events import LiveEntryPublished, LiveEntryWithdrawn
from shared.database import insert_newer
from shared.media_files import names_in

Told = Delivered[LiveEntryPublished] | Delivered[LiveEntryWithdrawn]

_STATES = select(live_entries.c.id, live_entries.c.article_id, type_coerce(live_entries.c.state, Text).label("text"))
_HERE = live_entries.c.article_id == bindparam("article")
VERSION = select(func.coalesce(func.sum(live_entries.c.version), 0), func.count()).where(_HERE)
"""(sum of the versions, number) of an article's entries."""
PLACES = (
    select(live_entries.c.id, live_entries.c.key_event)
    .where(_HERE, live_entries.c.public)
    .order_by(live_entries.c.pinned.desc(), live_entries.c.at.desc(), live_entries.c.id.desc())
)
"""The public entries as they stand on the page: pinned ones first, then the newest."""
GONE = select(live_entries.c.id).where(_HERE, ~live_entries.c.public).order_by(live_entries.c.id)
ENTRIES = select(live_entries.c.id, live_entries.c.version, live_entries.c.state).where(
    live_entries.c.id.in_(bindparam("ids", expanding=True)), live_entries.c.public
)


def save(connection: Connection, events: Sequence[Told]) -> set[str]:
    """Show entries, or take them away; returns the keys of what changed."""
    rows = [_row(event.payload, event.version) for event in events]
    ids = [row["id"] for row in rows]
    known = select(live_entries.c.id, live_entries.c.article_id, live_entries.c.public)
    query = known.where(live_entries.c.id.in_(ids))
    before = {entry: (article_id, public) for entry, article_id, public in connection.execute(query)}
    for row in rows:
        # A removal may know nothing but the entry's id.
        row["article_id"] = row["article_id"] or before.get(row["id"], (0, False))[0]
    newer = insert_newer(connection, live_entries, rows)
    changed = {keys.live(row["article_id"]) for row in rows if row["id"] in newer}
    shown = {row["id"] for row in rows if row["id"] in newer and row["public"]}
    changed |= {keys.gone_entry(one) for one in newer - shown if before.get(one, (0, False))[1]}
    return changed | _note_media(connection, _STATES.where(live_entries.c.id.in_(sorted(newer))))


def note_media(connection: Connection, article_ids: Iterable[int]) -> set[str]:
    """Keep which pictures the entries of these articles show, now that the articles have changed; returns the keys of
    the pictures that nobody sees any more."""
    return _note_media(connection, _STATES.where(live_entries.c.article_id.in_(sorted(article_ids))))


def _note_media(connection: Connection, query: Select[int, int, str]) -> set[str]:
    rows = connection.execute(query).all()
    if not rows:
        return set()
    of_articles = articles.c.id.in_({article_id for _, article_id, _ in rows})
    found = connection.execute(select(articles.c.id, articles.c.state).where(of_articles, articles.c.public))
    # Entries of what is no running coverage show nothing.
    live = {article_id for article_id, state in found if state.get("live")}
    # A negative number is no article's.
    shown = {-entry: names_in(text or "") if article in live else frozenset() for entry, article, text in rows}
    return media_uses.note(connection, shown)


def _row(event: LiveEntryPublished | LiveEntryWithdrawn, version: int) -> dict[str, Any]:
    made: dict[str, Any] = {"id": event.id, "version": version, "article_id": event.article_id}
    if isinstance(event, LiveEntryWithdrawn):
        return {**made, "public": False, "at": 0, "pinned": False, "key_event": False, "state": None}
    return {
        **made,
        "public": True,
        "at": int(event.at.timestamp()),
        "pinned": event.pinned,
        "key_event": event.key_event,
        "state": event.model_dump(mode="json"),
    }
