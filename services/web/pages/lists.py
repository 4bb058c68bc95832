"""Lists of articles: sections, tags, authors, days, photographs, videos, corrections, the most read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.web import model
from services.web.model import Listed, Ranked, Section
from services.web.page import Missing, Moved, Page, Site
from services.web.pages import archive, linked_data, parts
from services.web.pages.frame import Head, numbered, page
from shared.contracts.addresses import author_path, tag_feed_path, tag_path
from shared.vietnamese.dates import VIETNAM, long_date

SIZE = 20
_MOST_READ = 5
_MAY_LEAD = 5
"""How old a story with a picture may be that leads its section, in places."""
_WINDOWS = (("1h", "1 giờ qua"), ("24h", "24 giờ qua"), ("7d", "7 ngày qua"), ("30d", "30 ngày qua"))

Trail = list[tuple[str, str]]


def section(site: Site, slug: str) -> Page:
    """A section or sub-section. Raises Missing."""
    tree = site.read.section_tree()
    found = tree.get(slug)
    if found is None:
        raise Missing
    above = tree.ancestors(slug)
    trail = _home() + [(one.name, one.path) for one in (*above, found)]
    parent = tree.get(above[-1].slug) if above else None
    listed = site.read.listed(model.of_section(slug), site.page_number, SIZE)
    return _list(
        site,
        "section",
        found.name,
        _led(site, found, listed) if listed.page == 1 else listed,
        trail,
        over=found if found.children else parent,
        slug=slug,
        section_slug=above[0].slug if above else slug,
        empty="Chuyên mục chưa có bài.",
        most_read=parts.ranking(site, slug, _MOST_READ) if listed.page == 1 else ([], ""),
    )


def _led(site: Site, section: Section, listed: Listed) -> Listed:
    """The section's own pins lead it, then what leads the paper, in the same order; without any, the newest with a
    picture does."""
    own = site.read.pinned_in(section)
    first = own + [card for card in site.read.pinned() if card in listed.cards and card not in own]
    first = first or [card for card in listed.cards[:_MAY_LEAD] if card.image][:1]
    return replace(listed, cards=(*first, *(card for card in listed.cards if card not in first)))


def tag(site: Site, slug: str) -> Page:
    """Raises Missing for a tag that never was, Moved for one that was merged into another."""
    if other := site.read.merged_tags().get(slug):
        raise Moved(tag_path(other.slug))
    name = _name(site, model.of_tag(slug))
    listed = site.read.listed(model.of_tag(slug), site.page_number, SIZE)
    return _list(
        site,
        "tag",
        name,
        listed,
        [*_home(), (name, site.path)],
        label="Từ khóa",
        feed=tag_feed_path(slug),
        number=site.read.number(model.of_tag(slug)),
    )


def author(site: Site, number: str, written: str) -> Page:
    """Raises Missing for a number that is nobody's, Moved where the name is another one now."""
    person = site.read.signing().by_id.get(int(number))
    if person is None:
        # The names are nobody's again, or another one's: where they stand is told there.
        raise Moved(author_path(written)) if site.read.is_signed(written) else Missing
    if person.slug != f"{number}/{written}":
        raise Moved(author_path(person.slug))
    return _author(site, person.slug, person.name, person.names)


def byline(site: Site, slug: str) -> Page:
    """Names that are spelled so and that nobody has given an author, and the authors who share that spelling.

    Raises Missing where nobody ever signed so, Moved where all that was signed so is one author's.
    """
    if not site.read.is_signed(slug):
        raise Missing
    people = site.read.signing().by_slug.get(slug, ())
    name = site.read.name_of(model.of_author(slug))
    if len(people) == 1 and not site.read.listed(model.of_author(slug), size=1).cards:
        raise Moved(author_path(people[0].slug))
    name = name or people[0].name
    return _author(site, slug, name, [name], namesakes=[(one.name, author_path(one.slug)) for one in people])


def _author(site: Site, slug: str, name: str, names: Iterable[str], namesakes: Trail | None = None) -> Page:
    return _list(
        site,
        "author",
        name,
        site.read.listed(model.of_author(slug), site.page_number, SIZE),
        [*_home(), (name, site.path)],
        label="Tác giả",
        number=site.read.number(model.of_author(slug)),
        portrait=site.read.portrait(names),
        namesakes=namesakes or (),
    )


def day(site: Site, written: str) -> Page:
    """All articles of a day. Raises Missing for a day that is none, or has not come."""
    try:
        wanted = date.fromisoformat(written)
    except ValueError:
        raise Missing from None
    today = datetime.now(VIETNAM).date()
    if wanted.year < archive.FIRST_YEAR or wanted > today:
        raise Missing
    listed = site.read.listed_on(wanted, site.page_number, SIZE)
    return _list(
        site,
        "day",
        long_date(wanted),
        listed,
        [*_home(), ("Lưu trữ", "/ngay"), (f"Tháng {wanted.month}/{wanted.year}", f"/ngay/{written[:7]}")],
        label="Tin theo ngày",
        empty="Không có bài nào trong ngày này.",
        day_before=wanted - timedelta(days=1),
        day_after=wanted + timedelta(days=1) if wanted < today else None,
        day_shown=wanted,
    )


