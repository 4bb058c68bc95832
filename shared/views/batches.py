"""Names of view batches: `<producer>-<number>`, so that the counter remembers a batch with one bit.

A producer is a web process (or a part of its life); it numbers its batches from 0. The counter keeps one bitmap a
producer: the memory of what was applied is exact, small, and can be kept for a week.
"""

import re
from collections.abc import Iterable, Iterator
from uuid import uuid4

from shared.telemetry import log

BATCHES_PER_PRODUCER = 65_536
"""A process takes a new name after so many batches: a bitmap of 8 KB at most."""
REMEMBERED_SECONDS = 7 * 86400
"""The counter forgets a producer this long after its last batch: longer than any message waits on a broker."""
MAX_VIEWS = 2000
"""Views in one batch at most."""

_NAME = re.compile(r"([0-9a-f]{8,32})-([0-9]{1,5})")


class BatchNames:
    """Gives each batch its name. Not thread-safe."""

    def __init__(self) -> None:
        self._producer = ""
        self._next = BATCHES_PER_PRODUCER

    def take(self) -> str:
        if self._next >= BATCHES_PER_PRODUCER:
            self._producer, self._next = uuid4().hex[:16], 0
        name = f"{self._producer}-{self._next}"
        self._next += 1
        return name


def proper(names: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """(name, producer, number) of those that are batch names; one that is none must not fail the others."""
    for name in names:
        try:
            yield name, *parse(name)
        except ValueError:
            log.warning("not a batch name", name=name[:60])


def parse(name: str) -> tuple[str, int]:
    """(producer, number). Raises ValueError for what is no batch name."""
    match = _NAME.fullmatch(name)
    if match is None or int(match[2]) >= BATCHES_PER_PRODUCER:
        raise ValueError(f"not a batch name: {name[:60]!r}")
    return match[1], int(match[2])
