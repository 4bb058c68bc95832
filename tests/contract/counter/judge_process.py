"""Drain, judge, drain; dies on the way: `python judge_process.py STEP NOW`, with STEP one of `STEPS`."""

import sys
from typing import Any

from services.counter import judging, store
from services.counter.drain import drain
from services.counter.hot import Hot
from services.counter.seen import SeenViews
from shared.redis_client import redis_client
from tests.contract.counter.drain_process import around, die

STEPS = (
    "before take_back",
    "in take_back",
    "after take_back",
    "before close_delta",
    "after close_delta",
    "before add_delta",
    "in add_delta",
    "after add_delta",
    "before forget",
    "after forget",
)


def main(step: str, now: float) -> None:
    hot, source = Hot(redis_client(), lambda: store.stored_batches(store.engine())), store.engine()
    drain(hot, source)
    moment, _, name = step.partition(" ")
    if step == "in take_back":
        # Some hundred views are taken back, the others of the same machine are not.
        run = hot._run

        def once(script: str, arguments: tuple[Any, ...]) -> list[int]:
            run(script, arguments)
            die()
            raise AssertionError

        hot.seen._run = once
    elif name == "take_back":
        around(SeenViews, name, moment)
    elif step == "in add_delta":
        around(store, "note_drain", "after")
    elif name == "add_delta":
        around(store, name, moment)
    else:
        around(hot, name, moment)
    judging.judge(hot, now)
    drain(hot, source)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
