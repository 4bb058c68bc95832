"""A short run of the simulator, the stories that were kept, and that it still sees what it is there to see.

Each in a process of its own: the simulator takes time, settings and clients of its whole process.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.hunt import FAULTS, ROOT, patched
from tests.simulation.stories import KEPT

# So many that they take some 15 s of a core: as many on every machine.
SEED, SCHEDULES = 20261128, 60
PATCHES = sorted(FAULTS.glob("*.patch"))


def simulate(*asked: str, code: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.simulation", *asked]
    here = {**os.environ, "PYTHONPATH": str(code), "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=code, env=here, capture_output=True, text=True, timeout=110)


def test_no_schedule_goes_wrong() -> None:
    run = simulate("--schedules", str(SCHEDULES), "--seed", str(SEED))
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-3000:]


def test_stories_that_once_went_wrong_do_not() -> None:
    stories = [part for file in sorted(KEPT.glob("*.json")) for part in ("--story", str(file))]
    run = simulate(*stories)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-3000:]


def test_a_schedule_happens_twice_in_the_same_way() -> None:
    story = min(KEPT.glob("*.json"))
    first, second = simulate("--story", str(story)).stdout, simulate("--story", str(story)).stdout
    assert first
    assert first == second


@pytest.mark.parametrize("patch", PATCHES, ids=[patch.stem for patch in PATCHES])
def test_an_old_fault_that_is_put_back_is_seen(patch: Path, tmp_path: Path) -> None:
    """By the story that was kept of it."""
    story = KEPT / f"{patch.stem}.json"
    patched(tmp_path, patch)
    run = simulate("--story", str(story), code=tmp_path)
    said = json.loads(story.read_text())["fault"]
    assert run.returncode == 1, run.stdout[-4000:] + run.stderr[-3000:]
    assert f'"{said}' in run.stdout.splitlines()[-1], run.stdout[-4000:]
