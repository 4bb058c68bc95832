"""How often addresses of a former site led somewhere, and which ones readers asked for in vain ("404 nhiều nhất").

A process counts in memory and writes twice a minute. Both are bounded, whatever is asked for: in memory a new address
takes the place of the one asked for least and its number with it (the "space saving" count of frequent things, Metwally
2005: no number is too small, what is asked for often stays); in the table the least asked for make room.
"""

import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, func, select, tuple_

from services.web.tables import address_uses
from shared.contracts.commands import AddressUseAnswer, LostAddress
from shared.database import read, upsert, write

LED, LOST = "led", "lost"
ADDRESS_CHARS = 300
"""Longer addresses are cut: they are for people to read."""
IN_MEMORY = 500
"""Different addresses between two writings."""
KEPT_ROWS = 2_000
KEPT_SECONDS = 30 * 86_400
"""What nobody has asked for in so long is forgotten."""


class AddressUses:
    """What one process has to tell. For its event loop alone."""

    def __init__(self) -> None:
        self._led: Counter[str] = Counter()
        self._lost: dict[str, int] = {}

    def led(self, by: str) -> None:
        self._led[by] += 1

    def lost(self, address: str) -> None:
        address = address[:ADDRESS_CHARS]
        if address not in self._lost and len(self._lost) >= IN_MEMORY:
            least = min(self._lost, key=self._lost.__getitem__)
            self._lost[address] = self._lost.pop(least) + 1
        else:
            self._lost[address] = self._lost.get(address, 0) + 1

    def take(self) -> dict[tuple[str, str], int]:
        """All that was counted since the last time: (kind, what) -> times."""
        taken = {(LED, by): times for by, times in self._led.items()}
        taken |= {(LOST, address): times for address, times in self._lost.items()}
        self._led.clear()
        self._lost.clear()
        return taken

    def give_back(self, taken: dict[tuple[str, str], int]) -> None:
        """The store was away: told again the next time, as far as there is room."""
        for (kind, what), times in taken.items():
            if kind == LED:
                self._led[what] += times
            elif what in self._lost or len(self._lost) < IN_MEMORY:
                self._lost[what] = self._lost.get(what, 0) + times


def add(engine: Engine, taken: dict[tuple[str, str], int], now: float | None = None) -> None:
    """Write down what a process counted, and make room."""
    now = time.time() if now is None else now
    rows = [
        {"kind": kind, "what": what, "times": times, "last_at": int(now)}
        for (kind, what), times in sorted(taken.items())
    ]
    uses = address_uses.c
    with write(engine) as connection:
        if rows:
            statement = upsert(connection, address_uses)
            new = {"times": uses.times + statement.excluded.times, "last_at": statement.excluded.last_at}
            connection.execute(statement.on_conflict_do_update(index_elements=["kind", "what"], set_=new), rows)
        connection.execute(delete(address_uses).where(uses.last_at < int(now) - KEPT_SECONDS))
        too_many = connection.execute(select(func.count()).select_from(address_uses)).scalar_one() - KEPT_ROWS
        if too_many > 0:
            least = select(uses.kind, uses.what).where(uses.kind == LOST).order_by(uses.times, uses.last_at)
            connection.execute(delete(address_uses).where(tuple_(uses.kind, uses.what).in_(least.limit(too_many))))


def listed(engine: Engine, size: int) -> AddressUseAnswer:
    """What all processes have written."""
    uses = address_uses.c
    lost = (
        select(uses.what, uses.times, uses.last_at)
        .where(uses.kind == LOST)
        .order_by(uses.times.desc(), uses.what)
        .limit(size)
    )
    with read(engine) as connection:
        led = dict(connection.execute(select(uses.what, uses.times).where(uses.kind == LED)).all())
        rows = connection.execute(lost).all()
    return AddressUseAnswer(
        led=led,
        lost=tuple(
            LostAddress(address=address, times=times, last_at=datetime.fromtimestamp(last_at, UTC))
            for address, times, last_at in rows
        ),
    )
