"""What one request can make long (pictures, films, differences of long texts) waits for a pool of its own.

Everything else has the server's other threads to itself. A person has one place in line: eight pictures at once are
worked on one after another, and between them others have their turn. The work itself runs in a bounded process
(services.ingest.kit.bounded), so that a place is always given back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

import anyio
import anyio.to_thread

from services.ingest.kit.errors import Busy

AT_ONCE = 2
MOST_WAITING = 20
"""Of one person."""
LONGEST_WAIT = 90.0
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(slots=True)
class _Pool:
    """One event loop's."""

    threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    waiting: Counter[str] = field(default_factory=Counter)


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


async def costly(who: str, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What `work(…)` returns, done in a thread of the small pool when it is the turn of `who`.

    Raises Busy after LONGEST_WAIT, or at once where MOST_WAITING of theirs wait.
    """
    pool = _pools.setdefault(asyncio.get_running_loop(), _Pool())
    if pool.waiting[who] >= MOST_WAITING:
        raise Busy("Bạn đang có nhiều việc chờ xử lý; hãy đợi chúng xong rồi thử lại.")
    turn = pool.turns.setdefault(who, asyncio.Lock())
    pool.waiting[who] += 1
    try:
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(LONGEST_WAIT):
                    await held.enter_async_context(turn)
                    await held.enter_async_context(pool.places)
            except TimeoutError:
                raise Busy("Đang có nhiều việc chờ xử lý; hãy thử lại sau ít phút.") from None
            return await anyio.to_thread.run_sync(partial(work, *given, **named), limiter=pool.threads)
    finally:
        pool.waiting[who] -= 1
        if not pool.waiting[who]:
            del pool.waiting[who]
