"""What ingest does by itself, all of it in one table."""

import threading
from collections.abc import Callable
from functools import partial

from celery import Celery
from sqlalchemy import Connection, Engine, exists

from services.ingest import retention, scheduler
from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.feeds import loop as feeds
from services.ingest.feeds import store as feed_rows
from services.ingest.figures import loop as figures
from services.ingest.figures import store as told_figures
from services.ingest.front_page import store as frontpage
from services.ingest.inbox import loop as inbox
from services.ingest.inbox.store import deliveries as told_elsewhere
from services.ingest.inbox.store import happenings
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.periodic import Job
from services.ingest.kit.tables import outbox
from services.ingest.ops import delivery_check, edge_cache, gauges, reconcile
from services.ingest.statistics import store as trending
from services.ingest.webhooks import loop as webhooks
from services.ingest.webhooks.store import deliveries
from shared import clock
from shared.ask import Asker
from shared.outbox import Relay
from shared.settings import get_settings

# Where a job is woken when it is due, it looks for itself after this long all the same.
_LONGEST = 30.0
# Longer than every timeout in it together.
_STILL = 120.0
# An update takes some minutes, in which a desk of the release before may still set what is most read.
_UPDATE_SECONDS = 600.0
SETTLE_SECONDS = 8.0
"""Between two comparisons, and after the first word of lost messages: the others in trouble are back by then."""


def table(
    source: Engine, app: Celery, relay: Relay, asker: Asker, doubted: threading.Event, halted: Callable[[], bool]
) -> tuple[Job, ...]:
    """Every job. `doubted` asks for a comparison; work that lasts ends early when `halted()`."""
    outside, told = Fetcher(), Fetcher(max_bytes=100_000, seconds=10)
    measured = gauges.Gauges(source, app, relay)
    check = delivery_check.DeliveryCheck(source, app)

    def pinned_wrongly(connection: Connection) -> bool:
        return frontpage.is_stale(connection, clock.moment())

    return (
        Job("relay", _LONGEST, relay.run_once, exists(outbox.c.id), still=_STILL, awake=relay.awake),
        Job("scheduler", _LONGEST, partial(scheduler.work, source), scheduler.DUE, still=_STILL),
        Job("front page", _LONGEST, partial(scheduler.tick, source), frontpage.ANY, pinned_wrongly),
        Job("edge cache", _LONGEST, partial(edge_cache.work, source, get_settings().edge_cache_url), edge_cache.DUE),
        Job("delivery check", _LONGEST, partial(check.look, asker.ask_sync), delivery_check.DUE, rest=2.0),
        Job("comparison", get_settings().reconcile_seconds, reconcile.reconcile, rest=SETTLE_SECONDS, awake=doubted),
        Job("feeds", _LONGEST, partial(feeds.poll_due, source, outside), feed_rows.DUE),
        Job("figures", _LONGEST, partial(figures.work, source, told), told_figures.DUE),
        Job("webhooks", _LONGEST, partial(webhooks.work, source, told), deliveries.DUE),
        Job("inbox", _LONGEST, partial(inbox.work, source), happenings.DUE),
        Job("inbox mail", _LONGEST, partial(inbox.send_mail, source), told_elsewhere.is_due(told_elsewhere.MAIL)),
        Job("inbox push", _LONGEST, partial(inbox.send_push, source, told), told_elsewhere.is_due(told_elsewhere.PUSH)),
        Job("retention", retention.SECONDS, partial(retention.work, source), rest=1.0),
        Job("imports", _LONGEST, partial(imports.work_off, source, halted), jobs.DUE),
        Job("pins of an update", _UPDATE_SECONDS, partial(trending.adopt, source)),
        Job("gauges", 5.0, measured.measure),
        Job("history", 10.0, measured.remember),
        Job("canaries", 30.0, measured.send_canaries),
    )
