"""A backup of a big SQLite paper, alone and beside full writing, and what comes of restoring the latter.

`python -m benchmarks.scenarios.backup` is the writer: stories into ingest's store until it is ended.
"""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks import tools
from benchmarks.figures import Figure, Report
from benchmarks.fill import environment, fill

_ROUNDS = 3
_COMMITS_A_SECOND = 5
_NO_MORE = 3.0
"""Beside writing it may take so many times what it takes alone."""
_BACKUP_SECONDS = 1800


def run(report: Report, place: Path, short: bool) -> None:
    many = 3_000 if short else 100_000
    paper, target, other = place / "paper", place / "backup", place / "other"
    fill(paper, many, ("sql",))
    megabytes = sum(file.stat().st_size for file in paper.glob("*.db")) / 1e6
    commits: list[float] = []

    def beside() -> float:
        with _writing(paper) as told:
            seconds = _backup(paper, target)
        commits.extend(told)
        return seconds

    alone, besides = tools.in_turns(1 if short else _ROUNDS, lambda: _backup(paper, target), beside)
    restored_s = _toasoan(other, "restore", str(target))
    with closing(sqlite3.connect(other / "ingest.db")) as found:
        (whole,) = found.execute("PRAGMA integrity_check").fetchone()
        (stories,) = found.execute("SELECT count(*) FROM articles").fetchone()
    if whole != "ok" or stories < many:
        raise AssertionError(f"restored: {whole}, {stories} of at least {many} articles")
    report.figures.append(
        Figure("backup", f"{megabytes:,.0f} MB of SQLite under {_COMMITS_A_SECOND} commits a second", "s", besides,
               "the same without writers", alone, better="lower", wanted=_NO_MORE,
               note=f"{len(commits)} commits meanwhile, the slowest {max(commits):.0f} ms; restored in "
               f"{restored_s:.0f} s, sound, with {stories:,} articles")
    )  # fmt: skip


def _backup(paper: Path, target: Path) -> float:
    shutil.rmtree(target, ignore_errors=True)
    return _toasoan(paper, "backup", str(target))


def _toasoan(data: Path, *arguments: str) -> float:
    """Seconds that a command took. Raises CalledProcessError, TimeoutExpired."""
    began = time.monotonic()
    command = [sys.executable, "-m", "toasoan", *arguments]
    subprocess.run(command, env=environment(data), check=True, timeout=_BACKUP_SECONDS, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


@contextmanager
def _writing(paper: Path) -> Iterator[list[float]]:
    """Stories are saved meanwhile; afterwards the list holds how many milliseconds each took."""
    told: list[float] = []
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, env=environment(paper), stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        writer.stdout.readline()
        try:
            yield told
        finally:
            writer.send_signal(signal.SIGTERM)
            # Above it stand lines of the log: no house hears of the stories.
            told.extend(map(float, writer.stdout.read().splitlines()[-1].split()))


def _write() -> None:
    from services.ingest.articles.input import ArticleInput
    from services.ingest.articles.store.articles import save_article
    from services.ingest.kit.actors import Actor
    from services.ingest.kit.json_input import read_fields
    from shared.database import engine

    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    source, took, began = engine("ingest"), [], time.monotonic()
    story = {"title": "Nước về đầm", "body": "Nước về. " * 200, "body_format": "text", "section": "Thời sự"}
    print("writing", flush=True)
    while not ended:
        at = time.monotonic()
        save_article(source, read_fields(ArticleInput, story), Actor("user:benchmarks"))
        took.append((time.monotonic() - at) * 1000)
        time.sleep(max(0.0, began + len(took) / _COMMITS_A_SECOND - time.monotonic()))
    print(*took)


if __name__ == "__main__":
    _write()
