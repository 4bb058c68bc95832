"""The house's backups: one whenever the last is old enough, the newest few kept, and figures for Prometheus.

python keeper.py FOLDER

BACKUP_EVERY_HOURS and BACKUP_KEEP in the environment say how often and how many. Each backup is a folder named by its
time in UTC, made and checked by toasoan.backup: there whole, or not at all.
"""

import math
import os
import shutil
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge

from shared import process, telemetry
from shared.telemetry import log
from toasoan.backup import backup, check

ROLE = "backup"
LOOK_SECONDS = 60.0
# After a failure the next try waits so long, and twice as long each time it fails again.
RETRY_SECONDS = 60.0
RETRY_MOST_SECONDS = 3600.0
_BEAT_SECONDS = 5.0
_NAME = "%Y%m%dT%H%M%SZ"


class Figures:
    """What Prometheus is told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.last_success = Gauge(
            "backup_last_success_timestamp_seconds", "When the newest whole backup was made", registry=registry
        )
        self.last_bytes = Gauge("backup_last_bytes", "Bytes of the newest backup", registry=registry)
        self.failures = Counter("backup_failures", "Backups that could not be made", registry=registry)


def made_at(folder: Path) -> float:
    """When a backup was made, in epoch seconds; 0 for a folder that is none."""
    try:
        return datetime.strptime(folder.name, _NAME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def backups(folder: Path) -> list[Path]:
    """Whole backups, oldest first: what lacks its manifest was cut off."""
    found = [path for path in folder.iterdir() if made_at(path) and (path / "manifest.json").is_file()]
    return sorted(found, key=made_at)


def keep_up(folder: Path, every_seconds: float, keep: int, now: float, figures: Figures) -> bool:
    """Make a backup if the newest is too old, drop the ones over `keep`, set the figures. True when one was made."""
    there = backups(folder)
    # Before the try: a keeper that has just started, and fails, knows what there is.
    _tell(there, figures)
    due = not there or now - made_at(there[-1]) >= every_seconds
    if due:
        target = folder / datetime.fromtimestamp(now, UTC).strftime(_NAME)
        backup(target)
        check(target)
        there.append(target)
    for old in there[:-keep]:
        shutil.rmtree(old)
        log.info("backup dropped", folder=old.name)
    _tell(there, figures)
    return due


def _tell(there: list[Path], figures: Figures) -> None:
    if there:
        figures.last_success.set(made_at(there[-1]))
        figures.last_bytes.set(sum(path.stat().st_size for path in there[-1].rglob("*") if path.is_file()))


class Keeper:
    """Tries, and knows how that went: the container is healthy as long as the last try did not fail."""

    def __init__(self, folder: Path, every_seconds: float, keep: int, figures: Figures) -> None:
        self._folder, self._every_seconds, self._keep, self._figures = folder, every_seconds, keep, figures
        self._failed = 0

    @property
    def is_healthy(self) -> bool:
        return self._failed == 0

    @property
    def pause(self) -> float:
        """Seconds until the next look."""
        return min(RETRY_SECONDS * 2 ** (self._failed - 1), RETRY_MOST_SECONDS) if self._failed else LOOK_SECONDS

    def attempt(self, now: float) -> None:
        try:
            if keep_up(self._folder, self._every_seconds, self._keep, now, self._figures):
                log.info("backup made", folder=str(self._folder))
            self._failed = 0
        except Exception as error:
            # Whatever it was: no backup was made, and who watches must see that.
            self._failed += 1
            self._figures.failures.inc()
            log.error("backup failed", error=repr(error)[:500], next_try_seconds=self.pause)


def main(folder: Path) -> int:
    process.prepare(ROLE)
    stop, figures = process.Stop(), Figures(telemetry.REGISTRY)
    keeper = Keeper(
        folder,
        float(os.environ.get("BACKUP_EVERY_HOURS", "24")) * 3600,
        max(1, int(os.environ.get("BACKUP_KEEP", "14"))),
        figures,
    )
    process.register(ROLE, process.serve_metrics(ROLE))
    while not stop.asked:
        # A thread of its own, so that SIGTERM is not kept waiting: a backup that is cut off leaves only its .part.
        work = threading.Thread(target=keeper.attempt, args=(time.time(),), daemon=True)
        work.start()
        look_again = math.inf
        while not stop.asked and time.monotonic() < look_again:
            if keeper.is_healthy:
                process.alive(ROLE)
            if look_again == math.inf and not work.is_alive():
                look_again = time.monotonic() + keeper.pause
            stop.wait(min(_BEAT_SECONDS, max(0.0, look_again - time.monotonic())))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(Path(sys.argv[1])))
