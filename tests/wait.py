"""Waiting in tests: for what must come true, never for a fixed time."""

import time
from collections.abc import Callable
from typing import Literal, TypeVar

T = TypeVar("T")


def until(
    condition: Callable[[], T | Literal[False] | None],
    deadline_s: float = 10.0,
    what: str = "",
    interval_s: float = 0.05,
) -> T:
    """Call `condition` until it gives something true, and return that.

    Exceptions count as "not yet". Raises AssertionError, with the last value or exception, after `deadline_s` seconds.
    """
    give_up = time.monotonic() + deadline_s
    last: object
    while True:
        try:
            found = condition()
            if found:
                return found
            last = found
        except Exception as error:
            last = error
        if time.monotonic() >= give_up:
            name = what or getattr(condition, "__name__", "condition")
            raise AssertionError(f"{name}: not within {deadline_s:g} s; last: {last!r}")
        time.sleep(interval_s)


async def until_async(condition: Callable[[], object], deadline_s: float = 10.0, what: str = "") -> None:
    """The same inside an event loop: yields to the loop between two tries."""
    import asyncio

    give_up = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() >= give_up:
            raise AssertionError(f"{what or 'condition'}: not within {deadline_s:g} s")
        await asyncio.sleep(0.02)
