"""The payloads of ingest's events, built when the relay publishes: articles from the immutable revision, whose JSON
goes out as it is kept (whoever gets it reads it by the contract); the rest from the row as it is now (a higher version
wins, so newer is never wrong)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Text, select, type_coerce

from services.ingest.articles.store.revisions import AT_POINTERS, rows_at
from services.ingest.articles.tables import revisions
from services.ingest.comments.store import comments
from services.ingest.kit.only_one import ONLY
from services.ingest.live_coverage.store import reading as live_entries
from services.ingest.ops.expected import ONLY_ONES
from services.ingest.sections import store as sections
from shared.contracts.articles import Contract
from shared.contracts.events import (
    ArticlePublished,
    ArticleSaved,
    ArticleWithdrawn,
    CommentPublished,
    CommentRemoved,
    Event,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    SectionRemoved,
    SectionSaved,
)
from shared.database import engine as service_engine
from shared.database import read
from shared.outbox import Pointer

_MANY = 200
_Payloads = dict[Pointer, Contract | bytes | None]
_REVISIONS = select(
    revisions.c.article_id, revisions.c.version, revisions.c.at, type_coerce(revisions.c.state, Text)
).where(AT_POINTERS)


def build(kind: str, pointers: Sequence[Pointer]) -> _Payloads:
    """For shared.outbox.Relay: the payload of each (key, version); None where nothing stands there any more."""
    return build_from(service_engine("ingest"), kind, pointers)


def build_from(engine: Engine, kind: str, pointers: Sequence[Pointer]) -> _Payloads:
    """`build` from any engine. Raises KeyError for a kind that ingest does not publish."""
    made: _Payloads = {}
    with read(engine) as connection:
        for start in range(0, len(pointers), _MANY):
            part = pointers[start : start + _MANY]
            if kind in _ARTICLES:
                made |= _from_revisions(connection, kind, part)
            else:
                found = _OTHERS[kind](connection, [int(key) for key, _ in part])
                made |= {(key, version): found[int(key)] for key, version in part if int(key) in found}
    if kind in _NEVER_WRITTEN:
        made |= {pointer: _NEVER_WRITTEN[kind](*pointer) for pointer in pointers if made.get(pointer) is None}
    return made


def _from_revisions(connection: Connection, kind: str, pointers: Sequence[Pointer]) -> _Payloads:
    rows = rows_at(connection, _REVISIONS, [(int(key), version) for key, version in pointers])
    return {
        (str(article), version): _ARTICLES[kind](article, version, at, state) for article, version, at, state in rows
    }


def _whole(_article: int, _version: int, _at: datetime, state: str) -> bytes:
    return b'{"article":%b}' % state.encode()


def _withdrawn(article: int, version: int, at: datetime, state: str) -> ArticleWithdrawn:
    told = orjson.loads(state)
    return ArticleWithdrawn(
        article_id=article, version=version, reason_kind=told["status"], section_slug=told["section_slug"], at=at
    )


def _no_article(key: str, version: int) -> ArticleWithdrawn:
    return ArticleWithdrawn(
        article_id=int(key), version=version, reason_kind="withdrawn", section_slug="", at=datetime.now(UTC)
    )


def _no_comment(key: str, version: int) -> CommentRemoved:
    return CommentRemoved(id=int(key), version=version, article_id=0)


def _no_live_entry(key: str, version: int) -> LiveEntryWithdrawn:
    return LiveEntryWithdrawn(id=int(key), version=version, article_id=0)


def _no_section(key: str, version: int) -> SectionRemoved:
    return SectionRemoved(id=int(key), version=version)


def _only_one(tell: Callable[[Connection], Contract | None], connection: Connection, _ids: list[int]) -> Any:
    return {ONLY: tell(connection)}


def _nothing_said(event: type[Event], _key: str, version: int) -> Event:
    return event.model_validate({"version": version})


_NEVER_WRITTEN: dict[str, Any] = {
    **{event.kind: partial(_nothing_said, event) for event in ONLY_ONES},
    ArticleWithdrawn.kind: _no_article,
    SectionRemoved.kind: _no_section,
    CommentRemoved.kind: _no_comment,
    LiveEntryWithdrawn.kind: _no_live_entry,
}
"""Of what stores know and ingest does not: it was put back to a state before that."""
_ARTICLES: dict[str, Any] = {
    ArticlePublished.kind: _whole,
    ArticleSaved.kind: _whole,
    ArticleWithdrawn.kind: _withdrawn,
}
_OTHERS: dict[str, Any] = {
    SectionSaved.kind: sections.payloads,
    SectionRemoved.kind: lambda _connection, _ids: {},
    **{event.kind: partial(_only_one, tell) for event, tell in ONLY_ONES.items()},
    CommentPublished.kind: lambda connection, ids: comments.payloads(connection, CommentPublished, ids),
    CommentRemoved.kind: lambda connection, ids: comments.payloads(connection, CommentRemoved, ids),
    LiveEntryPublished.kind: lambda connection, ids: live_entries.payloads(connection, LiveEntryPublished, ids),
    LiveEntryWithdrawn.kind: lambda connection, ids: live_entries.payloads(connection, LiveEntryWithdrawn, ids),
}
