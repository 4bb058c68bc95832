"""From what happened to signed messages: `fan_out` reads the audit log behind a cursor, `deliver_due` sends.

The audit log is written one line after another and names every version of an article, so a cursor misses nothing
and no part of the store needs to know of webhooks. At least once, order not promised: receivers compare versions.
"""

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, delete, exists, select, update

from services.ingest.articles.tables import revisions
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import NotFound, Refused
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.lookout import moment
from services.ingest.kit.tables import audit
from services.ingest.store import revisions as versions
from services.ingest.webhooks import store
from services.ingest.webhooks.tables import webhook_cursor, webhook_deliveries, webhooks
from shared.contracts.articles import ArticleState
from shared.database import read, upsert, write
from shared.telemetry import log

SENDER = Actor("webhooks")
RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 3 * 3600, 12 * 3600))
"""How long to wait after the first, second, … failed try; after the last one a delivery is given up."""
DISABLE_AFTER = 20
"""Failed tries one after another, over all deliveries of an endpoint."""
KEEP = timedelta(days=30)
AT_ONCE = 4
_LEASE = timedelta(minutes=2)
_LINES = 500
_GONE = 410
_DUE = (
    select(webhook_deliveries, webhooks.c.url, webhooks.c.secret)
    .join(webhooks, webhooks.c.id == webhook_deliveries.c.webhook_id)
    .where(webhooks.c.enabled, webhook_deliveries.c.state == "waiting", webhook_deliveries.c.next_at <= moment())
    .order_by(webhook_deliveries.c.id)
)


ANY = exists(webhooks.c.id)
"""Whether anybody wants to be told."""


def is_due(connection: Connection) -> bool:
    """Whether there is something for `fan_out` or `deliver_due`, where anybody wants to be told."""
    return _has_lines(connection) or connection.execute(_DUE.limit(1)).first() is not None


def fan_out(engine: Engine) -> int:
    """Turn new lines of the audit log into deliveries; returns how many lines were read."""
    with read(engine) as connection:
        if not connection.execute(select(ANY)).scalar() or not _has_lines(connection):
            return 0
    with write(engine) as connection:
        after = _cursor(connection, lock=True)
        lines = _lines(connection, after)
        if not lines:
            return 0
        rows = _wanted(connection, lines)
        if rows:
            statement = upsert(connection, webhook_deliveries).values(rows)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["webhook_id", "event_id"]))
        connection.execute(update(webhook_cursor).values(audit_id=lines[-1].id))
        return len(lines)


def deliver_due(engine: Engine, fetcher: Fetcher) -> int:
    """Send what is due, each endpoint's in their order; returns how many were tried."""
    with read(engine) as connection:
        rows = connection.execute(_DUE.limit(100)).all()
    if not rows:
        return 0
    by_endpoint: dict[int, list[Any]] = {}
    for row in rows:
        by_endpoint.setdefault(row.webhook_id, []).append(row)
    with ThreadPoolExecutor(min(AT_ONCE, len(by_endpoint)), thread_name_prefix="webhook") as pool:
        return sum(pool.map(lambda mine: _deliver_all(engine, mine, fetcher), by_endpoint.values()))


def forget_old(engine: Engine) -> None:
    """Deliveries that ended long ago."""
    old = (webhook_deliveries.c.state != "waiting") & (webhook_deliveries.c.created_at < datetime.now(UTC) - KEEP)
    with write(engine) as connection:
        connection.execute(delete(webhook_deliveries).where(old))


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()


# ---------------------------------------------------------------- from the audit log


def _cursor(connection: Connection, lock: bool = False) -> int:
    query = select(webhook_cursor.c.audit_id)
    return int(connection.execute(query.with_for_update() if lock else query).scalar() or 0)


def _has_lines(connection: Connection) -> bool:
    newer = select(audit.c.id).where(audit.c.id > _cursor(connection)).limit(1)
    return connection.execute(newer).first() is not None


def _lines(connection: Connection, after: int) -> Sequence[Any]:
    query = select(audit.c.id, audit.c.action, audit.c.subject, audit.c.detail).where(audit.c.id > after)
    return connection.execute(query.order_by(audit.c.id).limit(_LINES)).all()


