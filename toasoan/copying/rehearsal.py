"""Once a week the copy is restored beside the house, checked, and thrown away: a copy that nobody restored is none."""

import json
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from shared import telemetry
from shared.telemetry import log
from toasoan.copying import DATABASES, chain, media
from toasoan.place import OperatorError
from toasoan.sqlite_copy import check

_EVERY_SECONDS = 7 * 86_400.0
_AGAIN_SECONDS = 6 * 3600.0


class Rehearsal:
    """`result` is what the last one brought: rehearsed_at (unix seconds), rehearsal_seconds, rehearsal_failure."""

    def __init__(self, data_dir: Path, copy: Path, note: Path) -> None:
        self._data_dir, self._copy = data_dir, copy
        self.result: dict[str, Any] = {"rehearsed_at": None, "rehearsal_seconds": None, "rehearsal_failure": None}
        try:
            before = json.loads(note.read_text())
            self.result = {key: before.get(key) for key in self.result}
        except (OSError, ValueError, AttributeError):
            pass  # the first one
        self._thread: threading.Thread | None = None
        self._tell()

    def when_due(self) -> None:
        """Begin one in a thread of its own when the last was a week ago, or failed some hours ago."""
        every = _AGAIN_SECONDS if self.result["rehearsal_failure"] else _EVERY_SECONDS
        running = self._thread is not None and self._thread.is_alive()
        if not running and time.time() - (self.result["rehearsed_at"] or 0.0) > every:
            self._thread = threading.Thread(target=self._run, name="rehearsal", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        folder = self._data_dir / "rehearsal"
        began, failure = time.monotonic(), None
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            for name in DATABASES:
                chain.restore(self._copy / name, None, folder / f"{name}.db")
                check(folder / f"{name}.db", f"the restored {name} database")
            _compare(folder / "ingest.db", self._data_dir / "ingest.db", self._copy / media.FOLDER)
        except (OperatorError, OSError, sqlite3.Error) as error:
            failure = str(error)
            log.error("the copy could not be restored", error=failure)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        seconds = round(time.monotonic() - began, 1)
        self.result = {"rehearsed_at": time.time(), "rehearsal_seconds": seconds, "rehearsal_failure": failure}
        self._tell()

    def _tell(self) -> None:
        telemetry.copy_rehearsal_timestamp_seconds.set(self.result["rehearsed_at"] or 0.0)
        telemetry.copy_rehearsal_failed.set(bool(self.result["rehearsal_failure"]))


def _compare(restored: Path, live: Path, pictures: Path) -> None:
    """What was restored is the paper as it was some moments ago, with its pictures. Raises OperatorError."""
    with closing(sqlite3.connect(restored)) as copy, closing(sqlite3.connect(f"file:{live}?mode=ro", uri=True)) as own:
        held, last = copy.execute("SELECT count(*), max(rowid) FROM revisions").fetchone()
        (known,) = own.execute("SELECT count(*) FROM revisions WHERE rowid <= ?", (last or 0,)).fetchone()
        missing = [path for (path,) in copy.execute("SELECT path FROM media") if not (pictures / path).is_file()]
        still = "SELECT 1 FROM media WHERE path = ?"
        lost = [path for path in missing if own.execute(still, (path,)).fetchone()]
    if known != held:
        raise OperatorError(f"the restored paper has {held} revisions, the house had {known} by then")
    if lost:
        raise OperatorError(f"{len(lost)} files are not in the copy, {lost[0]} is the first")
