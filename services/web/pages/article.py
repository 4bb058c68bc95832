"""An article: its page, and the same as JSON."""

from urllib.parse import urlencode

import orjson

from services.web import model
from services.web.model import Discussion, Order
from services.web.page import Gone, Missing, Moved, Page, Site, slot
from services.web.pages import body, linked_data
from services.web.pages.coverage import coverage, laid_out
from services.web.pages.frame import Head, describe, numbered, page, share_picture
from services.web.pages.video import player
from shared.blocks.markup import current
from shared.contracts.addresses import article_path, author_path, live_path
from shared.contracts.articles import ArticleState
from shared.vietnamese.dates import iso

SHOWN, PART = "y-kien", "trang-y-kien"
"""The parameters of an article's page that say which comments it shows: in which order, or the id of one with all
replies to it; and which page of them."""
ORDERS: dict[str, Order] = {"moi-nhat": "newest", "thich-nhat": "liked"}
"""Orders of comments as addresses say them; the oldest first is said by none."""
_ORDER_NAMES: dict[str, str] = {
    "": "Cũ nhất",
    "moi-nhat": "Mới nhất",
    "thich-nhat": "Được thích nhất",
}
JSON = "application/json; charset=utf-8"


def article(site: Site, section_slug: str, slug: str, article_id: str) -> Page:
    """The page. Raises Missing, Gone, or Moved where the address is not the article's own."""
    state = public_state(site, article_id)
    of_entries = site.page_number > 1
    if site.path != article_path(state.section_slug, state.slug, state.id) or (of_entries and not state.live):
        raise Moved(article_path(state.section_slug, state.slug, state.id))
    return story_page(site, state)


def story_page(site: Site, state: ArticleState, **form: object) -> Page:
    """An article's page; `form` is what a reader typed as a comment that could not be taken."""
    discussion = _discussion(site, state)
    story = site.read.story(state, discussion)
    trail = [("Trang chủ", "/")]
    trail += [(one.name, one.path) for one in (*story.ancestors, story.section) if one is not None]
    first = next((image for image in state.images if image.url), None)
    video = player(state.video_url, site.settings)
    film = video.src if video and video.form == "file" else ""
    number = site.page_number
    live = coverage(site, state, number) if state.live else None
    data = linked_data.news_article(story, site.look, video)
    if live:
        data |= linked_data.live_updates(story, live, site.settings)
    head = Head(
        title=state.search_title or state.title,
        description=describe(state.summary),
        canonical=numbered(story.path, number),
        kind="article",
        image=state.social_image or first,
        shared_as=share_picture(state.id, state.version),
        data=[data, linked_data.breadcrumbs(site.settings, trail)],
        previous=numbered(story.path, number - 1) if number > 1 else "",
        next=numbered(story.path, number + 1) if live and live.more else "",
        feed=f"{live_path(state.id)}.xml" if live else f"/rss/{state.section_slug}.xml",
        feed_name=state.title if live else state.section_name,
    )
    return page(
        site,
        "article",
        "article.html",
        head,
        article_id=state.id,
        story=story,
        text=body.lay_out(state, poster=first if video else None, cards=site.read.cards, film=film),
        byline=body.byline(state.byline, story.authors),
        trail=trail,
        video=video,
        poster=first,
        orders=[
            (name, f"{story.path}?{SHOWN}={said}" if said else story.path, ORDERS.get(said, "oldest"))
            for said, name in _ORDER_NAMES.items()
        ],
        thread_path=f"{story.path}?{SHOWN}=",
        part_paths=_around(story.path, discussion),
        coverage=live,
        laid_out=laid_out,
        live_path=live_path(state.id),
        updated_at=max(state.updated_at, live.updated_at or state.updated_at) if live else state.updated_at,
        form={"problem": "", "name": "", "email": "", "text": "", "parent_id": "", **form},
        status=422 if form.get("problem") else 200,
    )


def _discussion(site: Site, state: ArticleState) -> Discussion:
    """The comments that the address asks for. Raises Moved where there are none."""
    shown, number = site.query.get(SHOWN, ""), int(site.query.get(PART, "1"))
    if shown.isdigit():
        found = site.read.thread(state.id, int(shown), number)
        is_there = bool(found.comments) and (number == 1 or bool(found.comments[0].replies))
    else:
        found = site.read.comments(state.id, ORDERS.get(shown, "oldest"), number)
        is_there = number == 1 or bool(found.comments)
    if not is_there:
        raise Moved(article_path(state.section_slug, state.slug, state.id))
    return found


def _around(path: str, discussion: Discussion) -> tuple[str, str]:
    """The addresses of the pages of comments before and after; "" where there is none."""
    said = {order: name for name, order in ORDERS.items()}
    shown = str(discussion.thread or said.get(discussion.order, ""))

    def at(number: int) -> str:
        wanted = {PART: str(number) if number > 1 else "", SHOWN: shown}
        known = {name: one for name, one in wanted.items() if one}
        return f"{path}?{urlencode(known)}" if known else path

    number = discussion.page
    return at(number - 1) if number > 1 else "", at(number + 1) if discussion.more else ""


def as_json(site: Site, article_id: str) -> Page:
    """`GET /api/articles/{id}`. Raises Missing or Gone."""
    state = public_state(site, article_id)
    fields = {
        "id": state.id,
        "version": state.version,
        "kind": state.kind,
        "title": state.title,
        "kicker": state.kicker,
        "summary": state.summary,
        "body": current(state.body, site.read.cards),
        "url": site.settings.site_url + article_path(state.section_slug, state.slug, state.id),
        "section": state.section_slug,
        "section_name": state.section_name,
        "second_section": state.second_section,
        "tags": [tag.name for tag in state.tags],
        "event": state.event.name if state.event else "",
        "byline": state.byline,
        "authors": [
            {
                "name": author.name,
                "roles": author.roles,
                "url": site.settings.site_url + author_path(author.slug),
            }
            for author in state.authors
        ],
        "dateline": state.dateline,
        "published_at": iso(state.published_at) if state.published_at else None,
        "updated_at": iso(state.updated_at),
        "images": [image.model_dump() for image in state.images],
        "video_url": state.video_url,
        "related": list(state.related),
        "source": state.source,
        "print_page": state.print_page,
        "language": state.language,
        "comments_closed": state.comments_closed,
        "corrections": [
            {"at": iso(one.at), "notice": one.notice, "wrong": one.wrong, "right": one.right}
            for one in state.corrections
        ],
    }
    # The number goes in when it is served, so it is written around, not through, the encoder.
    text = f'{orjson.dumps(fields).decode()[:-1]},"views":{slot("views-number")}}}'
    return Page("article-json", text, frozenset(site.read.depends), content_type=JSON, article_id=state.id)


def public_state(site: Site, article_id: str) -> ArticleState:
    """Raises Missing for what never was public, Gone for what is not any more."""
    found = site.read.article(int(article_id))
    if found is None:
        raise Missing
    if isinstance(found, model.Tombstone):
        raise Gone
    return found
