"""The day: how many readers come in which hour, and what editors do when. It begins at 05:00, before the first rush."""

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

FIRST_HOUR = 5
FULL_MINUTES = 30.0
"""The length in which the whole day's people come; in a shorter one fewer come, at the same pace."""

# Shares of a day's visits in the hours from midnight on: before work, at noon, and in the evening on the sofa.
_READERS = (2, 1, 1, 1, 2, 4, 8, 10, 9, 8, 8, 10, 9, 7, 7, 7, 7, 6, 6, 8, 10, 9, 6, 4)
_EDITORS = (0, 0, 0, 0, 0, 3, 7, 8, 9, 9, 8, 7, 4, 5, 8, 9, 9, 8, 5, 4, 3, 2, 1, 0)

VISITS = 27_000
"""Of a day; one is a person who opens some pages."""
ACTS = {"write": 170, "schedule": 14, "update": 70, "correct": 9, "withdraw": 4}
"""What editors do in a day, by the names of `Desk`."""
RECYCLED, BACKED_UP = 10.5, 26.5
"""Hours (from midnight of the first day on) in which a worker is restarted under load, and the backup is made."""


@dataclass(frozen=True)
class Day:
    """A day that takes so many minutes."""

    minutes: float

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def share(self) -> float:
        """The part of a whole day's people who come."""
        return self.minutes / FULL_MINUTES

    def second(self, hour: float) -> float:
        """When an hour (from midnight of the first day on) has come, in seconds from the start."""
        return (hour - FIRST_HOUR) / 24 * self.seconds

    def hours(self, second: float) -> float:
        """Simulated hours that have passed after so many seconds."""
        return second / self.seconds * 24

    def clock(self, second: float) -> str:
        minutes = int((FIRST_HOUR + self.hours(second)) * 60)
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"

    def visits(self) -> list[float]:
        """The seconds at which visitors come."""
        return _moments(_READERS, round(VISITS * self.share), self.seconds, random.Random("visits"))

    def acts(self) -> list[tuple[float, str]]:
        """(second, act): what editors do; the first thing is always a new story."""
        planned = [
            (second, act)
            for act, number in ACTS.items()
            for second in _moments(_EDITORS, max(1, round(number * self.share)), self.seconds, random.Random(act))
        ]
        return sorted(planned)


def _moments(weights: tuple[int, ...], number: int, seconds: float, chance: random.Random) -> list[float]:
    """So many moments of a day, denser where the hour weighs more."""
    turned = weights[FIRST_HOUR:] + weights[:FIRST_HOUR]
    sums = list(accumulate(turned))
    found = []
    for _ in range(number):
        hour = bisect(sums, chance.random() * sums[-1])
        found.append((min(hour, 23) + chance.random()) / 24 * seconds)
    return sorted(found)
