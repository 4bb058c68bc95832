"""One look a second at what has come due, for all loops of a process.

The loops sleep until they are woken. While nothing happens a look costs hardly more than waking up for it, so one
statement asks for everything.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Connection, Engine, bindparam, select

from shared.database import read
from shared.telemetry import log

LOOK_SECONDS = 1.0
LONGEST_SECONDS = 30.0
"""A loop looks for itself after this long, whether it was woken or not."""
# After a failure (a database that is away) the next look waits this long.
_REST_SECONDS = 2.0

Check = Callable[[Connection], bool]


def moment(ahead: timedelta = timedelta()) -> BindParameter[datetime]:
    """In a condition: the time of the look, or one before or after it."""
    return bindparam(None, callable_=lambda: datetime.now(UTC) + ahead)


@dataclass(frozen=True, slots=True)
class _Watched:
    awake: threading.Event
    check: Check | None


class Lookout:
    """Wakes loops. One thread's work: `watch` first, then `run` until halted."""

    def __init__(self, source: Engine, halt: threading.Event) -> None:
        self._source = source
        self._halt = halt
        self._conditions: list[ColumnElement[bool]] = []
        self._watched: list[_Watched] = []

    def watch(
        self, condition: ColumnElement[bool], awake: threading.Event | None = None, check: Check | None = None
    ) -> threading.Event:
        """An event (`awake`, or a new one) that is set at each look at which `condition` holds, and at the end.

        `check`, for what SQL alone cannot say, is asked only where the condition holds.
        """
        self._conditions.append(condition)
        self._watched.append(_Watched(awake or threading.Event(), check))
        return self._watched[-1].awake

    def run(self) -> None:
        """Look until halted, whatever happens to the database in between."""
        while not self._halt.is_set():
            pause = LOOK_SECONDS
            try:
                self.look()
            except Exception as error:
                log.error("nothing seen of what is due", error=repr(error)[:300])
                pause = _REST_SECONDS
            self._halt.wait(pause)
        for watched in self._watched:
            watched.awake.set()

    def look(self) -> None:
        """One look."""
        with read(self._source) as connection:
            holds = connection.execute(select(*self._conditions)).one()
            due = [one for one, is_due in zip(self._watched, holds, strict=True) if is_due]
            due = [one for one in due if one.check is None or one.check(connection)]
        for one in due:
            one.awake.set()
