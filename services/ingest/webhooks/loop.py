"""Signed messages on their way: at least once, order not promised, so receivers compare versions."""

import hmac
import time
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Engine, select

from services.ingest.articles.store import revisions as versions
from services.ingest.articles.tables import revisions
from services.ingest.kit import generation
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher
from services.ingest.webhooks.store import deliveries, endpoints
from shared.contracts.articles import ArticleState
from shared.database import read
from shared.telemetry import log

AT_ONCE = 4


def work(engine: Engine, fetcher: Fetcher) -> bool:
    """Make deliveries of what changed, and send those that are due; True while there may be more."""
    read = deliveries.fan_out(engine)
    return deliver_due(engine, fetcher) + read > 0


def deliver_due(engine: Engine, fetcher: Fetcher) -> int:
    """Send what is due, each endpoint's in their order; returns how many were tried."""
    rows = deliveries.due(engine)
    if not rows:
        return 0
    by_endpoint: dict[int, list[deliveries.DueDelivery]] = {}
    for row in rows:
        by_endpoint.setdefault(row.webhook_id, []).append(row)
    with ThreadPoolExecutor(min(AT_ONCE, len(by_endpoint)), thread_name_prefix="webhook") as pool:
        return sum(pool.map(lambda mine: _deliver_all(engine, mine, fetcher), by_endpoint.values()))


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()


def _deliver_all(engine: Engine, rows: list[deliveries.DueDelivery], fetcher: Fetcher) -> int:
    tried = 0
    for row in rows:
        if not deliveries.claim(engine, row):
            continue
        tried += 1
        if not _deliver(engine, row, fetcher):
            # An endpoint that fails now would fail for the rest as well.
            break
    return tried


def _deliver(engine: Engine, row: deliveries.DueDelivery, fetcher: Fetcher) -> bool:
    body = orjson.dumps(_message(engine, row), option=orjson.OPT_UTC_Z)
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
        deliveries.sent(engine, row, answer)
        return True
    deliveries.failed(engine, row, answer, error or f"Máy chủ nhận trả lời HTTP {answer}.")
    return False


def _message(engine: Engine, row: deliveries.DueDelivery) -> dict[str, Any]:
    """What an endpoint is told; of what is no longer public nothing but that."""
    told = {"id": row.event_id, "type": row.kind, "timestamp": row.created_at}
    if row.kind == endpoints.PING:
        return told | {"data": {}}
    at = (revisions.c.article_id == row.article_id) & (revisions.c.version == row.version)
    with read(engine) as connection:
        number = generation.current(connection)
        state = ArticleState.model_validate(connection.execute(select(revisions.c.state).where(at)).scalar_one())
    data: dict[str, Any] = {
        "id": state.id,
        "version": state.version,
        "generation": number,
        "status": state.status,
        "url": versions.url(state),
    }
    if row.kind != "article.removed":
        public = {"title", "summary", "section_slug", "section_name", "tags", "byline", "published_at", "updated_at"}
        data |= state.model_dump(mode="json", include=public)
    return told | {"data": data}
