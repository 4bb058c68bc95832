"""One schedule from beginning to rest, and the judgement over it."""

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from shared.celery_factory import VISIBILITY_SECONDS
from shared.database import migrate
from tests.simulation.house import House
from tests.simulation.server import redis_server
from tests.simulation.shapes import shape
from tests.simulation.steps import Play, Step
from tests.simulation.truth import faults

_ROUNDS = 40
# Two rounds are longer than anything that comes round by itself while there is nothing to do: totals, a minute apart.
_ROUND_SECONDS = 31.0
_UNACKED_SECONDS = VISIBILITY_SECONDS + 5.0


@dataclass
class Result:
    faults: list[str]
    story: list[str]
    shapes: set[tuple[object, ...]] = field(default_factory=set)


class Simulator:
    """Runs schedules one after another, each from the same beginning: a paper with two sections and an article."""

    def __init__(self, folder: Path, socket: str) -> None:

        for service in ("ingest", "web", "counter"):
            migrate(service)
        self.house = House(folder, socket)
        self.house.world.begin()
        self.house.counters.clear()
        self.empty = self.house.save("empty")
        self.house.reset(self.empty)
        self.warm = self.empty
        play = self._play([("publish", 0, 0), ("publish", 1, 0)], set())
        self._rest()
        if self.house.world.faults:
            raise RuntimeError("\n".join(self.house.world.story))
        self.warm = self.house.save("warm")
        self.saved = play.truth

    def run(self, steps: Sequence[Step]) -> Result:
        house = self.house
        house.reset(self.warm)
        shapes: set[tuple[object, ...]] = set()
        play = self._play(steps, shapes)
        world = house.world
        house.heal()
        world.tell("every fault ends")
        if play.rotten:
            play.rebuild(0, 0)
        self._rest()
        for _ in range(2):
            told = self._compare()
            # What a store has refused stays a difference until somebody looks at its dead letter.
            told.pop("web" if play.refused else "", None)
            if not any(number != 0 for number in told.values()):
                break
        else:
            world.wrong(f"17 another comparison still finds {told}")
        world.faults.extend(faults(house, play.truth))
        return Result(list(world.faults), list(world.story), shapes)

    def _play(self, steps: Sequence[Step], shapes: set[tuple[object, ...]]) -> Play:
        play = Play(self.house, self.empty.databases)
        for step in steps:
            play.take(step)
            shapes.add(shape(self.house))
            if self.house.world.faults:
                break
        return play

    def _compare(self) -> dict[str, int | None]:
        told: dict[str, int | None] = {}
        self.house.order("comparison", lambda: told.update(self.house.compare()))
        self.house.world.run("comparison")
        self._rest()
        return told

    def _rest(self) -> None:
        """Let everybody work until nothing is left to do."""
        house = self.house
        quiet = 0
        for _ in range(_ROUNDS):
            for name in house.world.actors:
                house.world.run(name)
            while any(house.world.run(name) for name in house.workers):
                pass
            house.world.pass_time(_UNACKED_SECONDS if house.broker.unacked else _ROUND_SECONDS)
            quiet = quiet + 1 if self._is_quiet() else 0
            if quiet == 2:
                return
        house.world.wrong(f"18 never comes to rest: {self._busy_with()}")

    def _is_quiet(self) -> bool:
        return not self._busy_with()

    def _busy_with(self) -> list[str]:
        house = self.house
        waits = {
            "rows in the outbox": house.outbox_rows() > 0,
            "messages": not house.broker.is_empty(),
            "views in the journal": bool(house.journal),
            "comments in the journal": any(house.comment_folder.glob("*.json")),
        }
        return [name for name, some in waits.items() if some]


@contextmanager
def simulator() -> Iterator[Simulator]:
    """One on files in memory and a redis-server of its own; sets this process's environment."""
    shared_memory = Path("/dev/shm")
    place = shared_memory if os.access(shared_memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="toasoan-sim-", dir=place) as folder:
        socket = str(Path(folder) / "redis.sock")
        for name in [name for name in os.environ if name.startswith("TOASOAN_")]:
            del os.environ[name]
        os.environ |= {
            "TOASOAN_DATA_DIR": folder,
            "TOASOAN_BROKER_URL": "memory://",
            "TOASOAN_REDIS_URL": f"unix://{socket}",
            "TOASOAN_SECRET_KEY": "simulated " * 8,
        }
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        with redis_server(socket, folder):
            yield Simulator(Path(folder), socket)
