"""What each endpoint is still to be told: `fan_out` makes rows of the outbox into a row a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, exists, or_, select, update

from services.ingest.articles.store import revisions as versions
from services.ingest.articles.tables import revisions
from services.ingest.kit import generation, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import NotFound
from services.ingest.kit.periodic import moment
from services.ingest.kit.retrying import LEASE, next_try
from services.ingest.kit.tables import outbox
from services.ingest.webhooks.store import endpoints
from services.ingest.webhooks.tables import WebhookDeliveryRow, webhook_deliveries, webhooks
from shared import clock
from shared.database import read, upsert, write
from shared.outbox import OutboxRow, take
from shared.records import records
from shared.telemetry import log

SENDER = Actor("webhooks")
DISABLE_AFTER = 20
"""Failed tries one after another, over all deliveries of an endpoint."""
KEEP = timedelta(days=30)
_GONE = 410
_DUE = (
    select(webhook_deliveries, webhooks.c.url, webhooks.c.secret)
    .join(webhooks, webhooks.c.id == webhook_deliveries.c.webhook_id)
    .where(webhooks.c.enabled, webhook_deliveries.c.state == "waiting", webhook_deliveries.c.next_at <= moment())
    .order_by(webhook_deliveries.c.id)
)
_CHANGED = exists().where(outbox.c.queue == versions.WEBHOOKS)
DUE = or_(_CHANGED, _DUE.exists())
"""Whether there is something for `fan_out` or `deliver_due`."""
_CHANGES = (
    select(revisions.c.article_id, revisions.c.version, revisions.c.at, revisions.c.action, revisions.c.effect)
    .where(versions.AT_POINTERS, revisions.c.effect != versions.NONE)
    .order_by(revisions.c.at, revisions.c.version)
)


class DueDelivery(WebhookDeliveryRow):
    """With where it goes."""

    url: str
    secret: str


def fan_out(engine: Engine) -> int:
    """Turn rows of the outbox into deliveries; returns how many rows there were."""
    with read(engine) as connection:
        if not connection.execute(select(_CHANGED)).scalar():
            return 0
    with write(engine) as connection:
        rows = take(connection, outbox, versions.WEBHOOKS)
        wanted = _wanted(connection, rows)
        if wanted:
            statement = upsert(connection, webhook_deliveries).values(wanted)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["webhook_id", "event_id"]))
        return len(rows)


def due(engine: Engine, limit: int = 100) -> list[DueDelivery]:
    """Deliveries to be sent now, in their order."""
    with read(engine) as connection:
        return records(connection.execute(_DUE.limit(limit)), DueDelivery)


def forget_old(engine: Engine, now: datetime) -> bool:
    """Deliveries that ended long ago; True when there may be more."""
    old = (webhook_deliveries.c.state != "waiting") & (webhook_deliveries.c.created_at < now - KEEP)
    with write(engine) as connection:
        return connection.execute(rows.some(webhook_deliveries, old)).rowcount == rows.STEP


def _wanted(connection: Connection, rows: Sequence[OutboxRow]) -> list[dict[str, Any]]:
    """The deliveries that follow from some rows of the outbox."""
    hooks = connection.execute(
        select(webhooks.c.id, webhooks.c.kinds, webhooks.c.created_at).where(webhooks.c.enabled)
    ).all()
    if not hooks:
        return []
    found = versions.rows_at(connection, _CHANGES, [(int(row.key), row.version) for row in rows])
    now, number = clock.moment(), generation.current(connection)
    # After a restore versions are given again.
    life = f"_{number}" if number else ""
    return [
        endpoints.delivery(hook, f"article_{article_id}_{version}{life}", kind, article_id, version, now)
        for article_id, version, at, action, effect in found
        for hook, kinds, since in hooks
        if (kind := _kind(action, effect)) in kinds and at >= since
    ]


def _kind(action: str, effect: str) -> str:
    if effect == versions.REMOVED:
        return "article.removed"
    return "article.published" if action == "published" else "article.updated"


def claim(engine: Engine, row: DueDelivery) -> bool:
    """Take a delivery for a while; a process that dies with it in hand gives it back by that."""
    mine = (webhook_deliveries.c.id == row.id) & (webhook_deliveries.c.next_at == row.next_at)
    taken = update(webhook_deliveries).where(mine).values(next_at=clock.moment() + LEASE)
    with write(engine) as connection:
        return connection.execute(taken.returning(webhook_deliveries.c.id)).first() is not None


def sent(engine: Engine, row: DueDelivery, answer: int) -> None:
    """The endpoint took it."""
    now = clock.moment()
    done = {"state": "sent", "tries": row.tries + 1, "answer": answer, "error": "", "sent_at": now}
    with write(engine) as connection:
        connection.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == row.id).values(done))
        healthy = {"failures": 0, "tried_at": now, "ok_at": now}
        connection.execute(update(webhooks).where(webhooks.c.id == row.webhook_id).values(healthy))


def failed(engine: Engine, row: DueDelivery, answer: int | None, error: str) -> None:
    """The endpoint did not take it: it is tried again, given up at last; one that always fails is disabled."""
    now, tries = clock.moment(), row.tries + 1
    again = next_try(tries, now)
    values = {
        "state": "waiting" if again else "given_up",
        "tries": tries,
        "next_at": again or now,
        "answer": answer,
        "error": error,
    }
    with write(engine) as connection:
        connection.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == row.id).values(values))
        counted = update(webhooks).where(webhooks.c.id == row.webhook_id)
        counted = counted.values(failures=webhooks.c.failures + 1, tried_at=now).returning(webhooks.c.failures)
        failures = connection.execute(counted).scalar() or 0
    reason = "Máy chủ nhận báo địa chỉ này đã bỏ (HTTP 410)." if answer == _GONE else ""
    if failures >= DISABLE_AFTER:
        reason = f"{failures} lần gửi liền không được; lần cuối: {error}"
    if reason:
        log.warning("webhook disabled", webhook=row.webhook_id, reason=reason)
        try:
            endpoints.disable(engine, SENDER, row.webhook_id, reason)
        except NotFound:
            # Somebody removed it meanwhile.
            pass
