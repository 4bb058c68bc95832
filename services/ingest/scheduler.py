"""Scheduled articles and pins of the front page appear at their time: a row in SQL and a tick, so that no restart
forgets or repeats one.

Every tick looks for what is due, however late, and publishes it by comparing versions: an article that was changed
or published meanwhile is left alone, and two schedulers do no harm.
"""

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, exists

from services.ingest.articles.store import reading
from services.ingest.articles.store.articles import publish_due
from services.ingest.articles.tables import articles
from services.ingest.front_page import store as frontpage
from services.ingest.kit.actors import SCHEDULER
from services.ingest.kit.errors import Refused
from services.ingest.kit.lookout import LONGEST_SECONDS, LOOK_SECONDS, Lookout, moment
from shared.telemetry import log

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
    """How long to sleep: until the next article is due, at most LONGEST_SECONDS."""
    due = reading.next_due(engine)
    ahead = (due - datetime.now(UTC)).total_seconds() if due else LONGEST_SECONDS
    # What is still due after a tick could not be published: no reason to hurry.
    return min(LONGEST_SECONDS, ahead) if ahead > 0 else LONGEST_SECONDS


def watched_by(lookout: Lookout) -> threading.Event:
    """The event that wakes `run`."""
    soon = moment(timedelta(seconds=LOOK_SECONDS))
    awake = lookout.watch(exists().where(articles.c.status == "scheduled", articles.c.published_at <= soon))
    return lookout.watch(frontpage.ANY, awake, lambda connection: frontpage.is_stale(connection, datetime.now(UTC)))


def run(engine: Engine, stop: threading.Event, awake: threading.Event) -> None:
    """Tick whenever woken until `stop` is set, whatever happens to the database in between."""
    while not stop.is_set():
        awake.clear()
        try:
            pause = 0.0 if tick(engine) else seconds_to_next(engine)
        except Exception as error:
            log.error("scheduler tick failed", error=repr(error)[:300])
            pause = _REST_SECONDS
        awake.wait(pause)
