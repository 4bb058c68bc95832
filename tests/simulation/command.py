"""`python -m tests.simulation`: run schedules, shrink what fails, keep it as a test.

--schedules N --seconds S --seed K     as many as that, whichever ends first
--keep NAME                            a failure goes to tests/simulation/kept/NAME.json, a test from then on
--story FILE                           run a kept story again and print it
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

from tests.simulation.explore import Explorer
from tests.simulation.run import Simulator, simulator
from tests.simulation.shrink import shrink
from tests.simulation.steps import Step
from tests.simulation.stories import keep_story, steps_of


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--schedules", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="")
    parser.add_argument("--json", action="store_true", help="the last line as JSON, for programs")
    parser.add_argument("--story", type=Path, action="append", default=[])
    asked = parser.parse_args()
    with simulator() as made:
        if asked.story:
            return _tell(made, asked.story)
        return _explore(made, asked)


def _explore(made: Simulator, asked: argparse.Namespace) -> int:
    explorer, began, number = Explorer(asked.seed), time.perf_counter(), 0
    used = time.process_time()
    found: dict[str, object] = {}
    while number < asked.schedules and time.perf_counter() - began < asked.seconds:
        steps = explorer.next()
        result = made.run(steps)
        number += 1
        if result.faults:
            seconds = time.process_time() - used
            print(f"seed {asked.seed}: schedule {number} went wrong, {seconds:.1f} s of a core: {result.faults[0]}")
            found = {"seed": asked.seed, "schedules": number, "seconds": round(seconds, 1)}
            found |= _shrunk(made, steps, result.faults[0], asked.keep)
            break
        explorer.learn(steps, result.shapes)
    seconds = time.perf_counter() - began
    print(f"{number} schedules in {seconds:.0f} s ({number / seconds:.1f} a second), seed {asked.seed}")
    print(
        "shapes seen: "
        + ", ".join(f"{seen} after {at}" for at, seen in [*explorer.curve, (number, len(explorer.seen))])
    )
    once = sum(1 for times in explorer.seen.values() if times == 1)
    print(f"{once} of {len(explorer.seen)} shapes were seen in one schedule alone")
    if asked.json:
        print(json.dumps({"schedules": number, "found": found}, ensure_ascii=False))
    return 1 if found else 0


def _shrunk(made: Simulator, steps: list[Step], fault: str, keep: str) -> dict[str, object]:
    # The same kind of fault: its words up to the first number of an article.
    kind = fault[:12]

    def fails(candidate: Sequence[Step]) -> bool:
        return any(one.startswith(kind) for one in made.run(candidate).faults)

    shortest = shrink(steps, fails)
    result = made.run(shortest)
    print(f"{len(steps)} steps, shrunk to {len(shortest)}:\n" + "\n".join(_until_rest(result.story)))
    print("\n".join(result.faults))
    print(f"steps: {json.dumps(shortest)}")
    if keep:
        print(f"kept in {keep_story(keep, fault, shortest)}")
    return {"fault": fault, "steps": shortest}


def _until_rest(story: list[str]) -> list[str]:
    """Without the long part in which all has been healed."""
    ends = next((at for at, line in enumerate(story) if line.endswith("every fault ends")), len(story))
    rest = [line for line in story[ends:] if "WRONG" in line]
    return story[: ends + 1] + rest


def _tell(made: Simulator, files: list[Path]) -> int:
    wrong = 0
    for file in files:
        result = made.run(steps_of(file))
        print("\n".join(_until_rest(result.story)))
        print(f"{file.name}: {json.dumps(result.faults, ensure_ascii=False) if result.faults else 'as it must be'}")
        wrong += bool(result.faults)
    return 1 if wrong else 0
