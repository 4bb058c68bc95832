"""The desk: who works at which section, second factors, invitations, autosaves, notes, embargo, uses of media,
front page slots.

Revision ID: ingest_0002
"""

import orjson
import sqlalchemy as sa
from alembic import op

from shared.vietnamese.text import fold

revision = "ingest_0002"
down_revision = "ingest_0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _writing()
    _media()
    _front_page()


def _people() -> None:
    op.add_column("users", sa.Column("all_sections", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("users", sa.Column("totp_secret", sa.String(64)))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger))
    op.add_column("users", sa.Column("recovery", sa.Text))
    op.add_column("users", sa.Column("last_login_at", _TIME))
    op.create_table(
        "user_sections",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("section_id", sa.Integer, sa.ForeignKey("sections.id"), primary_key=True),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("all_sections", sa.Boolean, nullable=False),
        sa.Column("section_ids", sa.Text, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
    )


def _writing() -> None:
    op.add_column("articles", sa.Column("embargo_until", _TIME))
    op.create_table(
        "section_rules",
        sa.Column("section_id", sa.Integer, sa.ForeignKey("sections.id"), primary_key=True, autoincrement=False),
        sa.Column("steps", sa.Text, nullable=False),
        sa.Column("approver", sa.String(32), nullable=False),
    )
    op.create_table(
        "autosaves",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id")),
        sa.Column("base_version", sa.BigInteger),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("saved_at", _TIME, nullable=False),
    )
    op.create_index("autosaves_by_user", "autosaves", ["user_id", "article_id"], unique=True)
    op.create_table(
        "article_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_article_notes_article_id", "article_notes", ["article_id"])


def _media() -> None:
    op.add_column("media", sa.Column("name", sa.String(200), nullable=False, server_default=""))
    op.add_column("media", sa.Column("focus_x", sa.Float, nullable=False, server_default="0.5"))
    op.add_column("media", sa.Column("focus_y", sa.Float, nullable=False, server_default="0.5"))
    op.add_column("media", sa.Column("derived_from", sa.Integer))
    op.add_column("media", sa.Column("poster_id", sa.Integer))
    op.add_column("media", sa.Column("words", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "media_uses",
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id"), primary_key=True),
    )
    op.create_index("ix_media_uses_article_id", "media_uses", ["article_id"])
    _note_uses_so_far()
    _note_words_so_far()


def _note_uses_so_far() -> None:
    connection = op.get_bind()
    standing = sa.text(
        "SELECT a.id, r.state FROM articles a JOIN revisions r ON r.article_id = a.id AND r.version = a.version "
        "WHERE a.id > :after ORDER BY a.id LIMIT 500"
    )
    uses = sa.table("media_uses", sa.column("path"), sa.column("article_id"))
    after = 0
    while rows := connection.execute(standing, {"after": after}).all():
        after = rows[-1].id
        found = {
            (image["url"].removeprefix("/media/"), row.id)
            for row in rows
            for image in orjson.loads(row.state).get("images", ())
            if image["url"].startswith("/media/")
        }
        if found:
            connection.execute(uses.insert(), [{"path": path, "article_id": article} for path, article in found])


def _note_words_so_far() -> None:
    connection = op.get_bind()
    note = sa.text("UPDATE media SET words = :words WHERE id = :id")
    for row in connection.execute(sa.text("SELECT id, caption, credit, alt FROM media")).all():
        connection.execute(note, {"id": row.id, "words": fold(f"{row.caption} {row.credit} {row.alt}")})


def _front_page() -> None:
    op.create_table(
        "front_page_slots",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("starts_at", _TIME),
        sa.Column("ends_at", _TIME),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
    )
    # What was pinned before slots were known stays pinned.
    pinned = op.get_bind().execute(sa.text("SELECT pinned FROM front_page")).scalar()
    if pinned:
        add = sa.text(
            "INSERT INTO front_page_slots (article_id, position, added_by, added_at) "
            "VALUES (:article, :position, 'migration', CURRENT_TIMESTAMP)"
        )
        for position, article in enumerate(orjson.loads(pinned), start=1):
            op.get_bind().execute(add, {"article": article, "position": position})
