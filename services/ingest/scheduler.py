"""Scheduled articles and pins of the front page appear at their time: a row in SQL and a tick, so that no restart
forgets or repeats one.

Every tick looks for what is due, however late, and publishes it by comparing versions: an article that was changed
or published meanwhile is left alone, and two schedulers do no harm.
"""

import time
from datetime import timedelta

from sqlalchemy import Engine, exists

from services.ingest.articles.store import reading
from services.ingest.articles.store.articles import publish_due
from services.ingest.articles.tables import articles
from services.ingest.front_page import store as frontpage
from services.ingest.kit.actors import SCHEDULER
from services.ingest.kit.errors import Refused
from services.ingest.kit.periodic import LOOK_SECONDS, moment
from shared import clock
from shared.telemetry import log

_AHEAD_SECONDS = 2 * LOOK_SECONDS
DUE = exists().where(
    articles.c.status == "scheduled", articles.c.published_at <= moment(timedelta(seconds=_AHEAD_SECONDS))
)
"""Whether an article is due before the look after the next."""


def tick(engine: Engine) -> int:
    """Publish what is due, then bring the front page's slots up to the time; returns how many articles went out."""
    published = 0
    for article_id, version in reading.due(engine, clock.moment()):
        try:
            published += publish_due(engine, article_id, version, SCHEDULER)
        except Refused as refused:
            # It stays scheduled and is tried again: an editor can mend it.
            log.error("scheduled article not published", article_id=article_id, reason=refused.detail)
    frontpage.refresh(engine, clock.moment())
    return published


def work(engine: Engine) -> bool:
    """`tick` at the very moment at which something is due; True while there may be more."""
    if tick(engine):
        return True
    due = reading.next_due(engine)
    ahead = (due - clock.moment()).total_seconds() if due else 0.0
    # What is further away wakes this again. What is still due could not be published: no reason to hurry.
    if not 0 < ahead <= _AHEAD_SECONDS:
        return False
    time.sleep(ahead)
    return True