def photos(site: Site) -> Page:
    listed = site.read.listed(model.of_kind("photo"), site.page_number, SIZE)
    return _list(site, "photos", "Ảnh", listed, [*_home(), ("Ảnh", "/anh")], empty="Chưa có phóng sự ảnh.", tiles=True)


def videos(site: Site) -> Page:
    listed = site.read.listed(model.of_kind("video"), site.page_number, SIZE)
    return _list(site, "videos", "Video", listed, [*_home(), ("Video", "/video")], empty="Chưa có video.", tiles=True)


def corrections(site: Site) -> Page:
    """ "Thông tin cải chính, xin lỗi": the corrected articles with their notices."""
    listed = site.read.listed(model.CORRECTED, site.page_number, SIZE)
    states = [site.read.article(card.id) for card in listed.cards]
    notices = [
        (card, state.corrections)
        for card, state in zip(listed.cards, states, strict=True)
        if state is not None and not isinstance(state, model.Tombstone)
    ]
    name = "Thông tin cải chính, xin lỗi"
    return _list(
        site,
        "corrections",
        name,
        listed,
        [*_home(), (name, "/cai-chinh")],
        template="corrections.html",
        notices=notices,
        empty="Chưa có thông tin cải chính nào.",
    )


def most_read(site: Site) -> Page:
    """The most read of an hour, a day, a week and a month."""
    found = [(window, name, site.read.ranking(window, size=10)) for window, name in _WINDOWS]
    rankings = [one for one in found if one[2]] or _before_readers(site)
    windows = [window for window, _, _ in rankings]
    first = "24h" if "24h" in windows else next(iter(windows), "")
    trail = [*_home(), ("Đọc nhiều", "/doc-nhieu")]
    head = Head(
        title=f"Đọc nhiều - {site.settings.site_name}",
        description=f"Những bài được đọc nhiều nhất trên {site.settings.site_name}.",
        canonical="/doc-nhieu",
        data=[linked_data.breadcrumbs(site.settings, trail)],
    )
    return page(site, "most-read", "most_read.html", head, trail=trail, rankings=rankings, first=first)


def _before_readers(site: Site) -> list[tuple[str, str, list[Ranked]]]:
    """What stands in the place of rankings until the paper has any."""
    found = parts.most_viewed(site, "", 10)
    return [("30d", "Bài trong 30 ngày", found)] if found else []


def _list(
    site: Site,
    kind: str,
    name: str,
    listed: Listed,
    trail: Trail,
    *,
    template: str = "list.html",
    label: str = "",
    over: Section | None = None,
    slug: str = "",
    section_slug: str = "",
    tiles: bool = False,
    empty: str = "Chưa có bài nào.",
    feed: str = "",
    **context: object,
) -> Page:
    """A page of a list; `slug` and `section_slug` are of the section shown and of the one on top of it, `over` is the
    one whose sub-sections are shown.

    Raises Missing for a page after the last one.
    """
    if listed.page > 1 and not listed.cards:
        raise Missing
    suffix = f" - Trang {listed.page}" if listed.page > 1 else ""
    head = Head(
        title=f"{name}{suffix} - {site.settings.site_name}",
        description=f"{label or 'Tin, bài, ảnh'}: {name}{suffix}, trên {site.settings.site_name}.",
        canonical=numbered(site.path, listed.page),
        image=next((card.image for card in listed.cards if card.image), None),
        data=[linked_data.breadcrumbs(site.settings, trail)],
        previous=numbered(site.path, listed.page - 1) if listed.page > 1 else "",
        next=numbered(site.path, listed.page + 1) if listed.more else "",
        feed=feed or (f"/rss/{slug}.xml" if slug else ""),
        feed_name=name,
    )
    usual: dict[str, object] = {
        "most_read": ([], ""),
        "day_before": None,
        "day_after": None,
        "day_shown": None,
        "number": 0,
        "portrait": None,
        "namesakes": (),
    }
    return page(
        site,
        kind,
        template,
        head,
        name=name,
        label=label,
        listed=listed,
        trail=trail,
        over=over,
        slug=slug,
        section_slug=section_slug,
        tiles=tiles,
        empty=empty,
        **{**usual, **context},
        most_counted=model.MOST_COUNTED,
    )


def _home() -> Trail:
    return [("Trang chủ", "/")]


def _name(site: Site, list_name: str) -> str:
    found = site.read.name_of(list_name)
    if found is None:
        raise Missing
    return found
