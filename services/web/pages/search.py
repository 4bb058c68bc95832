"""The search page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlencode

from markupsafe import Markup, escape

from services.web import model
from services.web.model import Card
from services.web.page import Page, Site
from services.web.pages.frame import Head, page
from services.web.people import Signing
from services.web.searching import names_of_today, with_names_of_today
from shared.contracts.addresses import author_path, section_path, tag_path
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit
from shared.vietnamese.dates import vietnam_day
from shared.vietnamese.forms import syllables
from shared.vietnamese.matching import called
from shared.vietnamese.text import slug

_LAST_PAGE = 500
_MOST_WORDS, _MOST_NAMED = 20, 4
_ASKED = ("q", "section", "author", "from", "to", "sort")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A bound on the search, and the address of the search without it, or with it."""

    label: str
    address: str
    active: bool = True


def search(
    site: Site,
    query: SearchArticles | None,
    answer: SearchAnswer | None,
    typed: str,
    problem: str = "",
    asked: Mapping[str, str] = NOTHING,
) -> Page:
    """What was found (200), that search is away (503: a query without an answer), what cannot be meant (422),
    or the empty form (200). `typed` is what stands in the field, `asked` in the others of a form that cannot be meant.
    """
    status = 422 if problem else 503 if query is not None and answer is None else 200
    head = Head(
        title=f"{typed + ' - ' if typed.strip() else ''}Tìm kiếm - {site.settings.site_name}",
        description=f"Tìm tin, bài, ảnh của {site.settings.site_name}, có dấu hoặc không dấu.",
    )
    if answer:
        named = with_names_of_today(answer.model_dump(), names_of_today(site.read))
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
        wanted=_wanted(query) if query or not problem else {name: asked.get(name, "")[:200] for name in _ASKED},
        bounds=_bounds(site, query) if query else [],
        times=_times(query, vietnam_day(datetime.now(UTC))) if query else [],
        named=_named(site, query, answer) if query else [],
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
        return dict.fromkeys(_ASKED, "")
    return {
        "q": query.q,
        "section": query.section,
        "author": query.author,
        "from": vietnam_day(query.date_from).isoformat() if query.date_from else "",
        "to": vietnam_day(query.date_to).isoformat() if query.date_to else "",
        "sort": query.sort if query.sort != "relevance" else "",
    }


def _bounds(site: Site, query: SearchArticles) -> list[Narrowing]:
    """What narrows the search now, each with the way out of it."""
    found = []
    if query.section:
        label = site.read.section_tree().names.get(query.section, query.section)
        found.append(Narrowing(f"Chuyên mục: {label}", address(query, section="")))
    if query.author:
        names = site.read.signing().meant(query.author)
        label = names[0] if names else site.read.name_of(model.of_author(query.author)) or query.author
        found.append(Narrowing(f"Tác giả: {label}", address(query, author="")))
    if query.date_from or query.date_to:
        found.append(Narrowing(_span(query), address(query, **{"from": "", "to": ""})))
    if query.sort == "newest":
        found.append(Narrowing("Mới nhất trước", address(query, sort="")))
    return found


def _span(query: SearchArticles) -> str:
    first, last = (day and vietnam_day(day) for day in (query.date_from, query.date_to))
    if first and last:
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return f"Năm {first.year}"
        return f"Ngày {first:%d/%m/%Y}" if first == last else f"Từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}"
    return f"Từ {first:%d/%m/%Y}" if first else f"Đến {last:%d/%m/%Y}"


def _times(query: SearchArticles, today: date) -> list[Narrowing]:
    """Spans of time that readers often mean."""
    wanted = _wanted(query)
    spans = {
        "Hôm nay": (today, today),
        "7 ngày qua": (today - timedelta(days=6), today),
        "30 ngày qua": (today - timedelta(days=29), today),
        "Năm nay": (date(today.year, 1, 1), date(today.year, 12, 31)),
    }
    return [
        Narrowing(label, address(query, **span), active=wanted == {**wanted, **span})
        for label, (first, last) in spans.items()
        for span in ({"from": first.isoformat(), "to": last.isoformat()},)
    ]


def _named(site: Site, query: SearchArticles, answer: SearchAnswer | None) -> list[Narrowing]:
    """The sections, tags and authors that are called what was typed: just that, or more, or some words of it."""
    typed = syllables(query.q)[:_MOST_WORDS]
    if not typed or query.page > 1:
        return []
    name, tree = slug(query.q), site.read.section_tree()
    found = [(called(typed, syllables(label)), f"Chuyên mục: {label}", section_path(one))
             for one, label in tree.names.items()]  # fmt: skip
    other = site.read.merged_tags().get(name)
    tags = {other.slug if other else name: query.q}
    tags |= {tag.slug: tag.name for hit in answer.results for tag in hit.tags} if answer else {}
    for kind, listing, path, named in (
        ("Từ khóa", model.of_tag, tag_path, tags),
        ("Tác giả", model.of_author, author_path, _authors(site.read.signing(), query.q, answer)),
    ):
        for one, written in named.items():
            # Most are not meant: those are not read.
            if not (one and called(typed, syllables(written))):
                continue
            label = site.read.name_of(listing(one)) or written
            if site.read.listed(listing(one), size=1).cards:
                found.append((called(typed, syllables(label)), f"{kind}: {label}", path(one)))
    # What is called just so comes first, then in the order of kinds.
    found = sorted((one for one in found if one[0]), key=lambda one: -one[0])
    return [Narrowing(label, path) for _, label, path in found[:_MOST_NAMED]]


def _authors(people: Signing, typed: str, answer: SearchAnswer | None) -> dict[str, str]:
    """slug -> name: who is called what was typed, and who wrote what was found."""
    name, meant = slug(typed), people.of(typed)
    called_so = [meant] if meant else people.by_slug.get(name, ())
    found = {one.slug: one.name for one in called_so} | {name: typed}
    for row in answer.facets.get("author", ()) if answer else ():
        label = str(row["label"])
        one = people.of(label)
        # Marks that are typed count: who types "Hòa" means no Hoa.
        if not (meant and one and one != meant and slug(one.name) == name):
            found.setdefault(one.slug if one else slug(label), label)
    return found


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
