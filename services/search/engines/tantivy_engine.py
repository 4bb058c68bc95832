"""The embedded engine: folders under data_dir/search, and a pointer file that says which one is searched."""

import fcntl
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from services.search.engines import base
from services.search.engines.base import Index, Made
from services.search.engines.tantivy_index import TantivyIndex
from services.search.vectors import FileVectors, Vectors
from services.search.words import EditorsWords
from shared.away import Unavailable
from shared.contracts.events import SearchRule, SearchRulesChanged
from shared.telemetry import log

_POINTER = "indexes.json"
_RULES = "rules.json"
_WRITER = "writer.lock"


class TantivyEngine(base.SearchEngine):
    """The indexes in `folder`. Any process may read; the one that holds `own()` writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pointer = folder / _POINTER
        self._seen: object = None
        self._names: dict[str, str | None] = {}
        self._open: dict[str, TantivyIndex] = {}
        self._lock = threading.RLock()
        self._owned: int | None = None
        self._rules = folder / _RULES
        self._words = EditorsWords()
        self._words_seen: object = None

    def own(self) -> bool:
        """Become the writing process of these indexes, until `close` or the process's end. False: another one is."""
        if self._owned is not None:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / _WRITER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._owned = descriptor
        if self._read()["current"] is None:
            self._point(current=self._new().name)
        return True

    def current(self) -> Index:
        name = self._read()["current"]
        if name is None:
            raise Unavailable("there is no search index yet: the indexing worker makes it when it starts")
        return self._index(name)

    def building(self) -> Index | None:
        name = self._read()["building"]
        return None if name is None else self._index(name)

    def previous(self) -> Index | None:
        name = self._read()["previous"]
        return None if name is None else self._index(name)

    def begin(self) -> Index:
        with self._lock:
            name = self._read()["building"]
            if name is not None:
                index = self._index(name)
                if index.made == Made():
                    return index
                self._point(building=None)
                self._drop(name)
            index = self._new()
            self._point(building=index.name)
            return index

    def switch(self) -> None:
        with self._lock:
            names = self._read()
            if names["building"] is None:
                return
            oldest = names["previous"]
            self._point(current=names["building"], building=None, previous=names["current"])
            if oldest is not None:
                self._drop(oldest)

    def rollback(self) -> bool:
        with self._lock:
            names = self._read()
            if names["previous"] is None:
                return False
            self._point(current=names["previous"], previous=names["current"])
            return True

    def words(self) -> EditorsWords:
        try:
            stat = self._rules.stat()
        except FileNotFoundError:
            return self._words
        seen = (stat.st_ino, stat.st_mtime_ns)
        with self._lock:
            if seen != self._words_seen:
                held = SearchRulesChanged.model_validate_json(self._rules.read_bytes())
                self._words, self._words_seen = EditorsWords(held.version, held.rules, held.places), seen
            return self._words

    def keep_words(self, version: int, rules: Sequence[SearchRule], places: bool = True) -> None:
        if version > self.words().version:
            kept = SearchRulesChanged(version=version, rules=tuple(rules), places=places)
            _replace(self._rules, kept.model_dump_json().encode())

    def vectors(self, model: str) -> Vectors:
        return FileVectors(self._folder / "vectors.db", model)

    def close(self) -> None:
        with self._lock:
            for index in self._open.values():
                index.close()
            self._open.clear()
            if self._owned is not None:
                os.close(self._owned)
                self._owned = None

    def _index(self, name: str) -> TantivyIndex:
        with self._lock:
            index = self._open.get(name)
            if index is None:
                try:
                    index = self._open[name] = TantivyIndex(self._folder / name)
                except (OSError, ValueError) as error:
                    raise Unavailable(f"search index {name} cannot be opened: {error}") from error
            return index

    def _new(self) -> TantivyIndex:
        for part in self._folder.glob("articles-*.part"):
            shutil.rmtree(part, ignore_errors=True)
        taken = [int(path.name.rpartition("-")[2]) for path in self._folder.glob("articles-*")]
        index = TantivyIndex.create(self._folder / f"articles-{max(taken, default=0) + 1:04d}")
        self._open[index.name] = index
        return index

    def _read(self) -> dict[str, str | None]:
        """Names under "current", "building" and "previous"; read again when the pointer file has changed."""
        try:
            stat = self._pointer.stat()
        except FileNotFoundError:
            return {"current": None, "building": None, "previous": None}
        seen = (stat.st_ino, stat.st_mtime_ns)
        with self._lock:
            if seen != self._seen:
                values: dict[str, Any] = orjson.loads(self._pointer.read_bytes())
                self._names = {key: values.get(key) for key in ("current", "building", "previous")}
                self._seen = seen
                for name in [name for name in self._open if name not in self._names.values()]:
                    self._open.pop(name).close()
            return dict(self._names)

    def _point(self, **changed: str | None) -> None:
        names = self._read() | changed
        _replace(self._pointer, orjson.dumps(names))
        log.info("search indexes", **names)

    def _drop(self, name: str) -> None:
        index = self._open.pop(name, None)
        if index is not None:
            index.close()
        # Readers keep the files they have open; the names go.
        shutil.rmtree(self._folder / name, ignore_errors=True)


def _replace(file: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    part = file.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    part.replace(file)
