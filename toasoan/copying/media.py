"""Pictures and films in the copy: each file once, whole; what the house deleted stays as long as moments before that
can be restored."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.telemetry import log

FOLDER, GONE = "media", "media-gone"
_DAY = "%Y%m%d"
# A file can be written in the same tick of the file system's clock in which its folder was read.
_TICK_SECONDS = 2.0


class Media:
    """Files are never changed once they have their name; names that begin with a dot are not finished."""

    def __init__(self, source: Path, copy: Path) -> None:
        self._source, self._copy = source, copy
        self._read: dict[Path, tuple[float, list[Path]]] = {}
        """Folder (relative) -> its time of change when it was read last, if that was not just then, and the folders
        in it."""

    def look(self) -> None:
        """Copy the files that are new. Raises OSError."""
        folders = [Path()]
        while folders:
            folder = folders.pop()
            try:
                folders += self._look_into(folder)
            except FileNotFoundError:
                continue  # the desk deleted it meanwhile

    def _look_into(self, folder: Path) -> list[Path]:
        """Returns the folders in it."""
        there = self._source / folder
        changed = there.stat().st_mtime
        before, inside = self._read.get(folder, (None, []))
        if before == changed:
            return inside
        inside = []
        copied = self._copy / folder
        copied.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = {path.name for path in copied.iterdir()}
        for entry in os.scandir(there):
            if entry.name.startswith(".") or entry.name.endswith(".part"):
                continue
            if entry.is_dir(follow_symlinks=False):
                inside.append(folder / entry.name)
            elif entry.name not in known and entry.is_file(follow_symlinks=False):
                _copy_whole(Path(entry.path), copied / entry.name)
        if datetime.now(UTC).timestamp() - changed > _TICK_SECONDS:
            self._read[folder] = (changed, inside)
        return inside

    def sweep(self, keep: timedelta) -> None:
        """Lay aside what the house deleted, and delete what was laid aside `keep` ago. Raises OSError."""
        now = datetime.now(UTC)
        aside = self._copy.with_name(GONE)
        for path in [path for path in self._copy.rglob("*") if path.is_file()]:
            name = path.relative_to(self._copy)
            if not (self._source / name).exists():
                (aside / now.strftime(_DAY) / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.replace(aside / now.strftime(_DAY) / name)
        for day in aside.iterdir() if aside.is_dir() else ():
            if now - datetime.strptime(day.name, _DAY).replace(tzinfo=UTC) > keep + timedelta(days=1):
                shutil.rmtree(day)


def restore(copy: Path, at: datetime | None, target: Path) -> int:
    """Put the files of the copy where the house looks for them, for an earlier moment `at` also those that were deleted
    since. Returns their number. Raises OSError."""
    gone = sorted((copy / GONE).glob("*")) if at else []
    number = 0
    for source in (*(day for day in gone if at and day.name >= at.strftime(_DAY)), copy / FOLDER):
        for path in [path for path in source.rglob("*") if path.is_file() and not path.name.startswith(".")]:
            (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / path.relative_to(source))
            number += 1
    return number


def _copy_whole(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.new")
    try:
        shutil.copy2(source, part)
    except FileNotFoundError:
        log.info("deleted before it was copied", file=source.name)
        return
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
