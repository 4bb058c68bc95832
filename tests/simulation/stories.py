"""Schedules that went wrong once, kept as tests: tests/simulation/kept/NAME.json."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("kept")


def keep_story(name: str, fault: str, steps: Any) -> Path:
    """Keep a schedule, a step a line."""
    KEPT.mkdir(exist_ok=True)
    lines = ",\n".join(f"  {json.dumps(step)}" for step in steps)
    file = KEPT / f"{name}.json"
    file.write_text(f'{{"fault": {json.dumps(fault, ensure_ascii=False)}, "steps": [\n{lines}\n]}}\n')
    return file


def steps_of(file: Path) -> Sequence[tuple[str, int, int]]:
    return [(what, which, far) for what, which, far in json.loads(file.read_text())["steps"]]
