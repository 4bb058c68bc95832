"""One drain that dies on the way: `python drain_process.py STEP`, with STEP one of `STEPS`, or "none"."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from services.counter import drain, store
from services.counter.hot import Hot
from shared.redis_client import redis_client

STEPS = (
    "before close_delta",
    "after close_delta",
    "before load",
    "after load",
    "before add_delta",
    "in add_delta",
    "after add_delta",
    "before forget",
    "in forget",
    "after forget",
)


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, moment: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            die()
        found = real(*args, **kwargs)
        die()
        return found

    setattr(owner, name, dying)


def main(step: str) -> None:
    hot, source = Hot(redis_client()), store.engine()
    moment, _, name = step.partition(" ")
    if step == "in add_delta":
        # Rows are written, the transaction is open.
        around(store, "note_drain", "after")
    elif step == "in forget":
        # The delta is gone, its name is still listed.
        def half(name: str) -> None:
            redis_client().delete(f"ts:c:delta:{name}")
            die()

        hot.forget = half  # type: ignore[method-assign]
    elif name == "add_delta":
        around(store, name, moment)
    elif step != "none":
        around(hot, name, moment)
    drain.drain(hot, source)


if __name__ == "__main__":
    main(sys.argv[1])
