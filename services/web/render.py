"""Templates: one Jinja environment a process. Those of the paper's theme go before the built-in ones, which make the
page wherever an own one breaks."""

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.web import first_script, static_files
from services.web.page import slot
from services.web.pages import pictures, sharing
from services.web.pages.frame import SHARE_PICTURE, script_json
from services.web.pages.linked_data import absolute
from services.web.pages.paper import paper_of
from services.web.theme.current import Theme, theme_of
from services.web.theme.folder import TEMPLATES
from shared.settings import Settings
from shared.telemetry import log
from shared.vietnamese.dates import card_time, entry_time, house_time, iso, long_date, short_date, vietnam_day
from shared.vietnamese.text import thousands

FOLDER = Path(__file__).parent / "templates"


BUILT_IN = "built-in"
"""`{% extends "built-in/base.html" %}` is how an own base.html changes some blocks of ours."""
# What templates may know of the settings; the others are addresses, keys and passwords.
_SETTINGS = frozenset({"site_name", "site_url"})


class _OfTheme(ImmutableSandboxedEnvironment):
    """A theme's templates reach what they are given, and nothing of the process behind it."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, Settings):
            return attr in _SETTINGS
        if isinstance(obj, (Environment, partial)):
            return False
        return super().is_safe_attribute(obj, attr, value)


def make_renderer(settings: Settings) -> Callable[..., str]:
    """render("article.html", name=value, …) -> text with slots. The theme's templates win."""
    theme = theme_of(settings)
    built_in = _prepared(Environment(autoescape=True, loader=FileSystemLoader(FOLDER), **_OPTIONS), settings, theme)
    if not theme.templates:
        return partial(_render, built_in)
    return partial(_render_own, themed(settings), built_in)


def themed(settings: Settings) -> Environment:
    """The environment in which the theme's templates stand before ours."""
    theme, built_in = theme_of(settings), FileSystemLoader(FOLDER)
    own = FunctionLoader(partial(_own_template, theme))
    loader = ChoiceLoader([own, built_in, PrefixLoader({BUILT_IN: built_in})])
    return _prepared(_OfTheme(autoescape=True, loader=loader, **_OPTIONS), settings, theme)


_OPTIONS: dict[str, Any] = {
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "auto_reload": False,
}


def _prepared(environment: Environment, settings: Settings, theme: Theme) -> Environment:
    environment.globals |= {
        "settings": settings,
        "paper": paper_of(settings),
        "theme": theme,
        "static": _addresses(settings),
        "slot": slot,
        "first_script": first_script.ELEMENT,
        "share_picture_of_paper": SHARE_PICTURE,
        "absolute": partial(absolute, settings),
        "script_json": script_json,
        "sources": pictures.sources,
        "smallest": pictures.smallest,
        "shape": pictures.shape,
        "focus_classes": pictures.focus_classes,
        "zalo": sharing.zalo,
    }
    environment.filters |= {
        "house_time": house_time,
        "card_time": card_time,
        "entry_time": entry_time,
        "long_date": long_date,
        "short_date": short_date,
        "iso": iso,
        "day": vietnam_day,
        "thousands": thousands,
    }
    return environment


def _addresses(settings: Settings) -> Callable[[str], str]:
    files = static_files.files(settings)
    return lambda name: files[name].address


def _own_template(theme: Theme, name: str) -> tuple[str, str, None] | None:
    """(text, where it stands in the theme's folder, nobody asks whether it changed)."""
    text = theme.templates.get(name)
    return None if text is None else (text, TEMPLATES + name, None)


def _render(environment: Environment, template: str, **context: object) -> str:
    return environment.get_template(template).render(context)


def _render_own(own: Environment, built_in: Environment, template: str, **context: object) -> str:
    """With the theme's templates. Where these break, the page is made whole with the built-in ones alone."""
    try:
        return _render(own, template, **context)
    except Exception as error:
        page = _render(built_in, template, **context)
        file, line = place_of(error)
        log.error("own template broken, built-in one used", template=template, at=f"{file}:{line}", error=repr(error))
        return page


def place_of(error: BaseException) -> tuple[str, int]:
    """(file, line) of the template that broke, the theme's rather than ours; ("", 0) where the error does not tell."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or "", error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
    frames = [frame for frame in frames if frame.filename.startswith(TEMPLATES)] or frames
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
