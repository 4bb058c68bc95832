"""The entries of a live coverage, as its page, its fragments and its feed have them."""

from markupsafe import Markup

from services.web.model import Coverage, LiveEntry
from services.web.page import Missing, Site
from services.web.pages import body
from shared.contracts.articles import ArticleState

SIZE = 20
"""Entries on a page, and in the feed."""


def coverage(site: Site, state: ArticleState, number: int) -> Coverage:
    """A page of entries. Raises Missing for one behind the last."""
    found = site.read.coverage(state, number, SIZE)
    if number > 1 and not found.entries:
        raise Missing
    return found


def laid_out(entry: LiveEntry) -> Markup:
    """An entry's text as its page shows it."""
    return body.lay_out_entry(entry.body, entry.images)
