"""What waits for a lock in PostgreSQL."""

import threading
from urllib.parse import urlsplit

from tests.compose.alerted import Fault, OnCall
from tests.compose.harm.stores import stopped
from tests.wait import until


class _Locks:
    """On tables of pages alone, all the time; on articles, 20 s of each 30; and readers of old stories."""

    def __init__(self) -> None:
        self._enough = threading.Event()

    def cause(self, who: OnCall) -> None:
        paths = _unread_stories(who, 60)
        tables = "LOCK TABLE front_page, comments IN ACCESS EXCLUSIVE MODE"
        who.sql("web", "BEGIN", tables, "SELECT pg_sleep(900)", wait=False)
        often = "BEGIN; LOCK TABLE articles IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(20)"
        script = f"sleep 10; while psql -U toasoan -d web -c '{often}'; do sleep 10; done"
        who.watched.house.compose("exec", "-d", "postgres", "sh", "-c", script)
        self._enough.clear()
        for path in (*paths, "/"):
            threading.Thread(target=self._read, args=(who, path), daemon=True).start()

    def mend(self, who: OnCall) -> str:
        """Again, as the section says: whom a holder keeps waiting may wait for another one first."""
        command = 'docker compose exec postgres psql -U toasoan -d postgres -c "select pg_terminate'
        typed: list[str] = []

        def nobody_holds() -> bool:
            sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
            if int(who.sql("postgres", sleeping)) == 0 and typed:
                return True
            typed.append(who.types("PageLatencyBurn", command))
            return False

        try:
            until(nobody_holds, 90, "nobody holds a lock", interval_s=3)
        finally:
            self._enough.set()
        return typed[0]

    def _read(self, who: OnCall, path: str) -> None:
        while not self._enough.wait(0.05 if path != "/" else 1):
            who.load.read(path)


def _unread_stories(who: OnCall, number: int) -> list[str]:
    made = who.publish(number)
    known = f"select count(*) from articles where id in ({','.join(str(one['id']) for one in made)})"
    until(lambda: int(who.sql("web", known)) == number, 60, "web knows the stories")
    return [urlsplit(one["url"]).path for one in made]


_LOCKS = _Locks()
LOCKED = (
    (
        Fault(
            "tables of web's locked by somebody's session, 60 readers of old stories",
            (
                *("QueueWaitLong queue=page", "PublishVisibleBurn burn=14.4x", "ServedStale"),
                *("PageLatencyBurn burn=6x", "ReaderAvailabilityBurn burn=14.4x"),
            ),
            _LOCKS.cause,
            _LOCKS.mend,
            fires_within_s=180,
        ),
    ),
    (stopped("counters", "StoreDown store=redis instance=counters:6379"),),
)
