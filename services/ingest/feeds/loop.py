"""Polling: what is due in SQL is fetched, and what is new becomes a draft. One bad feed holds nothing else up.

A feed is claimed by moving its time forward before it is fetched, so two processes never fetch it twice, and one
that dies forgets nothing: the next time comes.
"""

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import workflow
from services.ingest.articles.store.articles import save_article
from services.ingest.articles.versions import Saved
from services.ingest.exchange.importers import IMPORTER, format_of, pieces
from services.ingest.exchange.importers.fitting import fitted
from services.ingest.exchange.importers.formats import unknown
from services.ingest.exchange.importers.found import ForeignArticle, LeftOut
from services.ingest.exchange.importers.pictures import Pictures
from services.ingest.exchange.importers.saving import take_back
from services.ingest.exchange.store import wires
from services.ingest.feeds import store
from services.ingest.feeds.tables import FeedRow
from services.ingest.kit import bounded
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Refused, TooHeavy
from services.ingest.kit.fetching import Fetcher, FetchFailed
from services.ingest.kit.json_input import read_fields
from shared import clock
from shared.database import engine as service_engine
from shared.http_client import Answer
from shared.telemetry import log

MAX_ITEMS = 200
AT_ONCE = 4
_KINDS = ("rss", "ninjs", "newsml", "newsml1", "nitf")
# For reading the feed, and for each item of it.
_BOUNDS = bounded.Bounds(cpu_seconds=20, memory_bytes=1_000_000_000, seconds=60)
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml, text/xml, application/json;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll gave: how many drafts are new, and how many items were unusable, with the first reason."""

    drafts: int
    unusable: int
    reason: str


def poll_due(engine: Engine, fetcher: Fetcher) -> int:
    """Poll every feed that is due; returns how many were polled."""
    now = clock.moment()
    claimed = [row for row in store.due(engine, now) if store.claim(engine, row, now)]
    if claimed:
        with ThreadPoolExecutor(min(AT_ONCE, len(claimed)), thread_name_prefix="feed") as pool:
            list(pool.map(lambda row: poll(engine, row, fetcher), claimed))
    return len(claimed)


def poll(engine: Engine, row: FeedRow, fetcher: Fetcher) -> None:
    """Poll one feed and note how it went, whatever happens."""
    try:
        answer = fetcher.get(row.url, _conditions(row))
        polled = Polled(0, 0, "") if answer.status == 304 else _taken_in(row, answer)
    except TooHeavy as ended:
        store.failed(engine, row, ended.detail, ended.cause)
    except Refused as refused:
        store.failed(engine, row, refused.detail)
    except Exception as error:
        log.exception("feed failed", feed=row.id)
        store.failed(engine, row, f"Lỗi khi đọc nguồn tin: {error}")
    else:
        note = f"{polled.unusable} mục không dùng được: {polled.reason}" if polled.unusable else ""
        # What was unusable may be mended there without a new mark.
        marks = None if answer.status == 304 else {} if polled.unusable else answer.headers
        store.went_well(engine, row, marks, polled.drafts, note)


def _conditions(row: FeedRow) -> dict[str, str]:
    given = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
    return {"Accept": _ACCEPT, **{name: value for name, value in given.items() if value}}


def _taken_in(row: FeedRow, answer: Answer) -> Polled:
    """Make drafts of what is new, in a bounded process. Raises Refused where the whole is unusable, TooHeavy."""
    if answer.status != 200:
        raise FetchFailed(f"Máy chủ trả lời HTTP {answer.status}.")
    # Readers want a file, which also keeps a long feed out of memory.
    with tempfile.NamedTemporaryFile(prefix="toasoan-feed-") as copy:
        copy.write(answer.body)
        copy.flush()
        return Polled(*bounded.run(take_in, row.id, copy.name, bounds=_BOUNDS))


def take_in(feed_id: int, file: str) -> tuple[int, int, str]:
    """Inside the bounded process: make drafts of what is new in a feed's file; the parts of Polled."""
    engine = service_engine("ingest")
    row = store.one(engine, feed_id)
    actor = Actor(f"feed:{row.name}", frozenset({Scope.draft}))
    pictures = Pictures(engine, actor)
    drafts = unusable = read_items = 0
    reason = ""
    for found in _items(Path(file)):
        bounded.going_on()
        read_items += 1
        try:
            if isinstance(found, Refused):
                raise found
            article, until = _draft(row, found, pictures)
            if _is_old(engine, article, found):
                continue
            saved = save_article(engine, article, actor, bulk=True, keep_edited=True)
            drafts += saved.result == "created"
            _tell(engine, saved, found, until, actor)
        except Refused as refused:
            unusable, reason = unusable + 1, reason or refused.detail
    if unusable and unusable == read_items:
        raise FetchFailed(reason)
    return drafts, unusable, reason


def _items(file: Path) -> Iterator[ForeignArticle | Refused]:
    """The first MAX_ITEMS of a feed. Raises Refused for what is none."""
    kind = format_of(file)
    if kind not in _KINDS:
        raise unknown(file)
    found = (piece for _, piece in pieces(file, kind) if not isinstance(piece, LeftOut))
    yield from islice(found, MAX_ITEMS)


def _draft(row: FeedRow, found: ForeignArticle, pictures: Pictures) -> tuple[ArticleInput, datetime | None]:
    """An item as a draft of the feed's section, and until when it is held: when it appears here, and where, is for
    editors to say."""
    found.fields.pop("status", None)
    fields, until = fitted(found, "draft", row.section, clock.moment())
    placed, _, _ = pictures.place(fields)
    known = {name: value for name, value in placed.items() if value not in (None, "")}
    for not_ours in ("published_at", "old_paths", "earlier_views"):
        known.pop(not_ours, None)
    said = known.get("external_id") or json.dumps([known.get("title"), known.get("body")])
    own = {
        "external_id": f"feed:{row.id}:{sha256(str(said).encode('utf-8', 'replace')).hexdigest()[:40]}",
        "section": row.section,
        "status": "draft",
        "byline": known.get("byline") or row.name,
    }
    return read_fields(ArticleInput, {"body": "", **known, **own}), until


def _is_old(engine: Engine, article: ArticleInput, found: ForeignArticle) -> bool:
    """Whether a newer version of a wire's item has come already; if not, this one is noted."""
    name = article.external_id
    if name is None or found.version is None:
        return False
    before = wires.known(engine, [name]).get(name)
    if before is not None and found.version < before:
        return True
    if found.version != before:
        wires.note(engine, {name: found.version})
    return False


def _tell(engine: Engine, saved: Saved, found: ForeignArticle, until: datetime | None, actor: Actor) -> None:
    """Editors learn what the agency says of an item; what it takes back is taken from readers."""
    if found.killed:
        take_back(engine, saved.id, found.killed)
    if saved.result == "unchanged":
        return
    if until is not None and saved.status != "published":
        workflow.set_embargo(engine, saved.id, until, IMPORTER)
    for note in found.notes():
        workflow.add_note(engine, saved.id, note, actor)
