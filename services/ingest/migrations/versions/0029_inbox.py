"""The inbox: what people are told, how they want to be told, what is on its way to them. Nothing that happened before
is told.

Revision ID: ingest_0029
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0029"
down_revision = "ingest_0028"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inbox_entries",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("event", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id")),
        sa.Column("plan_id", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("read_at", _TIME),
        sa.UniqueConstraint("user_id", "event", name="inbox_entries_once"),
    )
    op.create_index("inbox_entries_by_user", "inbox_entries", ["user_id", "id"])
    op.create_index("inbox_entries_by_time", "inbox_entries", ["at"])
    unread = sa.text("read_at IS NULL")
    op.create_index("inbox_entries_unread", "inbox_entries", ["user_id"], sqlite_where=unread, postgresql_where=unread)
    cursor = op.create_table(
        "inbox_cursor",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("audit_id", sa.BigInteger, nullable=False),
    )
    connection = op.get_bind()
    newest = connection.execute(sa.text("SELECT COALESCE(MAX(id), 0) FROM audit")).scalar_one()
    connection.execute(cursor.insert().values(id=1, audit_id=newest))
    op.create_table(
        "inbox_choices",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
        sa.Column("mail", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=False),
        sa.Column("quiet_until", sa.String(5), nullable=False),
        sa.Column("refusal", sa.Text, nullable=False),
        sa.Column("refused_address", sa.String(254), nullable=False),
    )
    op.create_table(
        "inbox_deliveries",
        sa.Column("entry_id", _BIG_ID, sa.ForeignKey("inbox_entries.id"), primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(8), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("ended_at", _TIME),
    )
    op.create_index("inbox_deliveries_due", "inbox_deliveries", ["state", "next_at"])
