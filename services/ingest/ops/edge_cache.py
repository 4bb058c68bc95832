"""Has nginx forget its copies as soon as an article is taken from readers, whether or not anything of web runs.

A row of the outbox says so: it is written with the withdrawal and stays until nginx has forgotten. web's worker does
the same when its read model knows (services.web.edge_cache): until then a page made anew may still show the article.
"""

from sqlalchemy import Engine, exists, select

from services.ingest.articles.store.revisions import EDGE_CACHE
from services.ingest.kit.tables import outbox
from shared import clock
from shared.database import read, write
from shared.edge_cache import forget
from shared.outbox import drop

# What was on its way from web meanwhile may have been kept after the first time; each look has all forgotten again.
_AGAIN_SECONDS = 3.0
DUE = exists().where(outbox.c.queue == EDGE_CACHE)
"""Whether there is something for `work`."""


def work(engine: Engine, url: str) -> None:
    """Have the nginx at `url` (unset: there is none) forget its copies. Raises OSError; the rows stay then."""
    rows = select(outbox.c.id, outbox.c.occurred_at).where(outbox.c.queue == EDGE_CACHE)
    with read(engine) as connection:
        waiting = connection.execute(rows).all()
    if not waiting:
        return
    old = clock.now() - _AGAIN_SECONDS
    if url:
        forget(url)
    if done := [row.id for row in waiting if not url or row.occurred_at < old]:
        with write(engine) as connection:
            drop(connection, outbox, done)
