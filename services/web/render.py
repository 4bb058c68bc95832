"""Templates: one Jinja environment a process. A paper's own folder of templates goes before the built-in ones."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from services.web import static_files
from services.web.page import slot
from services.web.pages import pictures
from services.web.pages.frame import SHARE_PICTURE, script_json
from services.web.pages.linked_data import absolute
from services.web.pages.paper import paper_of
from shared.settings import Settings
from shared.vietnamese.dates import card_time, house_time, iso, long_date, short_date, vietnam_day
from shared.vietnamese.text import thousands

FOLDER = Path(__file__).parent / "templates"


def make_renderer(settings: Settings) -> Callable[..., str]:
    """render("article.html", name=value, …) -> text with slots. Names of `settings.templates_dir` win."""
    folders = [settings.templates_dir] if settings.templates_dir else []
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in (*folders, FOLDER)]),
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
    return partial(_render, environment)


def _render(environment: Environment, template: str, **context: object) -> str:
    return environment.get_template(template).render(context)
