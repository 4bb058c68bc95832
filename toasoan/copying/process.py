"""`python -m toasoan.copying.process`: copies the house into TOASOAN_COPY_DIR as long as it runs."""

import json
import shutil
import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared import process, telemetry
from shared.settings import get_settings
from shared.telemetry import log
from toasoan.copying import DATABASES, media
from toasoan.copying.follower import Follower
from toasoan.copying.rehearsal import Rehearsal
from toasoan.copying.wal import NotFollowed
from toasoan.place import OperatorError

ROLE = "copy"
_LOOK_SECONDS = 2.0
_AGAIN_SECONDS = 10.0
_SWEEP_SECONDS = 6 * 3600.0


class Copier:
    """Followers of all databases, each in a thread of its own: one that waits for a lock holds up no other."""

    def __init__(self, data_dir: Path, target: Path, keep: timedelta, stop: process.Stop) -> None:
        self._data_dir, self._target, self._keep, self._stop = data_dir, target, keep, stop
        self._noted = data_dir / "copy.json"
        self._media = media.Media(data_dir / "media", target / media.FOLDER)
        self._looked = dict.fromkeys(DATABASES, 0.0)
        self._whole = dict.fromkeys(DATABASES, 0.0)
        """Unix seconds up to which a restore has everything."""
        self._failures: dict[str, str] = {}
        self._rehearsal = Rehearsal(data_dir, target, self._noted)

    def run(self) -> None:
        """Until the process is asked to stop."""
        threads = [threading.Thread(target=self._follow, args=(name,), name=name) for name in DATABASES]
        for thread in threads:
            thread.start()
        sweep = process.every(_SWEEP_SECONDS, lambda: self._media.sweep(self._keep))
        while not self._stop.wait(_LOOK_SECONDS):
            if all(time.monotonic() - looked < process.BEAT_SECONDS * 10 for looked in self._looked.values()):
                process.alive(ROLE)
            self._copy_secret()
            sweep()
            if self.copied_at:
                self._rehearsal.when_due()
            self._note()
        for thread in threads:
            thread.join()
        self._note()

    @property
    def copied_at(self) -> float:
        """Unix seconds: a restore has everything that was committed before; 0 before there is a whole copy."""
        return min(self._whole.values())

    def _follow(self, name: str) -> None:
        database = self._data_dir / f"{name}.db"
        # Ingest's rows name pictures: those are to be there first.
        beside = self._media.look if name == "ingest" else _nothing
        follower = Follower(database, self._target / name, self._keep, beside)
        pause = _LOOK_SECONDS
        while True:
            stopping, began = self._stop.asked, time.time()
            try:
                if database.is_file():
                    follower.look()
                    self._whole[name] = began if follower.whole else self._whole[name]
                    self._failures.pop(name, None)
                    pause = _LOOK_SECONDS
            except (NotFollowed, OperatorError, sqlite3.Error, OSError) as error:
                log.error("copy begins anew", database=name, error=repr(error)[:300])
                self._failures[name], pause = str(error), _AGAIN_SECONDS
            self._looked[name] = time.monotonic()
            if stopping:
                return
            self._stop.wait(pause)

    def _copy_secret(self) -> None:
        secret, copied = self._data_dir / "secret.key", self._target / "secret.key"
        try:
            if secret.is_file() and not copied.is_file():
                self._target.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copy2(secret, copied)
        except OSError as error:
            log.error("secret key not copied", error=str(error))

    def _note(self) -> None:
        """For the ops page and for metrics."""
        telemetry.copy_timestamp_seconds.set(self.copied_at)
        note: dict[str, Any] = {
            "copied_at": self.copied_at or None,
            "folder": str(self._target),
            "failure": "; ".join(f"{name}: {cause}" for name, cause in sorted(self._failures.items())) or None,
            **self._rehearsal.result,
        }
        part = self._noted.with_suffix(".part")
        try:
            part.write_text(json.dumps(note))
            part.replace(self._noted)
        except OSError as error:
            log.error("copy not noted", error=str(error))


def _nothing() -> None:
    pass


def main() -> int:
    process.prepare(ROLE)
    settings = get_settings()
    if settings.copy_dir is None:
        print("TOASOAN_COPY_DIR says where to", file=sys.stderr)
        return 2
    stop = process.Stop()
    copier = Copier(settings.data_dir, settings.copy_dir, timedelta(hours=settings.copy_hours), stop)
    process.register(ROLE, process.serve_metrics(ROLE))
    log.info("copying", folder=str(settings.copy_dir), since=datetime.now(UTC).isoformat(timespec="seconds"))
    copier.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
