"""Which tables statements read from end to end, as SQLite itself plans them: what grows with the paper must not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def scanned(engine: Engine) -> Iterator[set[str]]:
    """The names of the tables that statements meanwhile read whole; nothing is noticed on PostgreSQL."""
    found: set[str] = set()

    def look(_c: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if engine.dialect.name != "sqlite" or not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        explained = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
        # By an index in its order ("USING INDEX") a statement stops at its limit.
        plans = [row[3] for row in explained]
        found.update(plan.split()[1] for plan in plans if plan.startswith("SCAN ") and " USING " not in plan)

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", look)
