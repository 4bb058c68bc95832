"""What is done to the entries of a live coverage. Every function is one transaction; after it the relay is woken.

Raises the kinds of services.ingest.kit.errors.Refused; then nothing was stored. The article's row is held meanwhile, so
that what its entries are together cannot change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, func, insert, select, update

from services.ingest.articles.content import clean
from services.ingest.articles.rules import require, require_publish
from services.ingest.articles.sanitise import to_text
from services.ingest.articles.store.approvals import place_of
from services.ingest.articles.store.pictures import images_of, note_entry
from services.ingest.articles.store.revisions import EDGE_CACHE, current
from services.ingest.articles.versions import Current
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid, NotFound, Stale
from services.ingest.kit.rights import Action
from services.ingest.kit.tables import outbox
from services.ingest.live_coverage.input import LiveEntryInput, NewLiveEntryInput
from services.ingest.live_coverage.tables import LiveEntryRow, live_entries, live_revisions
from shared import clock
from shared import outbox as events
from shared.contracts.articles import Image
from shared.contracts.events import SUBSCRIBERS, LiveEntryPublished, LiveEntryWithdrawn
from shared.database import write as writing
from shared.records import record

MAX_ENTRIES = 1_000
MAX_CHARS = 600_000
MAX_TAGS = 12_000
"""All entries together become one article's body in the end: these are below its bounds."""
_OF_INPUT = ("title", "byline", "pinned", "key_event", "correction")
_ENTRY = live_entries.c
_GONE = "Cập nhật này đã rút."


@dataclass(frozen=True, slots=True)
class SavedEntry:
    """What became of a call. `result` is "created", "updated" or "unchanged"."""

    id: int
    version: int
    status: str
    result: str = "unchanged"


def write(engine: Engine, article_id: int, sent: NewLiveEntryInput, actor: Actor) -> SavedEntry:
    """Make an entry, shown to readers at once if `status` says so; or with a known `external_id` bring that one up to
    date. The same words again change nothing, even when others have changed the entry since."""
    input_hash = sha256(orjson.dumps(sent.model_dump(mode="json"))).hexdigest()

    def work(connection: Connection) -> SavedEntry:
        coverage = current(connection, article_id)
        known = _by_external_id(connection, article_id, sent.external_id)
        if known is not None and known.input_hash == input_hash:
            return _unchanged(known)
        _require_running(connection, coverage, actor)
        if known is not None and known.status == "withdrawn":
            raise Conflict(_GONE)
        public = sent.status == "published"
        if public or (known is not None and known.status == "published"):
            _require_public(connection, coverage, actor)
        said = _said(connection, article_id, known.id if known is not None else None, sent)
        said["input_hash"] = input_hash
        now = clock.moment()
        if known is not None:
            shows = public and known.status == "draft"
            shown_now = {"status": "published", "published_at": now} if shows else {}
            return _next(connection, known, said | shown_now, actor, "published" if shows else "changed")
        made = {
            "article_id": article_id,
            "version": 1,
            "status": sent.status,
            "external_id": sent.external_id,
            **said,
            "published_at": now if public else None,
            "created_by": actor.name,
            "created_at": now,
            "updated_at": now,
        }
        entry_id = int(connection.execute(insert(live_entries).returning(_ENTRY.id), made).scalar_one())
        _note(connection, {"id": entry_id, **made}, actor, "published" if public else "written", tells=public)
        return SavedEntry(entry_id, 1, sent.status, "created")

    return _committed(engine, work)


def change(
    engine: Engine,
    article_id: int,
    entry_id: int,
    sent: LiveEntryInput,
    actor: Actor,
    if_version: int | None = None,
) -> SavedEntry:
    """Give an entry new words; of a public one readers see them at once, so by one who may publish."""

    def work(connection: Connection) -> SavedEntry:
        coverage, row = _held(connection, article_id, entry_id, actor, if_version)
        if row.status == "published":
            _require_public(connection, coverage, actor)
        return _next(connection, row, _said(connection, article_id, entry_id, sent), actor, "changed")

    return _committed(engine, work)


