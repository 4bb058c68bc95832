"""Has nginx forget its copies when an article, a picture of one or an entry of a live coverage is taken from readers.

nginx keeps what it was given for a day, for the time when web cannot answer; a text that was withdrawn must not come
back then, under no address and in no list or feed. Withdrawals are rare and copies are made again by the next request,
so all of them are forgotten: nobody has to know which pages showed the article. Ingest has them forgotten as well
(services.ingest.ops.edge_cache), for the time when nothing of web runs.
"""

import threading
import time

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from services.web import keys
from services.web.change_log import Mark, news
from services.web.tables import articles
from shared.database import read
from shared.edge_cache import forget
from shared.telemetry import log

_LOOK_SECONDS = 0.3
# An answer that was on its way from web meanwhile may have been kept after the first time.
_TIMES_SECONDS = (0.0, 0.7, 3.0)
_ARTICLE = keys.article(0).removesuffix("0")
_GONE = (keys.media(""), keys.gone_entry(0).removesuffix("0"))
# So many changed articles are an import or a rebuild: to forget is cheaper than to look.
_MANY = 500


class EdgeCache:
    """Follows the log of changes. `url` is where nginx's cache can be deleted; its host may have many addresses."""

    def __init__(self, engine: Engine, url: str) -> None:
        self._engine = engine
        self._url = url
        self._mark: Mark | None = None
        # When to forget; at first at once: a withdrawal may have been the last thing the process before this one saw.
        self._due = [0.0]

    def start(self) -> None:
        """Follow from now on, in a daemon thread."""
        threading.Thread(target=self._follow, name="edge-cache", daemon=True).start()

    def _follow(self) -> None:
        while True:
            try:
                self.look()
            except SQLAlchemyError as error:
                log.warning("log of changes not read", error=repr(error)[:200])
            except OSError as error:
                log.error("nginx still has its copies", error=str(error)[:200])
            time.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Have nginx forget if an article is gone since the last look. Raises SQLAlchemyError or OSError, and then
        does it at the next."""
        rows, mark = news(self._engine, self._mark)
        changed = {key for row in rows or () if row.kind == "pages" for key in row.what}
        numbers = [int(key.removeprefix(_ARTICLE)) for key in changed if key.startswith(_ARTICLE)]
        is_lost = rows is None and self._mark is not None
        if is_lost or any(key.startswith(_GONE) for key in changed) or self._took_away(numbers):
            self._due = [time.monotonic() + seconds for seconds in _TIMES_SECONDS]
        self._mark = mark
        while self._due and self._due[0] <= time.monotonic():
            forget(self._url)
            self._due.pop(0)

    def _took_away(self, changed: list[int]) -> bool:
        if not 0 < len(changed) <= _MANY:
            return bool(changed)
        gone = select(articles.c.id).where(articles.c.id.in_(changed), ~articles.c.public).limit(1)
        with read(self._engine) as connection:
            return connection.execute(gone).first() is not None
