"""Following fresh news to its readers: what changed some seconds ago must be in every read model by now.

The broker hands a message to a worker before the worker can note that it has it. Where the worker's host died in that
moment, or lost its cable, the message is nowhere, and nobody says so. The comparison of everything finds it within ten
minutes; a withdrawal must not wait so long.
"""

from collections.abc import Sequence
from datetime import timedelta

import redis
from celery import Celery
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy import Engine, and_, exists, or_, select

from services.ingest.articles.tables import articles, revisions
from services.ingest.kit.periodic import moment
from services.ingest.live_coverage.tables import live_entries
from services.ingest.ops.comparison import STORES, Behind, Comparison, Store
from services.ingest.ops.expected import LIVE_ENTRIES, ExpectedVersion, expected
from shared import clock
from shared.ask import AskFunction, NoAnswer
from shared.contracts.events import ArticleWithdrawn, LiveEntryWithdrawn
from shared.contracts.queues import Queue
from shared.database import read
from shared.telemetry import log

# News is given so long to arrive by itself, and followed so long; after that it is the comparison's.
_YOUNG = timedelta(seconds=4)
_OLD = timedelta(minutes=2)
_ANSWER_SECONDS = 2.0
# Articles of one look, withdrawn ones first: the rest of a large import is the comparison's, too.
_MOST = 50
_ROWS = 2_000
_REMOVED = (ArticleWithdrawn, LiveEntryWithdrawn)
_ENTRIES = Store("web's live entries", Queue.page, LIVE_ENTRIES.question)
DUE = or_(
    exists().where(articles.c.updated_at.between(moment(-_OLD), moment(-_YOUNG))),
    exists().where(live_entries.c.updated_at.between(moment(-_OLD), moment(-_YOUNG))),
)
"""Whether anything is young enough to be followed."""


class DeliveryCheck:
    """Remembers what has arrived. One thread's work."""

    def __init__(self, source: Engine, app: Celery, stores: Sequence[Store] = STORES) -> None:
        self._source = source
        self._app = app
        self._stores = stores
        self._arrived: dict[tuple[str, int], int] = {}
        """(store, id) -> version"""

    def look(self, ask: AskFunction) -> dict[str, int]:
        """Ask for what changed lately and is not known to have arrived; returns store -> number sent again."""
        articles_now, entries_now = self._recent(), self._recent_entries()
        looked_at = [*((store, articles_now) for store in self._stores), (_ENTRIES, entries_now)]
        current = {(store.name, one.id) for store, found in looked_at for one in found}
        self._arrived = {key: version for key, version in self._arrived.items() if key in current}
        sent = {}
        for store, recent in looked_at:
            waiting = [one for one in recent if self._arrived.get((store.name, one.id), 0) < one.version]
            waiting.sort(key=lambda one: one.event not in _REMOVED)
            page = sorted(waiting[:_MOST], key=lambda one: one.id)
            if page and (missing := self._mend(store, page, ask)):
                sent[store.name] = missing
        if sent:
            log.warning("fresh news had not arrived, sent again", **sent)
        return sent

    def _mend(self, store: Store, page: list[ExpectedVersion], ask: AskFunction) -> int:
        try:
            there, missing = Comparison(self._source, self._app, ask, store, _ANSWER_SECONDS).mend(page)
        except (NoAnswer, Behind, BrokerAway, redis.RedisError):
            return 0  # away or behind: that has its own alert, and there is a next look
        self._arrived |= {(store.name, one.id): one.version for one in there}
        return len(missing)

    def _recent(self) -> list[ExpectedVersion]:
        """What readers were to see changed, newest first."""
        now = clock.moment()
        shown = articles.c.public_version
        query = (
            select(articles.c.id, revisions.c.version, revisions.c.effect)
            .join(revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.version == shown))
            .where(articles.c.updated_at.between(now - _OLD, now - _YOUNG))
            .order_by(articles.c.updated_at.desc())
            .limit(_ROWS)
        )
        with read(self._source) as connection:
            return expected(connection, query)

    def _recent_entries(self) -> list[ExpectedVersion]:
        """The same of entries of live coverages."""
        now, row = clock.moment(), live_entries.c
        query = (
            select(row.id, row.version, row.status)
            .where(row.updated_at.between(now - _OLD, now - _YOUNG), row.published_at.is_not(None))
            .order_by(row.updated_at.desc())
            .limit(_ROWS)
        )
        with read(self._source) as connection:
            return expected(connection, query)
