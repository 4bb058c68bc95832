"""Search over everything an editor may read, drafts included."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from services.ingest.articles.store import listing
from services.ingest.articles.tables import articles
from services.ingest.desk_kit.asking import ask
from services.ingest.desk_kit.pages import NavItem, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.finding import fits
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import Seen, seen_by
from services.ingest.sections import store as sections
from services.ingest.sections.tables import sections as sections_table
from shared.contracts.commands import SearchArticles
from shared.database import engine, read
from shared.vietnamese.text import one_line

router = APIRouter()
NAV = (NavItem("/desk/tim", "Tìm kiếm", Action.read, key="f"),)
_PAGE = 20
_MOST_PAGES = 500


@router.get("/tim")
def search(request: Request, who: Annotated[Account, needs(Action.read)]) -> Response:
    asked = request.query_params
    q = one_line(asked.get("q", ""))[:500]
    number = asked.get("trang", "1")
    at = min(int(number), _MOST_PAGES) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
    newest = asked.get("xep") == "moi"
    every = sections.listed(engine("ingest"))
    section = asked.get("muc", "") if asked.get("muc") in {one.slug for one in every} else ""
    context: dict[str, Any] = {"q": q, "newest": newest, "section": section, "sections": every, "at": max(at, 1)}
    if not q:
        return page(request, who, "search.html", **context, answer=None, fallback=None)
    allowed = seen_by(who).section_ids
    answer = ask(
        SearchArticles(
            q=q,
            page=max(at, 1),
            size=_PAGE,
            section=section,
            sort="newest" if newest else "relevance",
            drafts=True,
            draft_sections=None if allowed is None else tuple(one.slug for one in every if one.id in allowed),
        )
    )
    if answer is not None:
        # The index may lag behind a section that has changed.
        shown = listing.visible(engine("ingest"), seen_by(who), [hit.id for hit in answer.results])
        answer = answer.model_copy(update={"results": tuple(hit for hit in answer.results if hit.id in shown)})
    fallback = _by_title(q, seen_by(who)) if answer is None else None
    return page(request, who, "search.html", **context, answer=answer, fallback=fallback)


def _by_title(q: str, seen: Seen) -> list[dict[str, object]]:
    """What the database can say while the search service is away: titles with these words."""
    query = (
        select(articles.c.id, articles.c.title, articles.c.status, articles.c.updated_at, sections_table.c.name)
        .join(sections_table, sections_table.c.id == articles.c.section_id)
        .where(fits(articles.c.title_words, q))
        .where(seen.where(articles.c.section_id, articles.c.created_by, articles.c.status == "published"))
        .order_by(articles.c.updated_at.desc())
        .limit(_PAGE)
    )
    with read(engine("ingest")) as connection:
        return [{f"{name}": value for name, value in row._mapping.items()} for row in connection.execute(query)]