def mark(
    engine: Engine,
    article_id: int,
    entry_id: int,
    actor: Actor,
    *,
    pinned: bool | None = None,
    key_event: bool | None = None,
) -> SavedEntry:
    """Pin an entry on top of the others, name it among the main events, or undo that."""

    def work(connection: Connection) -> SavedEntry:
        coverage, row = _held(connection, article_id, entry_id, actor)
        if row.status == "published":
            _require_public(connection, coverage, actor)
        if key_event and not row.title:
            raise Invalid.of("title", "Diễn biến chính cần một tiêu đề.")
        wanted = {"pinned": pinned, "key_event": key_event}
        marks = {name: value for name, value in wanted.items() if value is not None}
        return _next(connection, row, marks, actor, "marked")

    return _committed(engine, work)


def publish(engine: Engine, article_id: int, entry_id: int, actor: Actor, if_version: int | None = None) -> SavedEntry:
    """Show an entry to readers."""

    def work(connection: Connection) -> SavedEntry:
        coverage, row = _held(connection, article_id, entry_id, actor, if_version)
        _require_public(connection, coverage, actor)
        if row.status == "published":
            return _unchanged(row)
        shown = {"status": "published", "published_at": clock.moment()}
        return _next(connection, row, shown, actor, "published")

    return _committed(engine, work)


def withdraw(engine: Engine, article_id: int, entry_id: int, reason: str, actor: Actor) -> SavedEntry:
    """Take an entry from readers for good, or throw one away that they have not seen; its text stays inside."""

    def work(connection: Connection) -> SavedEntry:
        coverage = current(connection, article_id)
        row = _entry(connection, article_id, entry_id)
        if row.status == "withdrawn":
            return _unchanged(row)
        _require_running(connection, coverage, actor)
        if row.status == "published":
            require(actor, Action.withdraw, place_of(connection, coverage.for_readers))
        return _next(connection, row, {"status": "withdrawn"}, actor, "withdrawn", reason)

    return _committed(engine, work)


# ---------------------------------------------------------------- who may


def _require_running(connection: Connection, coverage: Current, actor: Actor) -> None:
    """Raises Forbidden for who may not write entries, Conflict for what is no running coverage."""
    require(actor, Action.live_write, place_of(connection, coverage.for_readers))
    if not coverage.for_readers.state.live:
        raise Conflict("Bài này không phải bài tường thuật trực tiếp, hoặc tường thuật đã kết thúc.")
    if coverage.row.status == "withdrawn":
        raise Conflict("Bài đã rút, không sửa được.")


def _require_public(connection: Connection, coverage: Current, actor: Actor) -> None:
    """What readers get is approved by the act that shows it: by one who may do both."""
    place = place_of(connection, coverage.for_readers)
    require(actor, Action.publish, place)
    if coverage.row.status != "published":
        raise Conflict("Bài tường thuật chưa xuất bản; hãy xuất bản bài trước.")
    require_publish(actor, replace(place, is_approved=False))


# ---------------------------------------------------------------- how


def _committed(engine: Engine, work: Callable[[Connection], SavedEntry]) -> SavedEntry:
    with writing(engine) as connection:
        result = work(connection)
    if result.result != "unchanged":
        events.wake("ingest")
    return result


def _held(
    connection: Connection, article_id: int, entry_id: int, actor: Actor, if_version: int | None = None
) -> tuple[Current, LiveEntryRow]:
    """A running coverage and one of its entries that was not withdrawn. Raises NotFound, Conflict, Stale."""
    coverage = current(connection, article_id)
    row = _entry(connection, article_id, entry_id)
    _require_running(connection, coverage, actor)
    if if_version is not None and row.version != if_version:
        raise Stale(shown(row))
    if row.status == "withdrawn":
        raise Conflict(_GONE)
    return coverage, row


def _entry(connection: Connection, article_id: int, entry_id: int) -> LiveEntryRow:
    query = select(live_entries).where(_ENTRY.id == entry_id, _ENTRY.article_id == article_id)
    row = record(connection.execute(query), LiveEntryRow)
    if row is None:
        raise NotFound("Không có cập nhật này.")
    return row


