"""A follower's chain makes the database again, as it was at each look, whatever was written in between."""

import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import telemetry
from tests.wait import until
from toasoan.copying import DATABASES, chain
from toasoan.copying.follower import Follower
from toasoan.copying.rehearsal import Rehearsal
from toasoan.copying.wal import NotFollowed
from toasoan.place import OperatorError

_KEEP = timedelta(hours=1)


def _nothing() -> None:
    pass


def _connect(path: Path, own_checkpoints: int = 0) -> sqlite3.Connection:
    live = sqlite3.connect(path, isolation_level=None, timeout=30)
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("PRAGMA synchronous=NORMAL")
    live.execute(f"PRAGMA wal_autocheckpoint={own_checkpoints}")
    return live


@pytest.fixture
def live(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(_connect(tmp_path / "ingest.db")) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, words BLOB)")
        yield connection


@pytest.fixture
def follower(tmp_path: Path, live: sqlite3.Connection) -> Iterator[Follower]:
    made = Follower(tmp_path / "ingest.db", tmp_path / "copy", _KEEP, _nothing)
    _look_until_whole(made)
    yield made
    made.close()


def _look_until_whole(follower: Follower) -> None:
    def looked() -> bool:
        follower.look()
        return follower.whole

    until(looked, 30, "the first base is made")


