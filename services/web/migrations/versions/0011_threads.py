"""Comments are read by pages, and replies by what they answer.

Revision ID: web_0011
"""

from alembic import op

revision = "web_0011"
down_revision = "web_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("comments_by_thread", "comments", ["article_id", "public", "parent_id", "at", "id"])
    op.drop_index("comments_by_article", "comments")