def _by_external_id(connection: Connection, article_id: int, external_id: str | None) -> LiveEntryRow | None:
    if external_id is None:
        return None
    same = (_ENTRY.article_id == article_id) & (_ENTRY.external_id == external_id)
    return record(connection.execute(select(live_entries).where(same)), LiveEntryRow)


def _said(connection: Connection, article_id: int, entry_id: int | None, sent: LiveEntryInput) -> dict[str, Any]:
    """What an entry says, by the rules of articles' texts. Raises Invalid, Conflict where a coverage has grown too
    long."""
    body = clean(sent.body, sent.body_format)
    images = images_of(connection, (), body)
    if not to_text(body).strip() and not images:
        raise Invalid.of("body", "Cập nhật trống.")
    _require_room(connection, article_id, entry_id, body)
    said = {name: getattr(sent, name) for name in _OF_INPUT}
    return {**said, "body": body, "images": [image.model_dump(mode="json") for image in images]}


def _require_room(connection: Connection, article_id: int, entry_id: int | None, body: str) -> None:
    others = (_ENTRY.article_id == article_id) & (_ENTRY.id != (entry_id or 0))
    tags = func.length(_ENTRY.body) - func.length(func.replace(_ENTRY.body, "<", ""))
    query = select(
        func.count(), func.coalesce(func.sum(func.length(_ENTRY.body)), 0), func.coalesce(func.sum(tags), 0)
    ).where(others)
    number, chars, marks = connection.execute(query).one()
    if number >= MAX_ENTRIES or chars + len(body) > MAX_CHARS or marks + body.count("<") > MAX_TAGS:
        raise Conflict("Bài tường thuật đã quá dài; hãy kết thúc và mở một bài tường thuật mới.")


def _next(
    connection: Connection, row: LiveEntryRow, changes: Mapping[str, Any], actor: Actor, action: str, reason: str = ""
) -> SavedEntry:
    """The next version of an entry; none where nothing changes."""
    if all(getattr(row, name) == value for name, value in changes.items()):
        return _unchanged(row)
    now = clock.moment()
    values = {**changes, "version": row.version + 1, "updated_at": now}
    connection.execute(update(live_entries).where(_ENTRY.id == row.id).values(values))
    after = {**row._mapping, **values}
    tells = "published" in (row.status, after["status"])
    _note(connection, after, actor, action, reason=reason, tells=tells)
    return SavedEntry(row.id, values["version"], after["status"], "updated")


def _note(
    connection: Connection, after: Mapping[str, Any], actor: Actor, action: str, *, reason: str = "", tells: bool
) -> None:
    """The revision, the files, the events and the audit line of a version."""
    revision = {
        "entry_id": after["id"],
        "version": after["version"],
        "at": after["updated_at"],
        "actor": actor.name,
        "action": action,
        "reason": reason,
        "state": _plain(after),
    }
    connection.execute(insert(live_revisions), revision)
    gone = after["status"] == "withdrawn"
    images = () if gone else [Image(**image) for image in after["images"]]
    note_entry(connection, after["article_id"], after["id"], images, "" if gone else after["body"])
    if tells:
        event = LiveEntryWithdrawn if gone else LiveEntryPublished
        queues = SUBSCRIBERS[event] + ((EDGE_CACHE,) if gone else ())
        events.add(connection, outbox, event, [(after["id"], after["version"])], queues=queues)
    detail = {"entry": after["id"], "version": after["version"], "title": after["title"]}
    more = {"reason": reason} if reason else {}
    audit.append(connection, actor.name, f"live.{action}", f"article:{after['article_id']}", detail | more)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    # Names of columns are a kind of str that orjson does not take.
    return {str(name): value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def shown(row: LiveEntryRow) -> dict[str, Any]:
    """An entry as programs get it."""
    found = _plain(row._mapping)
    del found["input_hash"]
    return found | {"body_format": "html"}


def _unchanged(row: LiveEntryRow) -> SavedEntry:
    return SavedEntry(row.id, row.version, row.status)