def _content(database: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as one:
        assert one.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return one.execute("SELECT * FROM notes ORDER BY id").fetchall()


def _restored(tmp_path: Path, at: datetime | None = None) -> list[tuple[object, ...]]:
    target = tmp_path / "restored.db"
    target.unlink(missing_ok=True)
    chain.restore(tmp_path / "copy", at, target)
    return _content(target)


def _write(live: sqlite3.Connection, draw: random.Random) -> None:
    match draw.randrange(6):
        case 0 | 1 | 2:
            live.execute("INSERT INTO notes (words) VALUES (?)", (draw.randbytes(draw.randrange(9000)),))
        case 3:
            live.execute("UPDATE notes SET words = ? WHERE id % 7 = ?", (draw.randbytes(300), draw.randrange(7)))
        case 4:
            live.execute("DELETE FROM notes WHERE id % 5 = ?", (draw.randrange(5),))
        case _:
            # Many pages at once, so that the log is emptied and the database grows and shrinks.
            live.execute("BEGIN")
            rows = [(draw.randbytes(5000),) for _ in range(draw.randrange(600))]
            live.executemany("INSERT INTO notes (words) VALUES (?)", rows)
            live.execute(draw.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
            if draw.random() < 0.3:
                live.execute("DELETE FROM notes WHERE id % 3 > 0")
                live.execute("VACUUM")


@pytest.mark.parametrize("seed", range(4))
def test_every_look_can_be_restored(tmp_path: Path, live: sqlite3.Connection, follower: Follower, seed: int) -> None:
    draw = random.Random(seed)
    moments: list[tuple[datetime, list[tuple[object, ...]]]] = []
    for _ in range(20):
        for _ in range(draw.randrange(6)):
            _write(live, draw)
        follower.look()
        moments.append((datetime.now(UTC), live.execute("SELECT * FROM notes ORDER BY id").fetchall()))
        time.sleep(0.002)  # moments are milliseconds
    assert follower.whole and len(chain.chains(tmp_path / "copy")) == 1
    for at, content in draw.sample(moments, 6):
        assert _restored(tmp_path, at) == content
    assert _restored(tmp_path) == moments[-1][1]


def test_a_reader_of_an_old_state_holds_nothing_up(
    tmp_path: Path, live: sqlite3.Connection, follower: Follower
) -> None:
    live.execute("INSERT INTO notes (words) VALUES ('before')")
    with closing(_connect(tmp_path / "ingest.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM notes").fetchone()
        for _ in range(3):
            live.executemany("INSERT INTO notes (words) VALUES (?)", [(random.Random(1).randbytes(4000),)] * 1500)
            follower.look()
            assert _restored(tmp_path) == _content(tmp_path / "ingest.db")
    live.executemany("INSERT INTO notes (words) VALUES (?)", [(b"x" * 4000,)] * 1500)
    follower.look()
    follower.look()
    assert _restored(tmp_path) == _content(tmp_path / "ingest.db")
    assert len(chain.chains(tmp_path / "copy")) == 1


@pytest.fixture
def reopened(tmp_path: Path, live: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The database after a restart, with a log that nothing was written to yet."""
    live.close()
    with closing(_connect(tmp_path / "ingest.db")) as connection:
        connection.execute("SELECT * FROM notes").fetchall()
        yield connection


def test_a_database_that_nobody_wrote_to_since_it_was_opened_is_followed(
    tmp_path: Path, reopened: sqlite3.Connection, follower: Follower
) -> None:
    reopened.execute("INSERT INTO notes (words) VALUES ('first')")
    follower.look()
    assert _restored(tmp_path) == [(1, "first")]
    assert len(chain.chains(tmp_path / "copy")) == 1


def test_a_first_log_that_nobody_read_is_no_part_of_a_copy(
    tmp_path: Path, reopened: sqlite3.Connection, follower: Follower
) -> None:
    reopened.execute("INSERT INTO notes (words) VALUES ('unseen')")
    reopened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    reopened.execute("INSERT INTO notes (words) VALUES ('seen')")
    with pytest.raises(NotFollowed):
        follower.look()
    assert _restored(tmp_path) == []


def test_who_empties_the_log_unseen_makes_a_new_chain_and_no_wrong_copy(
    tmp_path: Path, live: sqlite3.Connection, follower: Follower
) -> None:
    before = _content(tmp_path / "ingest.db")
    at = datetime.now(UTC)
    live.execute("INSERT INTO notes (words) VALUES ('unseen')")
    with closing(_connect(tmp_path / "ingest.db")) as stranger:
        stranger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    live.execute("INSERT INTO notes (words) VALUES ('seen')")
    with pytest.raises(NotFollowed):
        follower.look()
    assert _restored(tmp_path) == before
    _look_until_whole(follower)
    assert _restored(tmp_path) == _content(tmp_path / "ingest.db")
    assert _restored(tmp_path, at) == before


def test_a_torn_end_loses_that_look_alone(tmp_path: Path, live: sqlite3.Connection, follower: Follower) -> None:
    live.execute("INSERT INTO notes (words) VALUES ('first')")
    follower.look()
    first = _content(tmp_path / "ingest.db")
    live.execute("INSERT INTO notes (words) VALUES (randomblob(20000))")
    follower.look()
    log = chain.chains(tmp_path / "copy")[-1].folder / chain.CHANGES
    whole = log.read_bytes()
    draw = random.Random(5)
    for _ in range(20):
        log.write_bytes(whole[: draw.randrange(len(whole) - 20_000, len(whole))])
        assert _restored(tmp_path) == first
        damaged = bytearray(whole)
        damaged[draw.randrange(len(whole) - 20_000, len(whole))] ^= 1 << draw.randrange(8)
        log.write_bytes(damaged)
        assert _restored(tmp_path) == first


def test_a_moment_before_the_copy_is_refused(tmp_path: Path, follower: Follower) -> None:
    with pytest.raises(OperatorError, match="holds no copy of 2020"):
        chain.restore(tmp_path / "copy", datetime(2020, 1, 1, tzinfo=UTC), tmp_path / "restored.db")


# Each transaction notes its number twice; the number said aloud was committed before.
_WRITER = """
import random, sqlite3, sys, time
live = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
live.execute("PRAGMA synchronous=NORMAL")
live.execute("PRAGMA wal_autocheckpoint=0")
draw, number = random.Random(3), 0
while True:
    number += 1
    live.execute("BEGIN IMMEDIATE")
    live.execute("INSERT INTO notes VALUES (?, ?)", (2 * number, number))
    live.executemany("UPDATE others SET words = ? WHERE id = ?", [(draw.randbytes(900), draw.randrange(500))] * 20)
    live.execute("INSERT INTO notes VALUES (?, ?)", (2 * number + 1, number))
    live.execute("COMMIT")
    print(number, flush=True)
    time.sleep(0.001)
"""


def test_beside_a_writer_who_is_killed_nothing_said_before_a_look_is_lost(tmp_path: Path) -> None:
    database = tmp_path / "ingest.db"
    with closing(_connect(database)) as live:
        live.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, words BLOB)")
        live.execute("CREATE TABLE others (id INTEGER PRIMARY KEY, words BLOB)")
        live.executemany("INSERT INTO others VALUES (?, ?)", [(number, b"") for number in range(500)])
        said = 0
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(database)], stdout=subprocess.PIPE) as writer:

            def listen() -> None:
                nonlocal said
                assert writer.stdout
                for line in writer.stdout:
                    said = int(line)

            listener = threading.Thread(target=listen)
            listener.start()
            follower = Follower(database, tmp_path / "copy", _KEEP, _nothing)
            until(lambda: said > 10, 30, "somebody writes")
            _look_until_whole(follower)
            for _ in range(30):
                promised = said
                follower.look()
                time.sleep(0.05)
            writer.send_signal(signal.SIGKILL)
            listener.join()
        follower.close()
    numbers = [words for _, words in _restored(tmp_path)]
    assert numbers == sorted([*range(1, len(numbers) // 2 + 1)] * 2)
    assert len(numbers) // 2 >= promised
    assert len(chain.chains(tmp_path / "copy")) == 1


def test_old_chains_go_and_what_can_still_be_asked_for_stays(tmp_path: Path, live: sqlite3.Connection) -> None:
    for number in range(3):
        made = Follower(tmp_path / "ingest.db", tmp_path / "copy", timedelta(0), _nothing)
        live.execute("INSERT INTO notes (words) VALUES (?)", (f"{number}",))
        _look_until_whole(made)
        made.close()
    # The one that is followed, and its predecessor until the next begins.
    assert len(chain.chains(tmp_path / "copy")) == 2
    kept = Follower(tmp_path / "ingest.db", tmp_path / "copy", _KEEP, _nothing)
    for _ in range(4):
        _look_until_whole(kept)
        kept.close()
    assert len(chain.chains(tmp_path / "copy")) == 6


def test_a_copy_that_has_rotted_fails_its_trial_and_that_is_said(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in DATABASES:
        with closing(_connect(tmp_path / f"{name}.db")) as live:
            for table in ("revisions (words TEXT)", "media (path TEXT)"):
                live.execute(f"CREATE TABLE {table}")
            made = Follower(tmp_path / f"{name}.db", copy / name, _KEEP, _nothing)
            _look_until_whole(made)
            made.close()

    def tried() -> str | None:
        rehearsal = Rehearsal(tmp_path, copy, tmp_path / "copy.json")
        rehearsal.when_due()
        until(lambda: rehearsal.result["rehearsed_at"], 20, "the trial has ended")
        told = telemetry.REGISTRY.get_sample_value("copy_rehearsal_failed")
        assert told == bool(rehearsal.result["rehearsal_failure"])
        return str(rehearsal.result["rehearsal_failure"]) if told else None

    assert tried() is None
    (base,) = (copy / "web").rglob(chain.BASE)
    base.write_bytes(bytes(base.stat().st_size))
    assert tried()
