"""One transaction that changes the read model, and notes the keys of the pages that this touches."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert

from services.web.tables import changes
from shared import clock
from shared.database import AdvisoryLock, take_lock, write

CHANGES_KEPT_SECONDS = 120.0


class Changed:
    """What one transaction changed, on its way into `changes`."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.totals: list[tuple[int, int]] = []
        self.occurred_at = clock.now()

    def since(self, times: Iterable[float]) -> None:
        self.occurred_at = min(times, default=self.occurred_at)


@contextmanager
def writing(engine: Engine, kind: str = "pages") -> Iterator[tuple[Connection, Changed]]:
    changed = Changed()
    with write(engine) as connection:
        # One writer at a time, so that `changes` has the order of commits.
        take_lock(connection, AdvisoryLock.web_changes)
        yield connection, changed
        what: list[Any] = changed.totals if kind == "totals" else sorted(changed.keys)
        if what:
            # Rows of another host's worker must not look old to this one.
            now = clock.now()
            row = {"at": now, "occurred_at": changed.occurred_at, "kind": kind, "what": what}
            connection.execute(insert(changes), row)
            connection.execute(delete(changes).where(changes.c.at < now - CHANGES_KEPT_SECONDS))
