"""Schedules by the thousand: fresh ones, and variations of those that led to shapes seldom seen."""

import random
from collections import Counter
from collections.abc import Sequence

from tests.simulation.steps import FAULTS, MOVES, PEOPLE, Step

_STEPS = (6, 28)
_VARIED = 0.5
"""Share of schedules that are made from an earlier one."""
_KEPT = 300
_KINDS_OF_FAULTS = (1, 4)
"""A schedule has few kinds of faults (Groce, Swarm testing, 2012): all of them at once hide one another."""


class Explorer:
    """Makes schedules from a seed; `learn` what each of them saw."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.seen: Counter[tuple[object, ...]] = Counter()
        self.curve: list[tuple[int, int]] = []
        """(schedules, different shapes seen by then)"""
        self._schedules = 0
        self._kept: list[tuple[list[Step], set[tuple[object, ...]]]] = []

    def next(self) -> list[Step]:
        if self._kept and self._chance.random() < _VARIED:
            return self._vary(self._rarest())
        return self._fresh()

    def learn(self, steps: Sequence[Step], shapes: set[tuple[object, ...]]) -> None:
        new = shapes - self.seen.keys()
        self.seen.update(shapes)
        self._schedules += 1
        if new:
            self._kept.append((list(steps), new))
            # Those whose shapes have become common have nothing left to show.
            self._kept = sorted(self._kept, key=self._rarity)[:_KEPT]
        if self._schedules & (self._schedules - 1) == 0 or self._schedules % 1000 == 0:
            self.curve.append((self._schedules, len(self.seen)))

    def _rarity(self, one: tuple[list[Step], set[tuple[object, ...]]]) -> int:
        return min(self.seen[shape] for shape in one[1])

    def _rarest(self) -> list[Step]:
        few = self._chance.sample(self._kept, min(4, len(self._kept)))
        return min(few, key=self._rarity)[0]

    def _fresh(self) -> list[Step]:
        chance = self._chance
        faults = chance.sample(FAULTS, chance.randint(*_KINDS_OF_FAULTS))
        people = chance.sample(PEOPLE, chance.randint(2, 5))
        return [self._step(people, faults) for _ in range(chance.randint(*_STEPS))]

    def _step(self, people: Sequence[str], faults: Sequence[str]) -> Step:
        chance = self._chance
        kind = chance.choices((people, MOVES, faults), (4, 4, 3))[0]
        # Half of what is begun goes on to its end, half stops somewhere in it.
        far = 0 if chance.random() < 0.5 else chance.randint(1, 8)
        return chance.choice(kind), chance.randrange(64), far

    def _vary(self, steps: Sequence[Step]) -> list[Step]:
        chance, made = self._chance, list(steps)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(made) + 1)
            change = chance.random()
            if change < 0.4 or not made:
                made.insert(at, self._step(PEOPLE, FAULTS))
            elif change < 0.6:
                del made[at % len(made)]
            elif change < 0.8:
                what, which, _far = made[at % len(made)]
                made[at % len(made)] = (what, which, chance.randint(0, 8))
            else:
                what, _which, far = made[at % len(made)]
                made[at % len(made)] = (what, chance.randrange(64), far)
        return made[: _STEPS[1] + 8]
