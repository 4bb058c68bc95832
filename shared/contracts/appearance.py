"""What a newsroom chooses of its site's look at the desk; it stands above the paper's theme."""

from typing import Annotated

from pydantic import Field

from shared.contracts.articles import Contract, Image

MAX_NAME_CHARS = 60
Colours = dict[str, Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]]


class Appearance(Contract):
    """What is left empty is the theme's. Colours are by the names that themes have for them."""

    name: str = Field("", max_length=MAX_NAME_CHARS)
    light: Colours = {}
    dark: Colours = {}
    logo: Image | None = None
    dark_logo: Image | None = None
    icon: Image | None = None
    share_picture: Image | None = None
