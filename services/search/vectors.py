"""Vectors of articles, kept beside the index: of one model, with the version of the article that they were made of."""

import sqlite3
import threading
from abc import ABC, abstractmethod
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from services.search.embedding import Vector

_OF_THESE = "FROM vectors WHERE model = ? AND id IN (SELECT value FROM json_each(?))"
_VECTORS = f"SELECT id, vector {_OF_THESE}"
_VERSIONS = f"SELECT id, version {_OF_THESE}"


@dataclass(frozen=True, slots=True)
class ArticleVector:
    """What one version of an article means."""

    id: int
    version: int
    vector: Vector


class Vectors(ABC):
    """Those of one model; of another one there are none. Thread-safe."""

    @abstractmethod
    def of(self, ids: Sequence[int]) -> Mapping[int, Vector]:
        """The vectors of these articles; those without are left out. Raises shared.away.Unavailable."""

    @abstractmethod
    def versions(self, ids: Sequence[int]) -> Mapping[int, int]:
        """The versions that vectors were made of. Raises shared.away.Unavailable."""

    @abstractmethod
    def put(self, made: Sequence[ArticleVector]) -> None:
        """Keep these in place of those before. Raises shared.away.Unavailable."""

    @abstractmethod
    def forget(self, ids: Sequence[int]) -> None:
        """Whatever model they are of. Raises shared.away.Unavailable."""


class FileVectors(Vectors):
    """In an SQLite file, which one process writes and others read. Losing it costs only making them again."""

    def __init__(self, file: Path, model: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._model = model
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=5)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, version INTEGER NOT NULL,"
            " model TEXT NOT NULL, vector BLOB NOT NULL)"
        )

    def of(self, ids: Sequence[int]) -> Mapping[int, Vector]:
        return {key: array("f", kept) for key, kept in self._rows(_VECTORS, ids)}

    def versions(self, ids: Sequence[int]) -> Mapping[int, int]:
        return {key: int(version) for key, version in self._rows(_VERSIONS, ids)}

    def put(self, made: Sequence[ArticleVector]) -> None:
        rows = [(one.id, one.version, self._model, one.vector.tobytes()) for one in made]
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def forget(self, ids: Sequence[int]) -> None:
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany("DELETE FROM vectors WHERE id = ?", [(key,) for key in ids])

    def _rows(self, statement: str, ids: Sequence[int]) -> list[tuple[int, bytes]]:
        with self._lock:
            return self._db.execute(statement, (self._model, orjson.dumps(list(ids)).decode())).fetchall()
