"""The form in which a checked theme is kept: an archive with finished files, and an index of what is what."""

from typing import NamedTuple

ARCHIVE = "theme.zip"
INDEX = "theme.json"
OWN = "theme/"
"""Where a theme's files stand among the site's static ones: static/logo.svg is "theme/logo.svg"."""


class Logo(NamedTuple):
    """In the place of the paper's name; `name` is the static file's."""

    name: str
    width: int
    height: int
