"""Three read models as one small worker: `python read_models.py DATABASE`.

What it holds is a table of (store, kind, id, version, title); a higher version wins, as in the real ones.
"""

import sqlite3
import sys
from typing import Any

from celery import Celery

from shared.celery_factory import make_celery
from shared.contracts.commands import (
    ListCounterVersions,
    ListSearchVersions,
    ListWebComments,
    ListWebLiveEntries,
    ListWebRelated,
    ListWebSections,
    ListWebVersions,
    VersionsAnswer,
)
from shared.contracts.events import SUBSCRIBERS, ArticlePublished, Event
from shared.contracts.queues import CONSUMERS, Queue
from shared.handler import answers, handles
from shared.worker import run_worker

INSERT = (
    "INSERT INTO held VALUES (?, ?, ?, ?, ?) ON CONFLICT (store, kind, id) DO UPDATE"
    " SET version = excluded.version, title = excluded.title WHERE excluded.version > held.version"
)

REFUSED = "Tin không ai nhận"
"""No store takes an article of this title, or a section of this name."""


def connect(path: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS held (store TEXT, kind TEXT, id INTEGER, version INTEGER, title TEXT,"
        " PRIMARY KEY (store, kind, id))"
    )
    return database


def _keep(app: Celery, database: sqlite3.Connection, event: type[Event], service: str) -> None:
    kind = next((thing for thing in ("article", "comment", "live_entry") if event.kind.startswith(thing)), event.kind)

    @handles(app, event, service=service)
    def keep(events: list[Any]) -> None:
        for one in events:
            said = getattr(one.payload, "article", one.payload)
            if REFUSED in (getattr(said, "title", ""), getattr(said, "name", "")):
                raise ValueError("refused")
            key = one.payload.article.id if hasattr(one.payload, "article") else None
            key = key or getattr(one.payload, "article_id" if kind == "article" else "id")
            title = one.payload.article.title if hasattr(one.payload, "article") else getattr(one.payload, "text", "")
            database.execute(INSERT, (service, kind, key, one.version, title))
            if service == "search" and event is ArticlePublished:
                database.execute(INSERT, ("web", "related", key, one.version, ""))  # search tells web


def _list(app: Celery, database: sqlite3.Connection, question: type[ListWebVersions], service: str, kind: str) -> None:
    @answers(app, question, service=service)
    def versions(query: ListWebVersions) -> VersionsAnswer:
        rows = database.execute(
            "SELECT id, version FROM held WHERE store = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?",
            (service, kind, query.after, query.limit),
        )
        return VersionsAnswer(versions=tuple((row[0], row[1]) for row in rows))


def main(path: str) -> int:
    app, database = make_celery("readers"), connect(path)
    for event, queues in SUBSCRIBERS.items():
        for queue in queues:
            _keep(app, database, event, CONSUMERS[queue])
    for question, service, kind in (
        (ListWebVersions, "web", "article"),
        (ListWebComments, "web", "comment"),
        (ListWebLiveEntries, "web", "live_entry"),
        (ListWebRelated, "web", "related"),
        (ListWebSections, "web", "section_saved"),
        (ListSearchVersions, "search", "article"),
        (ListCounterVersions, "counter", "article"),
    ):
        _list(app, database, question, service, kind)
    return run_worker("readers", app, [Queue.page, Queue.index, Queue.count, Queue.query, Queue.statistics])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
