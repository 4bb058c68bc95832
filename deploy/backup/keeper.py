"""The house's backups: one whenever the last is old enough, the newest few kept, and figures for Prometheus.

python keeper.py FOLDER

BACKUP_EVERY_HOURS and BACKUP_KEEP in the environment say how often and how many. Each backup is a folder named by its
time in UTC, made and checked by toasoan.backup: there whole, or not at all.
"""

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
from toasoan.place import HouseError

ROLE = "backup"
LOOK_SECONDS = 60.0
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
    due = not there or now - made_at(there[-1]) >= every_seconds
    if due:
        target = folder / datetime.fromtimestamp(now, UTC).strftime(_NAME)
        backup(target)
        check(target)
        there.append(target)
    for old in there[:-keep]:
        shutil.rmtree(old)
        log.info("backup dropped", folder=old.name)
    figures.last_success.set(made_at(there[-1]))
    figures.last_bytes.set(sum(path.stat().st_size for path in there[-1].rglob("*") if path.is_file()))
    return due


def main(folder: Path) -> int:
    every_seconds = float(os.environ.get("BACKUP_EVERY_HOURS", "24")) * 3600
    keep = max(1, int(os.environ.get("BACKUP_KEEP", "14")))
    process.prepare(ROLE)
    stop, figures = process.Stop(), Figures(telemetry.REGISTRY)
    process.register(ROLE, process.serve_metrics(ROLE))
    while not stop.asked:
        # A thread of its own, so that SIGTERM is not kept waiting: a backup that is cut off leaves only its .part.
        work = threading.Thread(target=_try, args=(folder, every_seconds, keep, figures), daemon=True)
        work.start()
        while work.is_alive() and not stop.wait(0.2):
            pass
        stop.wait(LOOK_SECONDS)
    return 0


def _try(folder: Path, every_seconds: float, keep: int, figures: Figures) -> None:
    try:
        if keep_up(folder, every_seconds, keep, time.time(), figures):
            log.info("backup made", folder=str(folder))
    except (HouseError, OSError) as error:
        figures.failures.inc()
        log.error("backup failed", error=str(error)[:500])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(Path(sys.argv[1])))
