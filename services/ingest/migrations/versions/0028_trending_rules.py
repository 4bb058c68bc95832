"""What editors pin to the list of the most read. So far this was a command alone, and stands in the audit log.

Revision ID: ingest_0028
"""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "ingest_0028"
down_revision = "ingest_0027"
branch_labels = None
depends_on = None

_SET = sa.text("SELECT subject, detail FROM audit WHERE action = 'trending.set' ORDER BY id")
_KEEP = sa.text("INSERT INTO trending_rules (id, version, rules) VALUES (1, 1, :rules)")
_RULES = 300


def upgrade() -> None:
    op.create_table(
        "trending_rules",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
    )
    connection = op.get_bind()
    said: dict[int, dict[str, Any]] = {}
    for row in connection.execute(_SET):
        article, detail = int(row.subject.partition(":")[2]), orjson.loads(row.detail)
        said.pop(article, None)
        if detail["rule"] != "none":
            said[article] = {"article_id": article, "rule": detail["rule"], "position": detail.get("position", 1)}
    if said:
        connection.execute(_KEEP, {"rules": orjson.dumps([*said.values()][::-1][:_RULES]).decode()})
