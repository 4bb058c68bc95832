"""What a newsroom chooses of its site's look at the desk; it stands above the paper's theme."""

from typing import Annotated

from pydantic import Base64Bytes, Field

from shared.contracts.articles import Contract

MAX_NAME_CHARS = 60
FAVICON, SHARED, ICONS = "favicon.ico", "share.jpg", (512, 192, 180)
Colours = dict[str, Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}\.[a-z]{3,4}$")]
LookFiles = dict[FileName, Base64Bytes]
"""Finished pictures: "logo.webp", "logo-dark.png", "512.png" and the other icons, `FAVICON`, `SHARED`."""


def icon_file(size: int) -> str:
    """The name of the icon of that side."""
    return f"{size}.png"


class SiteLogo(Contract):
    """`file` is a name among the files."""

    file: FileName
    width: int
    height: int


class Appearance(Contract):
    """What is left empty is the theme's. Colours are by the names that themes have for them."""

    name: str = Field("", max_length=MAX_NAME_CHARS)
    light: Colours = {}
    dark: Colours = {}
    logo: SiteLogo | None = None
    dark_logo: SiteLogo | None = None
    files: dict[FileName, str] = {}
    """SHA-256 of each file by its name; what is in them travels beside this."""
