"""The search page."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup, escape

from services.web.model import Card
from services.web.page import Page, Site
from services.web.pages.frame import Head, page
from services.web.searching import with_section_names
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit
from shared.vietnamese.dates import vietnam_day

_LAST_PAGE = 500


def search(
    site: Site, query: SearchArticles | None, answer: SearchAnswer | None, typed: str, problem: str = ""
) -> Page:
    """What was found (200), that search is away (503: a query without an answer), what cannot be meant (422),
    or the empty form (200). `typed` is what stands in the field."""
    status = 422 if problem else 503 if query is not None and answer is None else 200
    head = Head(
        title=f"{typed + ' - ' if typed else ''}Tìm kiếm - {site.settings.site_name}",
        description=f"Tìm tin, bài, ảnh của {site.settings.site_name}, có dấu hoặc không dấu.",
    )
    if answer:
        named = with_section_names(answer.model_dump(), site.read.section_names())
        answer = SearchAnswer.model_validate(named)
    pages = _pages(query, answer)
    made = page(
        site,
        "search",
        "search.html",
        head,
        status=status,
        query=query,
        answer=answer,
        typed=typed,
        problem=problem,
        hits=_hits(site, answer.results) if answer else [],
        wanted=_wanted(query),
        address=lambda **changed: address(query, **changed),
        facet=lambda name, value: address(query, **_facet(name, value)),
        pages=pages,
    )
    headers = (("Retry-After", "10"),) if status == 503 else ()
    return Page(made.kind, made.body, made.depends, status=status, headers=headers)


def address(query: SearchArticles | None, **changed: object) -> str:
    """The address of the same search with something changed; page 1 unless said."""
    wanted: dict[str, object] = {**_wanted(query), **changed}
    return "/tim-kiem?" + urlencode({name: value for name, value in wanted.items() if value not in ("", None, 1)})


def _wanted(query: SearchArticles | None) -> dict[str, str]:
    """The parameters of a question; "" for what was not asked."""
    if query is None:
        return dict.fromkeys(("q", "section", "author", "from", "to", "sort"), "")
    return {
        "q": query.q,
        "section": query.section,
        "author": query.author,
        "from": vietnam_day(query.date_from).isoformat() if query.date_from else "",
        "to": vietnam_day(query.date_to).isoformat() if query.date_to else "",
        "sort": query.sort if query.sort != "relevance" else "",
    }


def _facet(name: str, value: object) -> dict[str, object]:
    """What a row of a facet narrows the question to."""
    return {"from": f"{value}-01-01", "to": f"{value}-12-31"} if name == "year" else {name: value}


def _hits(site: Site, found: Iterable[SearchHit]) -> "list[Hit]":
    """The results, each with the article's card as the lists show it: its picture in small sizes."""
    found = list(found)
    cards = {card.id: card for card in site.read.cards([hit.id for hit in found])}
    return [Hit.of(hit, cards.get(hit.id), site.settings.site_url) for hit in found]


@dataclass(frozen=True, slots=True)
class Hit:
    """A result with its title and its cut as HTML, the searched words in <mark>; no `card` where web has none (yet)."""

    found: SearchHit
    card: Card | None
    path: str
    title: Markup
    cut: Markup

    @classmethod
    def of(cls, hit: SearchHit, card: Card | None, site_url: str) -> "Hit":
        title = _marked(hit.highlight_title, hit.title)
        return cls(hit, card, hit.url.removeprefix(site_url), title, _marked(hit.highlight, hit.summary))


def _marked(highlighted: str, plain: str) -> Markup:
    """Search escapes what it marks; were that ever not so, the plain text is shown."""
    rest = highlighted.replace("<mark>", "").replace("</mark>", "")
    return Markup(highlighted) if highlighted and "<" not in rest else escape(plain)  # only <mark>


def _pages(query: SearchArticles | None, answer: SearchAnswer | None) -> tuple[int, int]:
    """(this page, the last one)."""
    if query is None or answer is None:
        return 1, 1
    return query.page, max(1, min(_LAST_PAGE, -(-answer.total // query.size)))
