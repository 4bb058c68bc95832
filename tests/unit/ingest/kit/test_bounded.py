"""Work in a process of its own ends at each of its bounds, and this process goes on."""

import threading
import time
from typing import Any

import pytest

from services.ingest.kit import bounded
from services.ingest.kit.bounded import Bounds
from services.ingest.kit.errors import Conflict, Invalid, TooHeavy


def twice(text: str) -> str:
    print("not the answer")
    return text * 2


def refuse(kind: str) -> None:
    raise Invalid.of("file", "Hỏng.") if kind == "invalid" else Conflict("Không hợp.")


def fail() -> None:
    raise ValueError("a mistake")


def think() -> None:
    while True:
        pass


def wait() -> None:
    time.sleep(60)


def grow() -> None:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def go_on() -> str:
    for _ in range(25):
        time.sleep(0.25)
        bounded.going_on()
    return "done"


def test_the_answer_comes_back_and_so_does_what_was_refused() -> None:
    assert bounded.run(twice, "ảnh " * 100_000) == "ảnh " * 200_000
    with pytest.raises(Invalid) as refused:
        bounded.run(refuse, "invalid")
    assert refused.value.errors == [{"field": "file", "message": "Hỏng."}]
    with pytest.raises(Conflict, match="Không hợp"):
        bounded.run(refuse, "other")
    with pytest.raises(RuntimeError, match="a mistake"):
        bounded.run(fail)


@pytest.mark.parametrize(
    ("work", "bounds", "cause"),
    [
        (think, Bounds(cpu_seconds=1, seconds=3600), "processor"),
        (wait, Bounds(seconds=1), "more than 1 s"),
        (grow, Bounds(memory_bytes=300_000_000), "300 MB of memory"),
    ],
)
def test_each_bound_ends_it(work: Any, bounds: Bounds, cause: str) -> None:
    with pytest.raises(TooHeavy) as ended:
        bounded.run(work, bounds=bounds)
    assert cause in ended.value.cause


def test_work_that_goes_on_may_take_longer() -> None:
    assert bounded.run(go_on, bounds=Bounds(seconds=5)) == "done"


def test_it_ends_when_nobody_wants_it_any_more() -> None:
    halt = threading.Event()
    threading.Timer(0.5, halt.set).start()
    with pytest.raises(bounded.Halted):
        bounded.run(wait, halted=halt.is_set)
