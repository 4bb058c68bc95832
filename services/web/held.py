"""What this store holds, for ingest's comparison: (id, version) of everything, what is gone too."""

from sqlalchemy import Column, Engine, Select, bindparam, select

from services.web.tables import articles, comments, live_entries, related, sections
from shared.contracts.commands import (
    ListWebComments,
    ListWebLiveEntries,
    ListWebRelated,
    ListWebSections,
    ListWebVersions,
    VersionsAnswer,
)
from shared.contracts.handled import Handled
from shared.database import read


def _page(id_: Column[int], version: Column[int]) -> Select[int, int]:
    return select(id_, version).where(id_ > bindparam("after")).order_by(id_).limit(bindparam("limit"))


_PAGES: dict[type[ListWebVersions], Select[int, int]] = {
    ListWebVersions: _page(articles.c.id, articles.c.version),
    ListWebComments: _page(comments.c.id, comments.c.version),
    ListWebLiveEntries: _page(live_entries.c.id, live_entries.c.version),
    ListWebRelated: _page(related.c.article_id, related.c.version),
    ListWebSections: _page(sections.c.id, sections.c.version),
}


def versions(source: Engine, query: ListWebVersions) -> VersionsAnswer:
    """A page by id of what is asked for."""
    with read(source) as connection:
        rows = connection.execute(_PAGES[type(query)], {"after": query.after, "limit": query.limit})
        return VersionsAnswer(versions=tuple((one, version) for one, version in rows))


HANDLERS: tuple[Handled[Engine], ...] = tuple(kind.answered_by(versions) for kind in _PAGES)
