"""What webhooks were still to be told by the audit log waits for them in the outbox.

Revision ID: ingest_0004
"""

import json
import time
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "ingest_0004"
down_revision = "ingest_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    lines = connection.execute(
        sa.text(
            "SELECT subject, detail FROM audit WHERE id > (SELECT audit_id FROM webhook_cursor) "
            "AND action LIKE 'article.%' AND EXISTS (SELECT 1 FROM webhooks) ORDER BY id"
        )
    ).all()
    changes = [(line.subject.removeprefix("article:"), json.loads(line.detail).get("version")) for line in lines]
    rows = [
        {"key": key, "version": version, "event_id": uuid4().hex, "now": time.time()}
        for key, version in changes
        if version is not None
    ]
    if rows:
        connection.execute(
            sa.text(
                "INSERT INTO outbox (queue, bulk, kind, key, version, event_id, traceparent, occurred_at, leased_until)"
                " VALUES ('webhooks', false, 'article_published', :key, :version, :event_id, '', :now, 0)"
            ),
            rows,
        )
