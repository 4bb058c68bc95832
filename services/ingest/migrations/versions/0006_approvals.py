"""Approvals: who approved which version of an article, when. Only columns that may be empty are added, so the release
before runs on.

What stands approved or scheduled keeps the approval that its revisions show: the last step to "approved" since the text
became what it is, else the one that scheduled it.

Revision ID: ingest_0006
"""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "ingest_0006"
down_revision = "ingest_0005"
branch_labels = None
depends_on = None

_STANDING = sa.text("SELECT id, status FROM articles WHERE status IN ('approved', 'scheduled') ORDER BY id")
_HISTORY = sa.text(
    "SELECT version, at, actor, action, state FROM revisions WHERE article_id = :article ORDER BY version DESC"
)
_KEEP = sa.text(
    "UPDATE articles SET approved_version = :version, approved_at = :at, approved_by = :actor,"
    " approver_account_id = :account, approver_key_id = :key WHERE id = :article"
)
_ACCOUNT = sa.text("SELECT id FROM users WHERE email = :name")
_KEY = sa.text("SELECT id FROM keys WHERE name = :name ORDER BY id DESC LIMIT 1")
_READERS_SEE = "kind title slug summary body tags dateline byline authors images video_url section_slug corrections"


def upgrade() -> None:
    op.add_column("articles", sa.Column("approved_version", sa.BigInteger))
    op.add_column("articles", sa.Column("approved_at", sa.DateTime(timezone=True)))
    op.add_column("articles", sa.Column("approved_by", sa.String(200)))
    op.add_column("articles", sa.Column("approver_account_id", sa.Integer))
    op.add_column("articles", sa.Column("approver_key_id", sa.Integer))
    connection = op.get_bind()
    for article in connection.execute(_STANDING).all():
        _keep_approval(connection, article)


def _keep_approval(connection: sa.Connection, article: sa.Row[Any]) -> None:
    steps = _since_the_text_changed(connection, article.id)
    approval = next((one for one in steps if one.action == "approved"), None)
    if approval is None and article.status == "scheduled":
        approval = next((one for one in steps if one.action == "scheduled"), steps[0])
    if approval is None:
        return
    kind, _, name = approval.actor.partition(":")
    account = connection.execute(_ACCOUNT, {"name": name}).scalar() if kind == "user" else None
    key = connection.execute(_KEY, {"name": name}).scalar() if kind == "key" else None
    if kind in ("user", "key") and account is None and key is None:
        return
    found = {"version": approval.version, "at": approval.at, "actor": approval.actor, "account": account, "key": key}
    connection.execute(_KEEP, {**found, "article": article.id})


def _since_the_text_changed(connection: sa.Connection, article_id: int) -> list[sa.Row[Any]]:
    """The newest revisions of an article that all say the same to readers, the newest first."""
    rows = connection.execute(_HISTORY, {"article": article_id})
    found: list[sa.Row[Any]] = []
    says = None
    for row in rows:
        state = orjson.loads(row.state)
        now = [state.get(name) for name in _READERS_SEE.split()]
        if found and now != says:
            break
        says = now
        found.append(row)
    rows.close()
    return found
