"""What pages look like at a moment: the paper's theme, and above it what its newsroom has chosen at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from services.web import static_files
from services.web.pages.paper import paper_of
from services.web.theme import colours
from services.web.theme.current import Theme, theme_of
from services.web.theme.folder import STYLE
from services.web.theme.packed import Logo
from shared.contracts.appearance import ICONS, Appearance, SiteLogo, icon_file
from shared.settings import Settings
from shared.telemetry import log

FOLDER = "/giao-dien"
"""Where the files of a look stand, below a mark of what is in them."""
_LOGO_CSS = Path(__file__).with_name("logo.css")


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """`addresses` of what the newsroom has chosen, by names of static files, go before the theme's."""

    settings: Settings
    """With the paper's name as the newsroom has it."""
    theme: Theme
    chosen: Appearance = field(default_factory=Appearance)
    said: str = ""
    """What it was made of."""
    mark: str = ""
    style: str = ""
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
    if not (chosen.light or chosen.dark or chosen.files):
        return Look(settings, theme, chosen, said)
    light, dark = ({**theirs, **own} for theirs, own in ((theme.light, chosen.light), (theme.dark, chosen.dark)))
    logo, dark_logo = theme.logo, theme.dark_logo
    files = {f"icons/{icon_file(size)}": icon_file(size) for size in ICONS if icon_file(size) in chosen.files}
    if chosen.logo:
        logo = _logo(chosen.logo, files)
        dark_logo = _logo(chosen.dark_logo, files) if chosen.dark_logo else None
    style = colours.style(light, dark) + (_LOGO_CSS.read_text("utf-8") if logo else "") + theme.style
    marked = orjson.dumps([style, chosen.files], option=orjson.OPT_SORT_KEYS)
    mark = sha256(marked).hexdigest()[:10]
    return Look(
        settings=settings,
        theme=replace(
            theme,
            light=light,
            dark=dark,
            mark=mark,
            logo=logo,
            dark_logo=dark_logo,
            drawn_icon=theme.drawn_icon and not any(name.startswith("icons/") for name in files),
        ),
        chosen=chosen,
        said=said,
        mark=mark,
        style=style,
        addresses={known: f"{FOLDER}/{mark}/{name}" for known, name in {STYLE: STYLE, **files}.items()},
    )


def _logo(logo: SiteLogo, files: dict[str, str]) -> Logo:
    """As templates have it; its file is put among `files`."""
    known = f"desk/{logo.file}"
    files[known] = logo.file
    return Logo(known, logo.width, logo.height)
