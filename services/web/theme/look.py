"""What pages look like at a moment: the paper's theme, and above it what its newsroom has chosen at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from services.web import static_files
from services.web.pages import pictures
from services.web.pages.paper import paper_of
from services.web.theme import colours
from services.web.theme.current import Theme, theme_of
from services.web.theme.folder import STYLE
from services.web.theme.packed import Logo
from shared.contracts.appearance import Appearance
from shared.contracts.articles import Image
from shared.settings import Settings
from shared.telemetry import log

FOLDER = "/giao-dien"
"""Where the files of a look stand, below a mark of what is in them."""
LOGO_WIDTH = 640
"""Twice what the head of a wide page gives it."""
_LOGO_CSS = Path(__file__).with_name("logo.css")
_LOGO, _DARK_LOGO = "desk/logo", "desk/logo-dark"
_ICONS = ("512.png", "192.png", "180.png")


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """`style` and `pictures` (by the names of their files) are what the newsroom has chosen; `addresses` of them, by
    names of static files, go before the theme's."""

    settings: Settings
    """With the paper's name as the newsroom has it."""
    theme: Theme
    chosen: Appearance = field(default_factory=Appearance)
    said: str = ""
    """What it was made of."""
    mark: str = ""
    style: str = ""
    pictures: Mapping[str, Image] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def static(self, name: str) -> str:
        """The address of a static file. Raises KeyError for one that is not there."""
        return self.addresses.get(name) or static_files.address(name, self.settings)

    def context(self) -> dict[str, Any]:
        """What templates know of it."""
        paper = paper_of(self.settings)
        return {"settings": self.settings, "theme": self.theme, "static": self.static, "paper": paper}


_newest: tuple[Settings, Theme, Look] | None = None


def look_of(settings: Settings, said: str) -> Look:
    """Of what the read model says, JSON of an Appearance or ""."""
    global _newest
    held = newest(settings)
    if held.said == said:
        return held
    made = dressed(settings, Appearance.model_validate_json(said) if said else Appearance(), said)
    for words, ground, found in (*colours.faint(made.theme.light), *colours.faint(made.theme.dark)):
        log.error("colours of the desk refused", words=words, ground=ground, contrast=round(found, 2))
        plain = made.chosen.model_copy(update={"light": {}, "dark": {}})
        made = dressed(settings, plain, said)
        break
    _newest = settings, theme_of(settings), made
    return made


def newest(settings: Settings) -> Look:
    """The look that this process has made last, for pages that are made without the read model."""
    theme, held = theme_of(settings), _newest
    return held[2] if held and held[0] is settings and held[1] is theme else Look(settings, theme)


def dressed(settings: Settings, chosen: Appearance, said: str = "") -> Look:
    """The theme with what is chosen above it, whether or not it can be read."""
    theme = theme_of(settings)
    if chosen.name:
        settings = settings.model_copy(update={"site_name": chosen.name})
    if not (chosen.light or chosen.dark or chosen.logo or chosen.icon):
        return Look(settings, theme, chosen, said)
    light, dark = ({**theirs, **own} for theirs, own in ((theme.light, chosen.light), (theme.dark, chosen.dark)))
    logo, dark_logo = theme.logo, theme.dark_logo
    found: dict[str, tuple[str, Image]] = {}
    if chosen.logo:
        logo, found[_LOGO] = _logo(_LOGO, chosen.logo)
        dark_logo = None
    if chosen.logo and chosen.dark_logo:
        dark_logo, found[_DARK_LOGO] = _logo(_DARK_LOGO, chosen.dark_logo)
    if chosen.icon:
        found |= {f"icons/{size}": (size, chosen.icon) for size in _ICONS}
    style = colours.style(light, dark) + (_LOGO_CSS.read_text("utf-8") if logo else "") + theme.style
    digest = sha256(style.encode())
    for name, image in found.values():
        digest.update(f"\0{name}\0{image.url}".encode())
    mark = digest.hexdigest()[:10]
    return Look(
        settings=settings,
        theme=replace(
            theme,
            light=light,
            dark=dark,
            mark=mark,
            logo=logo,
            dark_logo=dark_logo,
            drawn_icon=theme.drawn_icon and not chosen.icon,
        ),
        chosen=chosen,
        said=said,
        mark=mark,
        style=style,
        pictures=dict(found.values()),
        addresses={
            STYLE: f"{FOLDER}/{mark}/{STYLE}",
            **{known: f"{FOLDER}/{mark}/{name}" for known, (name, _) in found.items()},
        },
    )


def file_of(settings: Settings, image: Image, width: int) -> Path:
    """The smallest file of a picture that is at least so wide."""
    return settings.media_dir / pictures.smallest(image, width).removeprefix("/media/")


def _logo(known: str, image: Image) -> tuple[Logo, tuple[str, Image]]:
    ending = PurePosixPath(pictures.smallest(image, LOGO_WIDTH)).suffix
    return Logo(known, image.width, image.height), (known.removeprefix("desk/") + ending, image)
