"""Templates: one Jinja environment a process. A paper's own folder of templates goes before the built-in ones, which
make the page wherever an own one breaks."""

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError

from services.web import static_files
from services.web.page import slot
from services.web.pages import pictures
from services.web.pages.frame import SHARE_PICTURE, script_json
from services.web.pages.linked_data import absolute
from services.web.pages.paper import paper_of
from shared.settings import Settings
from shared.telemetry import log
from shared.vietnamese.dates import card_time, house_time, iso, long_date, short_date, vietnam_day
from shared.vietnamese.text import thousands

FOLDER = Path(__file__).parent / "templates"


def make_renderer(settings: Settings) -> Callable[..., str]:
    """render("article.html", name=value, …) -> text with slots. Names of `settings.templates_dir` win."""
    built_in = FileSystemLoader(FOLDER)
    environment = Environment(
        loader=built_in,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "settings": settings,
        "paper": paper_of(settings),
        "static": static_files.address,
        "slot": slot,
        "share_picture_of_paper": SHARE_PICTURE,
        "absolute": partial(absolute, settings),
        "script_json": script_json,
        "sources": pictures.sources,
        "smallest": pictures.smallest,
        "shape": pictures.shape,
    }
    environment.filters |= {
        "house_time": house_time,
        "card_time": card_time,
        "long_date": long_date,
        "short_date": short_date,
        "iso": iso,
        "day": vietnam_day,
        "thousands": thousands,
    }
    if settings.templates_dir is None:
        return partial(_render, environment)
    own = environment.overlay(loader=ChoiceLoader([FileSystemLoader(settings.templates_dir), built_in]))
    return partial(_render_own, own, environment)


def _render(environment: Environment, template: str, **context: object) -> str:
    return environment.get_template(template).render(context)


def _render_own(own: Environment, built_in: Environment, template: str, **context: object) -> str:
    """With the paper's own templates. Where these break, the page is made whole with the built-in ones alone."""
    try:
        return _render(own, template, **context)
    except Exception as error:
        page = _render(built_in, template, **context)
        log.error("own template broken, built-in one used", template=template, at=_place(error), error=repr(error))
        return page


def _place(error: Exception) -> str:
    """file:line of the template that broke, as far as the error tells."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
