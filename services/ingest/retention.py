"""What ingest deletes by itself, because its time is over: each in steps of some hundred rows. docs/retention.md has it
all, with what stays."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from services.ingest.accounts.store import invitations
from services.ingest.articles.store import autosaves
from services.ingest.comments.store import comments, visitors
from services.ingest.exchange.store import jobs, sources
from services.ingest.inbox.store import browsers, entries
from services.ingest.kit import once
from services.ingest.media import store as media
from services.ingest.media import uploads
from services.ingest.ops import store as letters
from services.ingest.tips import store as tips
from services.ingest.webhooks.store import deliveries
from shared import clock
from shared.telemetry import log

SECONDS = 3600.0
Forget = Callable[[Engine, datetime], bool]
"""forget(engine, now) -> whether there may be more."""
STEPS: tuple[Forget, ...] = (
    letters.forget_replayed,
    deliveries.forget_old,
    entries.forget_old,
    browsers.forget_old,
    comments.forget_rejected,
    comments.forget_addresses,
    visitors.forget_visitors,
    tips.forget_old,
    autosaves.forget_abandoned,
    once.forget_old,
    invitations.forget_old,
    jobs.forget_old,
    sources.forget_removed,
    uploads.forget_abandoned,
    media.forget_nameless,
)


def work(source: Engine, now: datetime | None = None) -> bool:
    """One step of each; True when one of them has more to do."""
    now = now or clock.moment()
    more = [_step(forget, source, now) for forget in STEPS]
    return any(more)


def _step(forget: Forget, source: Engine, now: datetime) -> bool:
    try:
        return forget(source, now)
    except Exception as error:
        # The others' time is over all the same.
        log.error("not deleted", what=f"{forget.__module__}.{forget.__name__}", error=repr(error)[:300])
        return False
