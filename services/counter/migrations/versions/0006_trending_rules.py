"""Editors' rules about the most read, all in one row, as ingest tells them. `rules` stays for the release before.

Revision ID: counter_0006
"""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "counter_0006"
down_revision = "counter_0005"
branch_labels = None
depends_on = None

_RULES = sa.text("SELECT article_id, rule, position FROM rules WHERE rule <> 'none' ORDER BY at DESC LIMIT 300")
_KEEP = sa.text("INSERT INTO trending_rules (id, version, rules) VALUES (1, 0, :rules)")


def upgrade() -> None:
    op.create_table(
        "trending_rules",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
    )
    connection = op.get_bind()
    # Until ingest has told them.
    if rules := [dict(row._mapping) for row in connection.execute(_RULES)]:
        connection.execute(_KEEP, {"rules": orjson.dumps(rules).decode()})
