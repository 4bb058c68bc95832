"""The form in which a checked theme is kept: an archive with finished files, and an index of what is what."""

from pathlib import Path
from typing import NamedTuple

INDEX = "theme.json"
OWN = "theme/"
"""Where a theme's files stand among the site's static ones: static/logo.svg is "theme/logo.svg"."""


def archive_in(data_dir: Path) -> Path:
    """Where the last good theme is kept: beside the journal of views, for a container keeps that folder."""
    return data_dir / "views" / "theme.zip"


class Logo(NamedTuple):
    """In the place of the paper's name; `name` is the static file's."""

    name: str
    width: int
    height: int
