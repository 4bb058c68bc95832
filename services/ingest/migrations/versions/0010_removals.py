"""Media and comments can be removed: ids of media are never given twice, and answers to a comment are found.

Revision ID: ingest_0010
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0010"
down_revision = "ingest_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("comments_by_parent", "comments", ["parent_id"])
    # PostgreSQL's sequences never give one twice.
    if op.get_bind().dialect.name == "sqlite":
        _media_with_ids_of_their_own()


def _media_with_ids_of_their_own() -> None:
    columns = (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("path", sa.String(200), nullable=False, unique=True),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("renditions", sa.Text, nullable=False),
        sa.Column("caption", sa.Text, nullable=False),
        sa.Column("credit", sa.Text, nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, server_default=""),
        sa.Column("focus_x", sa.Float, nullable=False, server_default="0.5"),
        sa.Column("focus_y", sa.Float, nullable=False, server_default="0.5"),
        sa.Column("derived_from", sa.Integer),
        sa.Column("poster_id", sa.Integer),
        sa.Column("words", sa.Text, nullable=False, server_default=""),
    )
    names = ", ".join(column.name for column in columns)
    op.create_table("media_new", *columns, sqlite_autoincrement=True)
    op.execute(f"INSERT INTO media_new ({names}) SELECT {names} FROM media")  # noqa: S608
    op.drop_table("media")
    op.rename_table("media_new", "media")
