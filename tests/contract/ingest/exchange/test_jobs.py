"""Files handed in at the desk are worked off once, and go on where a restart cut them."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import Engine, update

from services.ingest import tasks
from services.ingest.accounts.store import accounts
from services.ingest.articles.store import reading
from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.exchange.tables import import_jobs
from services.ingest.kit import handed_in
from services.ingest.kit.actors import Actor
from services.ingest.kit.bounded import Bounds
from services.ingest.kit.errors import Invalid, TooHeavy
from services.ingest.kit.tables import dead_letters
from shared import deadletter
from shared.contracts.commands import RetryJob
from shared.database import write
from tests.contract.ingest.base import STORY
from tests.contract.ingest.conftest import ROOT
from tests.wait import until

ADMIN = Actor("user:quan.tri@bao.example")


def hand_in(store: Engine, articles: int, dry_run: bool = False, status: str = "draft") -> int:
    if accounts.named(store, ADMIN.name) is None:
        accounts.create_user("quan.tri@bao.example", "admin", engine=store)
    file = jobs.new_file("bài cũ.ndjson")
    lines = [json.dumps({**STORY, "status": None, "external_id": str(number)}) for number in range(articles)]
    file.write_text("\n".join([*lines, "{bad"]))
    return jobs.hand_in(store, ADMIN, file, name="bài cũ.ndjson", format="auto", dry_run=dry_run, status=status)


def test_dry_run_is_read_then_done_for_real(store: Engine) -> None:
    trial = hand_in(store, 3, dry_run=True)
    assert imports.work_off(store, lambda: False)
    row = jobs.one(store, trial)
    assert (row.state, row.counts, row.done) == ("done", {"created": 3, "failed": 1}, 4)
    assert row.problems[0] == ["bài cũ.ndjson:4", "JSON không đọc được."]
    assert reading.listed(store) == []
    real = jobs.repeat_for_real(store, ADMIN, trial)
    assert imports.work_off(store, lambda: False)
    assert not imports.work_off(store, lambda: False)
    assert jobs.one(store, real).counts == {"created": 3, "failed": 1}
    assert {row.status for row in reading.listed(store)} == {"draft"}
    assert not list(handed_in.folder().iterdir()), "the file is not kept"
    with pytest.raises(Invalid):
        jobs.repeat_for_real(store, ADMIN, trial)


def test_a_fault_of_ours_is_told_in_words_for_editors(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    job = hand_in(store, 1)

    def crash(*_: object, **__: object) -> None:
        raise TypeError("argument of type 'NoneType' is not iterable")

    monkeypatch.setattr("services.ingest.kit.bounded.run", crash)
    assert imports.work_off(store, lambda: False)
    row = jobs.one(store, job)
    assert row.state == "failed"
    (told,) = row.problems
    assert told[1].startswith("Việc nhập dừng vì lỗi của hệ thống")


def test_zip_is_read_as_the_folder_that_it_holds(store: Engine) -> None:
    accounts.create_user("quan.tri@bao.example", "admin", engine=store)
    file = jobs.new_file("bài cũ.zip")
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("trong/a.ndjson", json.dumps({**STORY, "external_id": "1"}))
    job = jobs.hand_in(store, ADMIN, file, name="bài cũ.zip", format="auto", dry_run=False, status="draft")
    assert imports.work_off(store, lambda: False)
    row = jobs.one(store, job)
    assert (row.state, row.counts, row.format) == ("done", {"created": 1}, "zip")


def test_what_a_job_unpacked_goes_when_it_is_ended(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a bound, however often it is tried: nothing else would delete it for a day."""
    accounts.create_user("quan.tri@bao.example", "admin", engine=store)
    file = jobs.new_file("bài cũ.zip")
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.ndjson", json.dumps({**STORY, "external_id": "1"}))
    jobs.hand_in(store, ADMIN, file, name="bài cũ.zip", format="auto", dry_run=False, status="draft")
    monkeypatch.setattr("services.ingest.kit.bounded.run", _ended_while_it_unpacks)
    assert imports.work_off(store, lambda: False)
    assert list((handed_in.folder() / "unpacked").iterdir()) == []


def _ended_while_it_unpacks(*_: object, **__: object) -> None:
    code = (
        "import os, sys; from pathlib import Path; from services.ingest.exchange.importers import archive\n"
        "with archive.unpacked([Path(sys.argv[1])]): os._exit(9)"
    )
    (packed,) = handed_in.folder().glob("*.zip")
    assert subprocess.run([sys.executable, "-c", code, packed], cwd=ROOT, check=False).returncode == 9
    (left,) = (path for path in (handed_in.folder() / "unpacked").iterdir() if path.is_dir())
    assert list(left.iterdir())
    raise TooHeavy("more than 1 s")


