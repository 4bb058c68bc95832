"""Articles in the formats that other houses read: one module a format."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, select

from services.ingest.articles.store import reading
from services.ingest.articles.store.revisions import shown, with_state
from services.ingest.articles.tables import ArticleRow, articles
from services.ingest.sections.tables import sections
from shared.contracts.addresses import article_path
from shared.database import read
from shared.records import records
from shared.settings import get_settings

Article = dict[str, Any]
"""An article as `articles.store.reading.article` gives it, with names that other houses understand."""
Writer = Callable[[Iterator[Article]], Iterator[bytes]]
"""write(articles) -> the parts of the file, one after another."""

_PAGE = 200
_MODULES = {"ndjson": "ndjson", "ninjs": "ninjs", "newsml": "newsml", "atom": "atom"}
FILES = {
    "ndjson": "articles.ndjson",
    "ninjs": "articles.ninjs.json",
    "newsml": "articles.newsml.xml",
    "atom": "articles.atom",
}
FORMATS = tuple(_MODULES)


def status_for(format: str) -> str:
    """Which articles a format can hold: a feed has no word for what is not published."""
    return "published" if format == "atom" else ""


def writer(format: str) -> Writer:
    """What writes a format."""
    found: Writer = import_module(f"services.ingest.exchange.exporters.{_MODULES[format]}").write
    return found


def external_id(article_id: int, given: str | None) -> str:
    """What other houses know an article by: what its sender called it, or its number in this house."""
    return given or f"{urlsplit(get_settings().site_url).netloc}:{article_id}"


def _name_elsewhere(connection: Connection, found: list[Article]) -> None:
    """Add what other houses can make of numbers and slugs of ours: `second_section_name`, `related_external_ids`,
    `related_urls`."""
    names = dict(connection.execute(select(sections.c.slug, sections.c.name)).all())
    ids = {one for article in found for one in article["related"]}
    query = select(articles.c.id, articles.c.external_id, articles.c.slug, sections.c.slug.label("section"))
    query = query.join(sections, sections.c.id == articles.c.section_id).where(articles.c.id.in_(ids))
    given = {row.id: row for row in connection.execute(query)} if ids else {}
    site = get_settings().site_url
    for article in found:
        article["second_section_name"] = names.get(article["second_section"], "")
        related = [given[one] for one in article["related"] if one in given]
        article["related_external_ids"] = [external_id(one.id, one.external_id) for one in related]
        article["related_urls"] = [site + article_path(one.section, one.slug, one.id) for one in related]


def one_article(engine: Engine, article_id: int) -> Article:
    """Raises NotFound."""
    found = reading.article(engine, article_id)
    with read(engine) as connection:
        _name_elsewhere(connection, [found])
    return found


def every_article(engine: Engine, status: str = "", section: int | None = None) -> Iterator[Article]:
    """Every article in the order of ids, a page in memory at a time; of one status or section if asked."""
    after = 0
    while True:
        query = select(articles).where(articles.c.id > after).order_by(articles.c.id).limit(_PAGE)
        query = query.where(articles.c.status == status) if status else query
        query = query.where(articles.c.section_id == section) if section is not None else query
        with read(engine) as connection:
            rows = records(connection.execute(query), ArticleRow)
            found = [shown(with_state(connection, row)) for row in rows]
            _name_elsewhere(connection, found)
        if not rows:
            return
        yield from found
        after = rows[-1].id
