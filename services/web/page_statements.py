"""The statements that pages are read by, built once: to build one for every page costs more than to carry it out."""

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, select, tuple_, type_coerce

from services.web.tables import (
    address_rules,
    appearance,
    appearance_files,
    articles,
    entries,
    figures,
    front_page,
    media_uses,
    names,
    old_paths,
    portraits,
    rankings,
    related,
    sections,
    totals,
)


def _entries(where: ColumnElement[bool], newest_first: bool = True) -> Select[int]:
    """Ids out of lists: `offset` and `limit` of them, and what `where` takes."""
    at, article_id = entries.c.published_at, entries.c.article_id
    order = (at.desc(), article_id.desc()) if newest_first else (at, article_id)
    return select(article_id).where(where).order_by(*order).offset(bindparam("offset")).limit(bindparam("limit"))


_IN_LIST = entries.c.list == bindparam("list")
_HERE = tuple_(entries.c.published_at, entries.c.article_id)
_THERE = tuple_(bindparam("at"), bindparam("id"))
LISTED = _entries(_IN_LIST)
LISTED_BETWEEN = _entries(_IN_LIST & entries.c.published_at.between(bindparam("first"), bindparam("last")))
LAST_AT = select(func.max(entries.c.published_at)).where(
    _IN_LIST & entries.c.published_at.between(bindparam("first"), bindparam("last"))
)
NUMBER = select(func.count()).select_from(
    select(entries.c.article_id).where(_IN_LIST).limit(bindparam("most")).subquery()
)
FIRST_AT = select(func.min(entries.c.published_at)).where(_IN_LIST)
TIMES = select(entries.c.published_at).where(
    _IN_LIST & entries.c.published_at.between(bindparam("first"), bindparam("last"))
)
LISTED_AFTER = _entries(_IN_LIST & (entries.c.published_at > bindparam("after")))
OLDER = _entries(_IN_LIST & (_HERE < _THERE))
NEWER = _entries(_IN_LIST & (_HERE > _THERE), newest_first=False)
_AMONG = articles.c.id.in_(bindparam("ids", expanding=True))
CARDS = select(articles.c.id, articles.c.card).where(_AMONG, articles.c.public)
STATES = select(articles.c.id, articles.c.state).where(_AMONG, articles.c.public)
ARTICLE = select(articles.c.public, articles.c.reason_kind, articles.c.state).where(articles.c.id == bindparam("id"))
RELATED = select(related.c.ids).where(related.c.article_id == bindparam("id"))
FORMER = select(old_paths.c.article_id, old_paths.c.path).where(
    old_paths.c.path.in_(bindparam("paths", expanding=True))
)
RULES = select(address_rules.c.version, address_rules.c.rules).where(address_rules.c.version != bindparam("known"))
MEDIA = select(media_uses.c.article_id).where(media_uses.c.name == bindparam("name")).limit(1)
BLOCK = (
    select(articles.c.card)
    .where(articles.c.id.between(bindparam("first"), bindparam("last")), articles.c.public)
    .order_by(articles.c.id)
)
LAST_ARTICLE = select(func.max(articles.c.id))
NAME = select(names.c.name).where(names.c.list == bindparam("list"))
PINNED = select(front_page.c.pinned)
PINNED_IN_SECTIONS = select(front_page.c.sections)
FIGURES = select(figures.c.figures, figures.c.until).where(figures.c.until > bindparam("now"))
PORTRAITS = select(portraits.c.portraits)
BREAKING = select(front_page.c.breaking)
APPEARANCE = select(type_coerce(appearance.c.chosen, Text))
LOOK_FILE = select(appearance_files.c.data).where(appearance_files.c.name == bindparam("name"))
RANKING = select(rankings.c.entries).where(rankings.c.name == bindparam("name"))
MOST_VIEWED = (
    select(entries.c.article_id, totals.c.views)
    .join(totals, totals.c.article_id == entries.c.article_id)
    .where(_IN_LIST & (entries.c.published_at > bindparam("after")) & (totals.c.views > 0))
    .order_by(totals.c.views.desc(), entries.c.article_id.desc())
    .limit(bindparam("limit"))
)
VIEWS = select(totals.c.views).where(totals.c.article_id == bindparam("id"))
SECTIONS = select(sections.c.slug, sections.c.name, sections.c.parent_slug).order_by(sections.c.position, sections.c.id)
