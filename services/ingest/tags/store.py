"""Which tags are merged into which: all of it is one versioned thing, like the front page.

Articles keep the tags that were typed, here and in their revisions; readers' stores show the other one instead, so
that a merge can be taken back.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, select

from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.tags.tables import tag_merges
from shared import outbox as events
from shared.contracts.events import TagMerge, TagsMerged
from shared.database import AdvisoryLock, read, take_lock, write
from shared.vietnamese.text import slug

MAX_MERGES = 500
MAX_CHARS = 100
_Merges = dict[str, TagMerge]
"""By the merged tag's slug."""


def listed(engine: Engine) -> list[TagMerge]:
    """Every merge, by the merged tag's name."""
    with read(engine) as connection:
        found = payload(connection)
    return sorted(found.merges, key=lambda one: one.slug) if found else []


def merge(engine: Engine, actor: Actor, name: str, into_name: str) -> None:
    """Merge a tag into another, with all that were merged into it. Raises Invalid."""
    merged, into = slug(name, 80), slug(into_name, 80)
    for field, address in (("name", merged), ("into", into)):
        if not address:
            raise Invalid.of(field, "Từ khóa phải có chữ cái hoặc chữ số.")

    def work(merges: _Merges) -> dict[str, Any]:
        # Into what its readers get to in the end.
        other = merges.get(into)
        address, written = (other.into_slug, other.into_name) if other else (into, into_name)
        if address == merged:
            raise Invalid.of("into", "Hai từ khóa này đã là một, hoặc từ khóa kia đã gộp vào từ khóa này.")
        if merged in merges:
            raise Invalid.of("name", f"Từ khóa này đã gộp vào “{merges[merged].into_name}”.")
        if len(merges) >= MAX_MERGES:
            raise Invalid.of("name", f"Đã gộp {MAX_MERGES} từ khóa; hãy bỏ bớt những lần gộp không còn cần.")
        merges[merged] = TagMerge(slug=merged, name=name, into_slug=address, into_name=written)
        for key, one in merges.items():
            if one.into_slug == merged:
                merges[key] = one.model_copy(update={"into_slug": address, "into_name": written})
        return {"name": name, "into": written}

    _change(engine, actor, "tags.merged", work)


def part(engine: Engine, actor: Actor, merged: str) -> None:
    """Take a merge back: the tag, by its slug, stands for itself again. Raises NotFound."""

    def work(merges: _Merges) -> dict[str, Any]:
        if merged not in merges:
            raise NotFound("Từ khóa này không gộp vào từ khóa nào.")
        was = merges.pop(merged)
        return {"name": was.name, "into": was.into_name}

    _change(engine, actor, "tags.parted", work)


def payload(connection: Connection) -> TagsMerged | None:
    row = connection.execute(select(tag_merges.c.version, tag_merges.c.merges)).first()
    if row is None:
        return None
    version, merges = row
    return TagsMerged(version=version, merges=tuple(TagMerge(**one) for one in merges))


def _change(engine: Engine, actor: Actor, act: str, work: Callable[[_Merges], dict[str, Any]]) -> None:
    """`work` changes the merges and returns what the audit log is to say."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.tag_merges)
        before = payload(connection)
        merges = {one.slug: one for one in before.merges} if before else {}
        detail = work(merges)
        version = before.version + 1 if before else 1
        values = {"version": version, "merges": [one.model_dump() for one in merges.values()]}
        connection.execute(only_one.setting(connection, tag_merges, values))
        only_one.tell(connection, TagsMerged, version)
        audit.append(connection, actor.name, act, "tags", detail)
    events.wake("ingest")
