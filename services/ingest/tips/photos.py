"""Readers' photos, rebuilt from their pixels: nothing else of what was sent is kept, no place and no camera's name."""

import tempfile
from pathlib import Path

from services.ingest.kit.errors import Invalid
from services.ingest.media import imaging


def rebuilt(sent: bytes) -> tuple[str, bytes]:
    """(type, bytes) of the finished picture; ("", b"") where none can be made."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sent"
        source.write_bytes(sent)
        try:
            made = imaging.rebuild(source, Path(folder))
        except Invalid:
            return "", b""
        return made.type, (Path(folder) / made.path).read_bytes()
