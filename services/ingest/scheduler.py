"""Scheduled articles and pins of the front page appear at their time: a row in SQL and a tick, so that no restart
forgets or repeats one.

Every tick looks for what is due, however late, and publishes it by comparing versions: an article that was changed
or published meanwhile is left alone, and two schedulers do no harm.
"""

import threading
from datetime import UTC, datetime

from sqlalchemy import Engine

from services.ingest.store import frontpage, reading
from services.ingest.store.actors import SCHEDULER
from services.ingest.store.articles import publish_due
from services.ingest.store.errors import Refused
from shared.telemetry import log

TICK_SECONDS = 1.0
# After a failure (a database that is away) the next look waits this long.
_REST_SECONDS = 2.0


def tick(engine: Engine) -> int:
    """Publish what is due, then bring the front page's slots up to the time; returns how many articles went out."""
    published = 0
    for article_id, version in reading.due(engine, datetime.now(UTC)):
        try:
            published += publish_due(engine, article_id, version, SCHEDULER)
        except Refused as refused:
            # It stays scheduled and is tried again: an editor can mend it.
            log.error("scheduled article not published", article_id=article_id, reason=refused.detail)
    frontpage.refresh(engine, datetime.now(UTC))
    return published


def seconds_to_next(engine: Engine) -> float:
    """How long to sleep: until the next article is due, at most TICK_SECONDS."""
    due = reading.next_due(engine)
    ahead = (due - datetime.now(UTC)).total_seconds() if due else TICK_SECONDS
    # What is still due after a tick could not be published: no reason to hurry.
    return min(TICK_SECONDS, ahead) if ahead > 0 else TICK_SECONDS


def run(engine: Engine, stop: threading.Event) -> None:
    """Tick until `stop` is set, whatever happens to the database in between."""
    while not stop.is_set():
        try:
            pause = 0.0 if tick(engine) else seconds_to_next(engine)
        except Exception as error:
            log.error("scheduler tick failed", error=repr(error)[:300])
            pause = _REST_SECONDS
        stop.wait(pause)
