"""The shortest schedule that still goes wrong in the same way, as far as it can be found: parts are left out, the
larger first, then numbers are made small.

Hypothesis shrinks better, but only what it has drawn itself, and it remembers every example of a run; here schedules
come from elsewhere, a million a night.
"""

from collections.abc import Callable, Sequence

from tests.simulation.steps import Step

Fails = Callable[[Sequence[Step]], bool]


def shrink(steps: Sequence[Step], fails: Fails, tries: int = 400) -> list[Step]:
    """`fails` says whether a schedule goes wrong as the first did; it is asked `tries` times at most."""
    best, left = list(steps), tries

    def is_better(candidate: list[Step]) -> bool:
        nonlocal left
        if left <= 0 or candidate == best:
            return False
        left -= 1
        return fails(candidate)

    before: list[Step] = []
    while best != before and left > 0:
        before = list(best)
        size = max(1, len(best) // 2)
        while size:
            at = 0
            while at < len(best):
                candidate = best[:at] + best[at + size :]
                if is_better(candidate):
                    best = candidate
                else:
                    at += size
            size //= 2
        for at, (what, which, far) in enumerate(best):
            for simpler in ((what, which, 0), (what, 0, far), (what, which % 4, far), (what, which // 2, far)):
                candidate = [*best[:at], simpler, *best[at + 1 :]]
                if (simpler[1] + simpler[2] < best[at][1] + best[at][2]) and is_better(candidate):
                    best = candidate
    return best
