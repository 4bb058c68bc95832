"""The colours of the site by name, in light and in dark, and whether words can be read on them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

_STYLE = Path(__file__).parents[1] / "static" / "site.css"
_TOKEN = re.compile(r"^ {4}--([a-z-]{1,30}): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", re.MULTILINE)
COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
LEAST = 4.5
"""WCAG 2.2, 1.4.3: contrast of text that is not large."""
# Words → what they stand on, as site.css sets them.
_READ_ON = {
    "ink": ("paper", "sheet", "tint", "mark"),
    "soft": ("paper", "sheet", "tint"),
    "accent": ("paper", "sheet", "tint"),
    "on-accent": ("accent",),
    "on-night": ("night",),
    "night-accent": ("night",),
    "on-night-accent": ("night-accent",),
}


@lru_cache(maxsize=1)
def built_in() -> tuple[dict[str, str], dict[str, str]]:
    """(light, dark) of site.css."""
    rows = _TOKEN.findall(_STYLE.read_text("utf-8"))
    return {name: light for name, light, _ in rows}, {name: dark for name, _, dark in rows}


def faint(colours: Mapping[str, str]) -> Iterator[tuple[str, str, float]]:
    """(words, ground, contrast) of each pair that cannot be read well enough."""
    for words, grounds in _READ_ON.items():
        for ground in grounds:
            found = contrast(colours[words], colours[ground])
            if found < LEAST:
                yield words, ground, found


def contrast(one: str, other: str) -> float:
    """By WCAG 2.2, of "#rrggbb".

    >>> round(contrast("#000000", "#ffffff"), 1), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def style(light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    """The rules that set them, for screens: what is printed is black on white. Without light-dark() there is light."""
    plain = "".join(f"--{name}:{colour};" for name, colour in light.items())
    both = "".join(f"--{name}:light-dark({colour},{dark[name]});" for name, colour in light.items())
    return f"@media screen{{:root{{{plain}}}@supports (color:light-dark(#000,#fff)){{:root{{{both}}}}}}}\n"


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
