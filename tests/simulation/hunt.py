"""Old faults put back, one at a time, and how soon each is found: `python -m tests.simulation.hunt [--keep] [NAME…]`.

Each is a patch in tests/simulation/faults, applied to a copy of the code. `--keep` keeps the shortest story of each, by
which the suite sees that it is still found.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.simulation.stories import keep_story

ROOT = Path(__file__).parents[2]
FAULTS = Path(__file__).with_name("faults")
SCHEDULES, SECONDS = 5_000, 900
_CODE = ("services", "shared", "toasoan", "tests")


def patched(folder: Path, patch: Path) -> None:
    """A copy of the code with one fault in it."""
    for name in _CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "kept"))
    subprocess.run(["patch", "-p1", "--quiet", "--input", str(patch)], cwd=folder, check=True)


def hunt(patch: Path, seed: int = 1) -> dict[str, object]:
    """What a run over the patched code says: {"schedules", "found"}."""
    with tempfile.TemporaryDirectory(prefix="toasoan-hunt-") as folder:
        patched(Path(folder), patch)
        asked = ["--schedules", str(SCHEDULES), "--seconds", str(SECONDS), "--seed", str(seed), "--json"]
        command = [sys.executable, "-m", "tests.simulation", *asked]
        here = {**os.environ, "PYTHONPATH": folder, "PYTHONHASHSEED": "0"}
        run = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True)
        if run.returncode not in (0, 1):
            raise RuntimeError(run.stderr[-2000:])
        return dict(json.loads(run.stdout.splitlines()[-1]))


def main() -> int:
    keep = "--keep" in sys.argv[1:]
    wanted = [name for name in sys.argv[1:] if name != "--keep"] or [
        patch.stem for patch in sorted(FAULTS.glob("*.patch"))
    ]
    missed = 0
    print(f"{'FAULT':<36} {'SEED':>4} {'SCHEDULES':>9} {'CORE S':>8}  FOUND AS")
    for name in wanted:
        told = hunt(FAULTS / f"{name}.patch")
        found = told["found"]
        missed += not found
        if isinstance(found, dict) and found:
            if keep:
                keep_story(name, str(found["fault"]), found["steps"])
            numbers = f"{found['seed']:>4} {found['schedules']:>9} {found['seconds']:>8}"
            print(f"{name:<36} {numbers}  {str(found['fault'])[:90]}", flush=True)
        else:
            print(f"{name:<36} not found in {told['schedules']} schedules", flush=True)
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