def test_job_that_was_cut_goes_on_behind_what_is_done(store: Engine) -> None:
    job = hand_in(store, 250)
    lines = (file := handed_in.folder() / jobs.one(store, job).file).read_text()
    with unfinished(file) as pipe:
        pipe.write(lines[: len(lines) // 2])
        pipe.flush()
        imports.work_off(store, lambda: jobs.one(store, job).done > 0)
    cut = jobs.one(store, job)
    assert (cut.state, cut.done, cut.counts, cut.tries) == ("running", 100, {"created": 100}, 0)
    file.write_text(lines)
    imports.work_off(store, lambda: False)
    row = jobs.one(store, job)
    # The batch in hand was saved but not counted: it is found unchanged.
    assert (row.state, row.done, sum(row.counts.values())) == ("done", 251, 251)
    assert row.counts.get("created", 0) + row.counts.get("unchanged", 0) == 250
    assert len(reading.listed(store, limit=1000)) == 250


@pytest.fixture
def blocked(sqlite: Engine) -> Iterator[int]:
    """A job that nobody can end: its file is a pipe into which nobody writes."""
    job = hand_in(sqlite, 1)
    with unfinished(handed_in.folder() / jobs.one(sqlite, job).file):
        yield job


def test_job_that_ends_its_process_is_given_up_after_three_tries(
    sqlite: Engine, blocked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_BOUNDS", Bounds(seconds=3))
    good = hand_in(sqlite, 2)
    while imports.work_off(sqlite, lambda: False):
        pass
    while imports.work_off(sqlite, lambda: False):
        pass
    assert (jobs.one(sqlite, blocked).state, jobs.one(sqlite, good).state) == ("failed", "done")
    (letter,) = deadletter.waiting(sqlite, dead_letters)
    assert letter.attempts == 3 and "more than 3 s" in letter.error


def test_job_whose_worker_is_killed_each_time_lies_beside_the_dead_letters(sqlite: Engine, blocked: int) -> None:
    """The whole process, killed without a word in the middle of the job; begun anew by hand it goes on."""
    for tries in (1, 2, 3):
        kill_at_work(sqlite, blocked, tries)
    good = hand_in(sqlite, 2)
    with rounds() as process:
        until(lambda: jobs.one(sqlite, good).state == "done", 60, "the next job is done")
        until(lambda: jobs.one(sqlite, blocked).state == "failed", 20, "the other is given up")
        assert process.poll() is None
        row = jobs.one(sqlite, blocked)
        (letter,) = deadletter.waiting(sqlite, dead_letters)
        assert (row.state, letter.attempts) == ("failed", 3)
        assert "Vận hành" in row.problems[-1][1] and f"import {blocked}" in letter.error
        file = handed_in.folder() / row.file
        file.unlink()
        file.write_text(json.dumps({**STORY, "external_id": "mended"}))
        tasks.retry(sqlite, RetryJob.model_validate(letter.message["message"]))
        until(lambda: jobs.one(sqlite, blocked).state == "done", 60, "begun anew it is done")


def kill_at_work(store: Engine, job: int, tries: int) -> None:
    """Kill a process at its first, second, … try of a job, and let its lease run out."""
    with rounds() as process:
        until(lambda: jobs.one(store, job).tries == tries and children(process), 30, "the job is begun")
        (child,) = children(process)
        process.kill()
        process.wait()
        until(lambda: is_gone(child), 5, "nothing is left of it")
    with write(store) as connection:
        connection.execute(update(import_jobs).values(leased_until=None))


@contextmanager
def unfinished(file: Path) -> Iterator[IO[str]]:
    """A pipe in a file's place that does not end."""
    file.unlink()
    os.mkfifo(file)
    descriptor = os.open(file, os.O_RDWR)
    try:
        with os.fdopen(descriptor, "w") as pipe:
            yield pipe
    finally:
        if file.is_fifo():
            file.unlink()


@contextmanager
def rounds() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that works off imports, as the worker does."""
    code = (
        "import threading; from services.ingest.exchange import loop; from shared.database import engine\n"
        "while True: loop.work_off(engine('ingest'), lambda: False) or threading.Event().wait(0.1)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def children(process: "subprocess.Popen[bytes]") -> list[int]:
    told = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(one) for one in told.split()]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_only_known_files_are_taken(sqlite: Engine) -> None:
    with pytest.raises(Invalid):
        jobs.new_file("virus.exe")
