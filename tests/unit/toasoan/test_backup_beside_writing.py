"""A backup of a SQLite paper while another process writes: it ends, it is whole, and the writer notices nothing."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from toasoan.commands.backup import Progress
from toasoan.sqlite_copy import copy_sqlite

_MEGABYTES = 300
# Commits all the time as the house does, and says at the end how often.
_WRITER = """
import signal, sqlite3, sys, time
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
live = sqlite3.connect(sys.argv[1] + "/ingest.db", timeout=30, isolation_level=None)
live.execute("PRAGMA synchronous=NORMAL")
counter = sqlite3.connect(sys.argv[1] + "/counter.db", timeout=30, isolation_level=None)
number = 0
print("writing", flush=True)
while not stop:
    number += 1
    live.execute("BEGIN IMMEDIATE")
    live.execute("INSERT INTO pairs VALUES (?, 'a'), (?, 'b')", (number, number))
    live.execute("UPDATE articles SET title = ? WHERE id = 1 + ? % 1000", (f"tin {number}", number))
    live.execute("COMMIT")
    counter.execute("INSERT INTO articles VALUES (?)", (number,))
    time.sleep(0.2)
print(number)
"""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data dir of a paper of some hundred megabytes, in WAL mode as the house keeps it."""
    folder = tmp_path_factory.mktemp("paper")
    with closing(sqlite3.connect(folder / "ingest.db")) as live, live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE pairs (number INTEGER, half TEXT)")
        live.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body BLOB)")
        live.execute(
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)"
            " INSERT INTO articles SELECT id, 'tin', randomblob(10000) FROM n",
            (_MEGABYTES * 100,),
        )
    with closing(sqlite3.connect(folder / "counter.db")) as counter, counter:
        counter.execute("PRAGMA journal_mode=WAL")
        counter.execute("CREATE TABLE articles (version INTEGER)")
    return folder


@contextmanager
def writing(paper: Path) -> Iterator[list[int]]:
    """Another process commits five times a second; afterwards the list holds how often it did."""
    figures: list[int] = []
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(paper)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        try:
            writer.stdout.readline()
            yield figures
        finally:
            writer.send_signal(signal.SIGTERM)
            figures.extend(map(int, writer.stdout.read().split()))


def run_backup(paper: Path, target: Path) -> None:
    """`toasoan backup`, which must end."""
    environment = {**os.environ, "TOASOAN_DATA_DIR": str(paper)}
    command = [sys.executable, "-m", "toasoan", "backup", str(target)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr


def test_a_commit_in_every_step_of_a_copy_neither_waits_nor_begins_it_anew(paper: Path, tmp_path: Path) -> None:
    done: list[int] = []
    with closing(sqlite3.connect(paper / "ingest.db", timeout=0, isolation_level=None)) as live:

        def commit(_what: str, copied: int, _total: int) -> None:
            live.execute("UPDATE articles SET title = title || '+' WHERE id = 1")
            if copied:
                done.append(copied)

        copy_sqlite(paper / "ingest.db", tmp_path / "ingest.db", commit)
        written = live.execute("SELECT title FROM articles WHERE id = 1").fetchone()[0]
    assert len(done) > 10 and done == sorted(set(done))
    assert written.count("+") >= len(done)
    with closing(sqlite3.connect(tmp_path / "ingest.db")) as copy:
        assert copy.execute("SELECT title FROM articles WHERE id = 1").fetchone() == ("tin",)


def test_a_backup_beside_writing_ends_and_is_of_one_moment(paper: Path, tmp_path: Path) -> None:
    with writing(paper) as figures:
        run_backup(paper, tmp_path / "beside")
    assert figures[0] > 1

    with closing(sqlite3.connect(tmp_path / "beside" / "ingest.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM articles").fetchone() == (_MEGABYTES * 100,)
        # One moment, not a mixture: no commit is there by half.
        halves = copy.execute("SELECT count(*), count(DISTINCT number), max(number) FROM pairs").fetchone()
        assert halves[0] == 2 * halves[1] and halves[1] == (halves[2] or 0)
    with closing(sqlite3.connect(tmp_path / "beside" / "counter.db")) as copy:
        known = copy.execute("SELECT coalesce(max(version), 0) FROM articles").fetchone()[0]
    assert known <= halves[1], "the counter's copy knows no version that ingest's copy has not"


def test_who_waits_is_told_how_far_it_is_every_five_seconds(paper: Path, tmp_path: Path) -> None:
    told, seconds = io.StringIO(), iter(range(0, 10_000, 2))
    copy_sqlite(paper / "ingest.db", tmp_path / "ingest.db", Progress(told, lambda: next(seconds)))
    lines = told.getvalue().splitlines()
    size = (tmp_path / "ingest.db").stat().st_size // 1_000_000
    assert len(lines) >= 3
    shares = [int(line.partition("(")[2].partition(" %")[0]) for line in lines if "%" in line]
    assert shares == sorted(shares) and shares[0] < 50 < shares[-1]
    assert f" of {size} MB" in lines[0]
