"""Which endpoints there are, what they are told, how they fare."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Label, delete, func, insert, select, update

from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.once import Sent, making
from services.ingest.webhooks.tables import WebhookDeliveryRow, WebhookRow, webhook_deliveries, webhooks
from shared.database import read, write
from shared.records import records

KINDS = {
    "article.published": "Bài xuất bản",
    "article.updated": "Bài đang xuất bản được sửa hoặc cải chính",
    "article.removed": "Bài gỡ hoặc rút",
}
PING = "ping"


class ListedWebhook(WebhookRow):
    waiting: int
    given_up: int
    """Its deliveries in these states."""


def listed(engine: Engine) -> list[ListedWebhook]:
    """Every endpoint."""
    query = select(webhooks, _number("waiting"), _number("given_up")).order_by(webhooks.c.name, webhooks.c.id)
    with read(engine) as connection:
        return records(connection.execute(query), ListedWebhook)


def _number(state: str) -> Label[int]:
    of = webhook_deliveries.c
    counted = select(func.count()).where(of.webhook_id == webhooks.c.id, of.state == state)
    return counted.correlate(webhooks).scalar_subquery().label(state)


def deliveries(engine: Engine, webhook_id: int, limit: int = 50) -> list[WebhookDeliveryRow]:
    """The newest deliveries of an endpoint."""
    query = select(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id)
    with read(engine) as connection:
        return records(
            connection.execute(query.order_by(webhook_deliveries.c.id.desc()).limit(limit)), WebhookDeliveryRow
        )


def create(engine: Engine, actor: Actor, *, name: str, url: str, kinds: Sequence[str], sent: Sent | None = None) -> int:
    """Add an endpoint with a new secret; it is told what happens from now on. Raises Invalid."""
    values = _checked(name, kinds) | {"url": url}
    now = datetime.now(UTC)

    def work(connection: Connection) -> int:
        made = {
            **values, "secret": new_secret(), "enabled": True, "disabled_reason": "", "failures": 0,
            "created_by": actor.name, "created_at": now,
        }  # fmt: skip
        webhook_id = int(connection.execute(insert(webhooks).values(made).returning(webhooks.c.id)).scalar_one())
        audit.append(connection, actor.name, "webhook.created", f"webhook:{webhook_id}", {"name": name, "url": url})
        return webhook_id

    return making(engine, sent, work)


def change(engine: Engine, actor: Actor, webhook_id: int, *, name: str, url: str, kinds: Sequence[str]) -> None:
    """Raises Invalid, NotFound."""
    _update(engine, actor, webhook_id, "changed", {"name": name, "url": url}, **_checked(name, kinds), url=url)


def enable(engine: Engine, actor: Actor, webhook_id: int) -> None:
    """Tell the endpoint again; what had waited goes out at once. Raises NotFound."""
    waiting = (webhook_deliveries.c.webhook_id == webhook_id) & (webhook_deliveries.c.state == "waiting")
    _update(engine, actor, webhook_id, "enabled", {}, enabled=True, disabled_reason="", failures=0)
    with write(engine) as connection:
        connection.execute(update(webhook_deliveries).where(waiting).values(next_at=datetime.now(UTC), tries=0))


def disable(engine: Engine, actor: Actor, webhook_id: int, reason: str) -> None:
    """Tell the endpoint nothing more; what happens meanwhile is not kept for it. Raises NotFound."""
    _update(engine, actor, webhook_id, "disabled", {"reason": reason}, enabled=False, disabled_reason=reason)


def renew_secret(engine: Engine, actor: Actor, webhook_id: int) -> None:
    """Sign with a new secret from the next try on. Raises NotFound."""
    _update(engine, actor, webhook_id, "secret_renewed", {}, secret=new_secret())


def remove(engine: Engine, actor: Actor, webhook_id: int) -> None:
    """Raises NotFound."""
    with write(engine) as connection:
        connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id))
        gone = connection.execute(
            delete(webhooks).where(webhooks.c.id == webhook_id).returning(webhooks.c.name)
        ).scalar()
        if gone is None:
            raise NotFound("Không có webhook này.")
        audit.append(connection, actor.name, "webhook.removed", f"webhook:{webhook_id}", {"name": gone})


def ping(engine: Engine, webhook_id: int) -> None:
    """Send an endpoint a message that says nothing. Raises NotFound."""
    now = datetime.now(UTC)
    with write(engine) as connection:
        if connection.execute(select(webhooks.c.id).where(webhooks.c.id == webhook_id)).first() is None:
            raise NotFound("Không có webhook này.")
        row = delivery(webhook_id, f"ping_{secrets.token_hex(8)}", PING, 0, 0, now)
        connection.execute(insert(webhook_deliveries).values(row))


def delivery(webhook_id: int, event_id: str, kind: str, article_id: int, version: int, now: datetime) -> dict[str, Any]:
    """A row that waits to be sent."""
    return {
        "webhook_id": webhook_id, "event_id": event_id, "kind": kind, "article_id": article_id, "version": version,
        "state": "waiting", "tries": 0, "next_at": now, "error": "", "created_at": now,
    }  # fmt: skip


def new_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def _checked(name: str, kinds: Sequence[str]) -> dict[str, Any]:
    if not name or len(name) > 200:
        raise Invalid.of("name", "Hãy đặt tên cho webhook, nhiều nhất 200 ký tự.")
    wanted = [kind for kind in KINDS if kind in kinds]
    if not wanted:
        raise Invalid.of("kinds", "Hãy chọn ít nhất một loại sự kiện.")
    return {"name": name, "kinds": wanted}


def _update(engine: Engine, actor: Actor, webhook_id: int, action: str, detail: dict[str, Any], **values: Any) -> None:
    with write(engine) as connection:
        changed = update(webhooks).where(webhooks.c.id == webhook_id).values(**values).returning(webhooks.c.id)
        if connection.execute(changed).first() is None:
            raise NotFound("Không có webhook này.")
        audit.append(connection, actor.name, f"webhook.{action}", f"webhook:{webhook_id}", detail)