def _wanted(connection: Connection, lines: Sequence[Any]) -> list[dict[str, Any]]:
    """The deliveries that follow from some lines."""
    hooks = connection.execute(select(webhooks.c.id, webhooks.c.kinds).where(webhooks.c.enabled)).all()
    named = {
        (int(line.subject.removeprefix("article:")), int(line.detail["version"]))
        for line in lines
        if line.action.startswith("article.") and "version" in line.detail
    }
    columns = (revisions.c.article_id, revisions.c.version, revisions.c.action, revisions.c.effect)
    found = versions.rows_at(
        connection,
        select(*columns)
        .where(versions.AT_POINTERS, revisions.c.effect != versions.NONE)
        .order_by(revisions.c.at, revisions.c.version),
        named,
    )
    now = datetime.now(UTC)
    return [
        store.delivery(hook.id, f"article_{row.article_id}_{row.version}", kind, row.article_id, row.version, now)
        for row in found
        for hook in hooks
        if (kind := _kind(row)) in hook.kinds
    ]


def _kind(row: Any) -> str:
    if row.effect == versions.REMOVED:
        return "article.removed"
    return "article.published" if row.action == "published" else "article.updated"


# ---------------------------------------------------------------- to the endpoint


def _deliver_all(engine: Engine, rows: list[Any], fetcher: Fetcher) -> int:
    tried = 0
    for row in rows:
        if not _claim(engine, row):
            continue
        tried += 1
        if not _deliver(engine, row, fetcher):
            # An endpoint that fails now would fail for the rest as well.
            break
    return tried


def _deliver(engine: Engine, row: Any, fetcher: Fetcher) -> bool:
    body = orjson.dumps(_message(engine, row))
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": row.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(row.secret, row.event_id, timestamp, body),
    }
    answer, error = None, ""
    try:
        answer = fetcher.post(row.url, body, headers).status
    except Refused as refused:
        error = refused.detail
    except Exception as failure:
        log.exception("webhook failed", webhook=row.webhook_id)
        error = repr(failure)[:300]
    if answer is not None and 200 <= answer < 300:
        _sent(engine, row, answer)
        return True
    _failed(engine, row, answer, error or f"Máy chủ nhận trả lời HTTP {answer}.")
    return False


def _message(engine: Engine, row: Any) -> dict[str, Any]:
    """What an endpoint is told; of what is no longer public nothing but that."""
    told = {"id": row.event_id, "type": row.kind, "timestamp": row.created_at.isoformat()}
    if row.kind == store.PING:
        return told | {"data": {}}
    at = (revisions.c.article_id == row.article_id) & (revisions.c.version == row.version)
    with read(engine) as connection:
        state = ArticleState.model_validate(connection.execute(select(revisions.c.state).where(at)).scalar_one())
    data: dict[str, Any] = {
        "id": state.id,
        "version": state.version,
        "status": state.status,
        "url": versions.url(state),
    }
    if row.kind != "article.removed":
        public = {"title", "summary", "section_slug", "section_name", "tags", "byline", "published_at", "updated_at"}
        data |= state.model_dump(mode="json", include=public)
    return told | {"data": data}


def _claim(engine: Engine, row: Any) -> bool:
    """Take a delivery for a while; a process that dies with it in hand gives it back by that."""
    mine = (webhook_deliveries.c.id == row.id) & (webhook_deliveries.c.next_at == row.next_at)
    taken = update(webhook_deliveries).where(mine).values(next_at=datetime.now(UTC) + _LEASE)
    with write(engine) as connection:
        return connection.execute(taken.returning(webhook_deliveries.c.id)).first() is not None


def _sent(engine: Engine, row: Any, answer: int) -> None:
    now = datetime.now(UTC)
    done = {"state": "sent", "tries": row.tries + 1, "answer": answer, "error": "", "sent_at": now}
    with write(engine) as connection:
        connection.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == row.id).values(done))
        healthy = {"failures": 0, "tried_at": now, "ok_at": now}
        connection.execute(update(webhooks).where(webhooks.c.id == row.webhook_id).values(healthy))


def _failed(engine: Engine, row: Any, answer: int | None, error: str) -> None:
    now, tries = datetime.now(UTC), row.tries + 1
    given_up = tries > len(RESTS)
    values = {
        "state": "given_up" if given_up else "waiting",
        "tries": tries,
        "next_at": now if given_up else now + RESTS[tries - 1],
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
            store.disable(engine, SENDER, row.webhook_id, reason)
        except NotFound:
            # Somebody removed it meanwhile.
            pass
