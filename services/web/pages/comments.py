"""The answer to a comment sent without JavaScript that could not be taken."""

from services.web.page import Page, Site
from services.web.pages.article import story_page
from shared.contracts.articles import ArticleState


def form_answer(
    site: Site,
    article: ArticleState,
    problem: str,
    name: str = "",
    email: str = "",
    text: str = "",
    parent_id: str = "",
) -> Page:
    """The article's page with the form as it was filled in, and above it what is wrong (422)."""
    return story_page(site, article, problem=problem, name=name, email=email, text=text, parent_id=parent_id)
