"""An article as its page would be, before it is one: for editors, by the readers' own templates."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine

from services.web.page import PART, SLOT, TOKEN, VIEWS, Site
from services.web.reading import reading
from shared.contracts.addresses import article_path
from shared.contracts.commands import PreviewAnswer, PreviewArticle
from shared.settings import get_settings

_SCRIPT = re.compile(r"<script[^<>]*+>[^<]*+</script>")


def page(source: Engine, query: PreviewArticle) -> PreviewAnswer:
    """The page with its shared parts, without scripts: nobody is counted, nothing is kept."""
    # Imported here: a worker that is never asked needs no templates.
    from services.web.pages.article import story_page
    from services.web.routes import PARTS

    state = query.article
    with reading(source) as view:
        site = Site(view, get_settings(), _render(), article_path(state.section_slug, state.slug, state.id))
        slots = {VIEWS: "0", TOKEN: ""} | {PART + name: make(site).body for name, make in PARTS.items()}
        body = story_page(site, state).body
    return PreviewAnswer(html=_SCRIPT.sub("", SLOT.sub(lambda found: slots[found[1]], body)))


@lru_cache(maxsize=1)
def _render() -> Any:
    from services.web.render import make_renderer

    return make_renderer(get_settings())
