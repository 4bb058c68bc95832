""" "Tin liên quan": which articles read alike, found after indexing and told to web.

What an editor linked to in the text comes first. New stories get their list at once, and the older ones that they are
like get theirs anew; so do those that were like a story that changed or went. Those of an import or a rebuild wait in a
small file until the index has had a quiet moment, so that nothing new waits behind them; a worker that dies goes on
with the file.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.search.documents import IndexDocument
from services.search.engines.base import Index, SearchEngine
from services.search.yielding import RELATED_RESTS, Yielding, asked
from shared import clock
from shared.away import Unavailable
from shared.contracts.events import RelatedArticlesChanged
from shared.telemetry import log

RELATED = 12
"""Twice what web shows: some may be withdrawn since."""
_LINKED = 6
_AT_ONCE = 5
"""Batches up to this size are new stories; larger ones an import."""
# Each chunk is one message; what is new waits for the one in hand.
_CHUNK = 40
# Elasticsearch makes an import searchable within a second.
_QUIET_SECONDS = 1.2
_RETRY_SECONDS = 2.0

Send = Callable[[Sequence[RelatedArticlesChanged]], None]


class Related:
    """Finds the related articles of what was indexed, in a thread of its own."""

    def __init__(self, engine: SearchEngine, file: Path, send: Send, questions: Callable[[], bool] = asked) -> None:
        self._engine = engine
        self._send = send
        self._pending = _Pending(file)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._yielding = Yielding(RELATED_RESTS, self._stop.wait, questions)
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

    def indexed(self, documents: Sequence[IndexDocument]) -> None:
        """These are in the index: find what is related to those that are public, and anew what was to the others."""
        articles = [(document.id, document.version) for document in documents if document.public]
        self._pending.forget([document.id for document in documents if not document.public])
        at_once = len(articles) <= _AT_ONCE
        if not at_once:
            self._busy_until = clock.monotonic() + _QUIET_SECONDS
        self._pending.add(articles, at_once)
        self._wake.set()

    def run_once(self) -> int:
        """Work through some of what waits; returns how many articles that were."""
        waiting = self._pending.take(_CHUNK, only_new=clock.monotonic() < self._busy_until)
        if not waiting:
            return 0
        begun = _stamp()
        index = self._engine.current()
        wanted = {one.id: one for one in waiting}
        before = self._pending.told(wanted)
        found: dict[int, tuple[int, ...]] = {}
        for document in index.documents(list(wanted)):
            # A newer version in the index has its own row in the file; one withdrawn since has no page.
            if document.public and wanted[document.id].version in (_ANY, document.version):
                self._yielding.begin()
                found[document.id] = self._list(index, document)
                self._yielding.end()
        # Web may have lost what it was told of an article that it is told again itself.
        events = [
            RelatedArticlesChanged(article_id=article_id, version=begun, related=related)
            for article_id, related in found.items()
            if wanted[article_id].version != _ANY or related != before.get(article_id)
        ]
        if events:
            self._send(events)
        self._pending.done(waiting, found, begun)
        for article_id, related in found.items():
            if wanted[article_id].version != _ANY:
                self._pending.look_again({*related, *before.get(article_id, ())}, wanted[article_id])
        return len(waiting)

    @staticmethod
    def _list(index: Index, document: IndexDocument) -> tuple[int, ...]:
        """What the text links to, then what reads alike."""
        linked = {one.id for one in index.documents(document.linked[:_LINKED]) if one.public}
        first = [article_id for article_id in document.linked if article_id in linked and article_id != document.id]
        return tuple(dict.fromkeys([*first, *index.similar(document, RELATED)]))[:RELATED]

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


_ANY = 0
"""In place of a version: whichever the index has."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article whose list is to be made; `since` is when it came into the index."""

    id: int
    version: int
    new: int
    since: int


class _Pending:
    """Articles whose related ones are to be found, and the lists that were told, in a file. Losing it is harmless."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=5)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY, version INTEGER NOT NULL,"
            " new INTEGER NOT NULL, since INTEGER NOT NULL)"
        )
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY, ids TEXT NOT NULL, at INTEGER NOT NULL)"
        )

    def add(self, articles: Sequence[tuple[int, int]], new: bool) -> None:
        self._add([(article_id, version, int(new), _stamp()) for article_id, version in articles])

    def look_again(self, ids: Iterable[int], because: _Waiting) -> None:
        """Make the lists anew that were told before an article came, or went."""
        lists = self._told(ids)
        self._add([(one, _ANY, because.new, because.since) for one, (_, at) in lists.items() if at < because.since])

    def forget(self, ids: Iterable[int]) -> None:
        """These articles are gone: what was like them needs other lists."""
        for article_id, (related, _) in self._told(ids).items():
            self.look_again(related, _Waiting(article_id, _ANY, 1, _stamp()))
            with self._lock:
                self._db.execute("DELETE FROM told WHERE id = ?", (article_id,))

    def take(self, limit: int, only_new: bool) -> list[_Waiting]:
        """What comes next, new stories first; it stays until `done`."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, version, new, since FROM waiting WHERE new >= ? ORDER BY new DESC, id DESC LIMIT ?",
                (int(only_new), limit),
            )
            return [_Waiting(*row) for row in rows]

    def told(self, ids: Iterable[int]) -> Mapping[int, tuple[int, ...]]:
        """The lists that were told of these articles."""
        return {article_id: related for article_id, (related, _) in self._told(ids).items()}

    def done(self, articles: Sequence[_Waiting], found: Mapping[int, tuple[int, ...]], at: int) -> None:
        lists = [(article_id, " ".join(map(str, related)), at) for article_id, related in found.items()]
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", lists)
            self._db.executemany(
                "DELETE FROM waiting WHERE id = ? AND version <= ?", [(one.id, one.version) for one in articles]
            )

    def count(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM waiting").fetchone()[0])

    def _add(self, rows: Sequence[tuple[int, int, int, int]]) -> None:
        if not rows:
            return
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO waiting VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version,"
                " new = max(new, excluded.new), since = excluded.since WHERE excluded.version >= waiting.version",
                rows,
            )

    def _told(self, ids: Iterable[int]) -> dict[int, tuple[tuple[int, ...], int]]:
        found = {}
        with self._lock:
            for article_id in ids:
                row = self._db.execute("SELECT ids, at FROM told WHERE id = ?", (article_id,)).fetchone()
                if row:
                    found[article_id] = (tuple(map(int, row[0].split())), int(row[1]))
        return found


def _stamp() -> int:
    """Microseconds: more than the version of any article, by which lists were known before."""
    return int(clock.now() * 1_000_000)
