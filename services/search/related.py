""" "Tin liên quan": which articles read alike, found after indexing and told to web.

New stories get theirs at once. Those of an import or a rebuild wait in a small file until the index has had a quiet
moment, so that nothing new waits behind them; a worker that dies goes on with the file.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from services.search.engines.base import SearchEngine
from shared.away import Unavailable
from shared.contracts.events import RelatedArticlesChanged
from shared.telemetry import log

RELATED = 6
_AT_ONCE = 5
"""Batches up to this size are new stories; larger ones an import."""
# Each chunk is one message; what is new waits for the one in hand.
_CHUNK = 40
_QUIET_SECONDS = 0.3
_RETRY_SECONDS = 2.0

Send = Callable[[Sequence[RelatedArticlesChanged]], None]


class Related:
    """Finds the related articles of what was indexed, in a thread of its own."""

    def __init__(self, engine: SearchEngine, file: Path, send: Send) -> None:
        self._engine = engine
        self._send = send
        self._pending = _Pending(file)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._busy_until = 0.0
        self._thread = threading.Thread(target=self._run, name="related", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the articles in hand; the rest stays in the file."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def indexed(self, articles: Sequence[tuple[int, int]]) -> None:
        """Published (id, version)s are in the index: find what is related to them."""
        if not articles:
            return
        at_once = len(articles) <= _AT_ONCE
        if not at_once:
            self._busy_until = time.monotonic() + _QUIET_SECONDS
        self._pending.add(articles, at_once)
        self._wake.set()

    def run_once(self) -> int:
        """Work through some of what waits; returns how many articles that were."""
        waiting = self._pending.take(_CHUNK, only_new=time.monotonic() < self._busy_until)
        if not waiting:
            return 0
        index = self._engine.current()
        versions = dict(waiting)
        events = []
        for document in index.documents(list(versions)):
            # A newer version in the index has its own row in the file; one withdrawn since has no page.
            if document.public and document.version == versions[document.id]:
                related = tuple(index.similar(document, RELATED))
                events.append(RelatedArticlesChanged(article_id=document.id, version=document.version, related=related))
        if events:
            self._send(events)
        self._pending.done(waiting)
        return len(waiting)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self.run_once():
                    continue
                pause = _QUIET_SECONDS if self._pending.count() else _RETRY_SECONDS
            except Unavailable:
                pause = _RETRY_SECONDS
            except Exception as error:
                log.warning("related articles wait", error=repr(error)[:300])
                pause = _RETRY_SECONDS
            self._wake.wait(pause)
            self._wake.clear()


class _Pending:
    """Articles whose related ones are to be found, in a file. Losing its last second is harmless."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=5)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS pending"
            " (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, new INTEGER NOT NULL)"
        )

    def add(self, articles: Sequence[tuple[int, int]], new: bool) -> None:
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version,"
                " new = max(new, excluded.new) WHERE excluded.version >= pending.version",
                [(article_id, version, int(new)) for article_id, version in articles],
            )

    def take(self, limit: int, only_new: bool) -> list[tuple[int, int]]:
        """The next (id, version)s, new stories first; they stay until `done`."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, version FROM pending WHERE new >= ? ORDER BY new DESC, id DESC LIMIT ?",
                (int(only_new), limit),
            )
            return [(int(article_id), int(version)) for article_id, version in rows]

    def done(self, articles: Sequence[tuple[int, int]]) -> None:
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany("DELETE FROM pending WHERE id = ? AND version <= ?", articles)

    def count(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM pending").fetchone()[0])
