"""A theme is checked in a process of its own, with bounds on processor time, memory and time of the clock: pictures
are decoded and templates run there. What comes back is the finished archive, or what is wrong."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from services.web.theme.folder import SETTINGS, ThemeFault, ThemeRefused
from services.web.theme.packed import archive_in

_SECONDS = 60.0


def tried(files: dict[str, bytes]) -> bytes:
    """The archive of a theme of these files. Raises ThemeRefused."""
    with tempfile.TemporaryDirectory(prefix="toasoan-theme-") as place:
        folder = Path(place, "theme")
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        # A paper of its own: nothing of this house, its secrets and its stores least of all, is known there.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("TOASOAN_", "ELASTICSEARCH_"))}
        own["TOASOAN_DATA_DIR"] = place
        command = [sys.executable, "-m", "services.web.theme.trial", str(folder)]
        try:
            done = subprocess.run(
                command, env=own, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise _unfinished(f"kiểm tra giao diện chưa xong sau {_SECONDS:g} giây") from None
        if done.returncode == 0:
            return archive_in(Path(place)).read_bytes()
        try:
            raise ThemeRefused(*(ThemeFault(**row) for row in orjson.loads(done.stdout)))
        except ValueError:
            told = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            why = f"mã kết thúc {done.returncode}{': ' + told[0][:300] if told else ''}"
            raise _unfinished(f"kiểm tra giao diện dừng giữa chừng ({why})") from None


def _unfinished(words: str) -> ThemeRefused:
    return ThemeRefused(ThemeFault(SETTINGS, 0, words))
