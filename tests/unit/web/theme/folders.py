"""Folders of themes, written for a test."""

from collections.abc import Mapping
from pathlib import Path

MINIMAL = {"theme.toml": 'name = "Thử"\n'}


def written(place: Path, files: Mapping[str, str | bytes]) -> Path:
    """A theme's folder with these files."""
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place
