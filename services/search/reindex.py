"""A new index beside the old one, without a pause: `toasoan reindex`.

While a new index is being filled, everything is written to both; the filler copies what the new one lacks or has in
an older version, article by article, until nothing differs; then the pointer (or alias) is switched and the old index
stays for a rollback. There is no other progress than the new index itself: whoever is killed half-way, the next one
goes on with what is still missing.

The embedded engine has one writing process, so the filling is done there while the house runs, and by the command
itself where it does not.
"""

import threading
import time
from collections.abc import Iterator

from services.search.engines.base import Index, SearchEngine
from services.search.engines.choose import make_engine
from services.search.yielding import REINDEX_RESTS, Yielding
from shared.away import Unavailable
from shared.telemetry import log

_PAGE = 5_000
_CHUNK = 50
_LOOK_SECONDS = 0.5
# A process that writes looks this often whether a new index was begun, or another is searched.
_BEGUN_SECONDS = 2.0
_STRAGGLERS_SECONDS = 2.0
# How often the numbers of documents are compared before a new index is given up.
_COMPARED = 20
# A worker that has not brought the new index any further for this long is not at work.
_STALLED_SECONDS = 120.0


class ReindexFailed(RuntimeError):
    """The new index was not finished; the message says why. The old one is searched as before."""


def reindex() -> int:
    """Make the index anew and search in it from then on; returns the number of documents, drafts included.

    Raises ReindexFailed; calling it again goes on where the last one ended.
    """
    engine = make_engine()
    try:
        if engine.own():
            new = engine.begin()
            fill(engine, threading.Event())
            return new.size()
        return _ask_worker(engine)
    except Unavailable as error:
        raise ReindexFailed(f"the search engine is away: {error}") from error
    finally:
        engine.close()


def rollback() -> int:
    """Search in the index before the last switch again; returns its number of documents.

    What was written since is copied into it: here, or by the house's indexing worker within seconds.
    Raises ReindexFailed, when there is none.
    """
    engine = make_engine()
    try:
        if not engine.rollback():
            raise ReindexFailed("there is no earlier search index to go back to")
        if engine.own():
            level(engine, threading.Event())
        return engine.current().size()
    except Unavailable as error:
        raise ReindexFailed(f"the search engine is away: {error}") from error
    finally:
        engine.close()


def fill(engine: SearchEngine, stop: threading.Event) -> bool:
    """Bring the new index level with the current one and switch. False when told to stop before."""
    old, new = engine.current(), engine.building()
    if new is None:
        return False
    copied = 0
    for _ in range(_COMPARED):
        while behind := _copy(old, new, stop):
            copied += behind
        if stop.is_set():
            return False
        if engine.current().name == new.name:
            # Another process has filled it as well and was first: what is written now goes to this one alone.
            return True
        sizes = old.size(), new.size()
        if sizes[0] == sizes[1]:
            break
        # Most likely a batch that was in one of them already and in the other not yet.
        stop.wait(_LOOK_SECONDS)
    else:
        raise ReindexFailed(f"{old.name} has {sizes[0]} documents, {new.name} has {sizes[1]}: not switched")
    engine.switch()
    log.info("search index made anew", index=new.name, copied=copied)
    return True


def level(engine: SearchEngine, stop: threading.Event) -> None:
    """Give the current index what only the one before it has: written while nobody knew yet which is which, or
    before a rollback."""
    current, before = engine.current(), engine.previous()
    if before is not None:
        copied = _copy(before, current, stop)
        log.info("search index levelled", index=current.name, copied=copied)


def _copy(source: Index, target: Index, stop: threading.Event) -> int:
    """Copy what `target` lacks or has in an older version; returns the number of documents."""
    copied, yielding = 0, Yielding(REINDEX_RESTS, stop.wait)
    for ids in _chunks(_behind(source, target)):
        if stop.is_set():
            break
        yielding.begin()
        documents = source.documents(ids)
        target.apply(documents)
        copied += len(documents)
        yielding.end()
    return copied


def _behind(old: Index, new: Index) -> Iterator[int]:
    """Ids whose version in the new index is lower than in the old one, or missing."""
    after = -1
    while True:
        page = old.versions(after, _PAGE)
        if not page:
            return
        last = page[-1][0]
        held: dict[int, int] = {}
        at = after
        while at < last:
            part = new.versions(at, _PAGE)
            held.update(part)
            if len(part) < _PAGE:
                break
            at = part[-1][0]
        yield from (article_id for article_id, version in page if held.get(article_id, -1) < version)
        after = last


def _chunks(ids: Iterator[int]) -> Iterator[list[int]]:
    chunk: list[int] = []
    for article_id in ids:
        chunk.append(article_id)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _ask_worker(engine: SearchEngine) -> int:
    """The house runs: its indexing worker sees the new index and fills it."""
    new = engine.begin()
    seen, at = -1, time.monotonic()
    while engine.current().name != new.name:
        held = new.size()
        if held != seen:
            seen, at = held, time.monotonic()
        elif time.monotonic() - at > _STALLED_SECONDS:
            raise ReindexFailed(f"search.index has not brought {new.name} further for {_STALLED_SECONDS:g} s")
        time.sleep(0.3)
    return engine.current().size()


class Filler:
    """Fills a new index whenever there is one, and levels the current one whenever that is another, in a thread of
    the writing process."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="filler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the chunk in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        searched: str | None = None
        while not self._stop.wait(_BEGUN_SECONDS):
            try:
                current = self._engine.current().name
                if searched not in (None, current):
                    # A writer may have looked which one is current shortly before it was another.
                    self._stop.wait(_STRAGGLERS_SECONDS)
                    level(self._engine, self._stop)
                searched = current
                if self._engine.building() is not None:
                    fill(self._engine, self._stop)
            except Exception as error:
                log.warning("search index not made anew yet", error=repr(error)[:300])
