"""`toasoan backup`."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import click

from toasoan.commands.common import fails_clearly, json_option, print_json, with_settings

_SAY_SECONDS = 5.0
_SAY_SECONDS_TERMINAL = 0.2


class Progress:
    """Says on `stream` how far a copy is: on a terminal in one line that changes, else a line every five seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock, self._live = stream, clock, stream.isatty()
        self._pause = _SAY_SECONDS_TERMINAL if self._live else _SAY_SECONDS
        self._said = clock()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = self._clock()
        if now - self._said < self._pause:
            return
        self._said = now
        text = what
        if total:
            text += f": {done / 1e6:.0f} of {total / 1e6:.0f} MB ({100 * done // total} %)"
        elif done:
            text += f": {done / 1e6:.0f} MB"
        self._stream.write(f"\r{text:<60}" if self._live else f"{text}\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave an empty line to whoever writes next."""
        if self._live:
            self._stream.write(f"\r{'':<60}\r")
            self._stream.flush()


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, resolve_path=True))
@json_option
@fails_clearly
def command(folder: Path, as_json: bool) -> None:
    """Copy what cannot be made again to FOLDER (new or empty): articles, views, media, the secret key.

    The house may be running, and goes on writing; stderr says how far the copy is. Every file's checksum stands in
    FOLDER/manifest.json.
    """
    with_settings()
    from toasoan.backup import backup

    progress = Progress(sys.stderr)
    try:
        manifest = backup(folder, progress)
    finally:
        progress.end()
    size = sum(entry["bytes"] for entry in manifest["files"])
    if as_json:
        print_json({"folder": str(folder), "files": len(manifest["files"]), "bytes": size})
    else:
        click.echo(f"{len(manifest['files'])} files, {size / 1e6:.1f} MB in {folder}")
