"""Tests tested: `python -m tests.mutants [ROOM…]` breaks a room's code in one place after another.

A place that its own tests do not notice is named; `mutmut show NAME` in .cache/mutants/ROOM says what was changed
there. mutmut works in a copy of the tree; a second run asks only about what has changed since, or was not noticed.
docs/mutation.md holds the results.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".cache" / "mutants"
_LINKED = ("services", "shared", "tests", "toasoan", "pyproject.toml")
# How a run ends that noticed: tests failed, or took so long that nobody could have overlooked it.
_KILLED = (1, 3, -24, 24, 36, 152)
_UNTESTED = (5, 33)
# Between the values of a list.
_NEXT = "\n    "
# Of tests over all syllables a part is enough; one counts them.
_SYLLABLES = "41"
_LESS = "--deselect=tests/unit/shared/vietnamese/test_forms.py::test_the_table_has_what_people_write"


@dataclass(frozen=True)
class Room:
    """Code that is broken, and the tests that are its own."""

    code: tuple[str, ...]
    tests: tuple[str, ...]
    at_import: tuple[str, ...] = ()
    """Functions that have run before any place is broken: mutmut cannot ask about them."""


ROOMS = {
    "vietnamese": Room(
        ("shared/vietnamese",),
        ("tests/unit/shared/vietnamese",),
        ("shared.vietnamese.highlight.x__byte_table", "shared.vietnamese.lunar.x__months"),
    ),
    "rules": Room(
        ("services/ingest/articles/rules.py", "services/ingest/articles/becoming.py"),
        tuple(f"tests/unit/ingest/articles/test_{name}.py" for name in ("rules", "workflow_rules", "becoming")),
    ),
    "rights": Room(
        ("services/ingest/kit/rights.py", "services/ingest/kit/visibility.py", "services/ingest/kit/actors.py"),
        ("tests/unit/ingest/kit/test_rights.py",),
        ("services.ingest.kit.rights.x__row",),
    ),
    "views": Room(
        ("shared/views",),
        ("tests/unit/shared/views", "tests/contract/shared/views"),
        ("shared.views.bots.x__split", "shared.views.bots.x__disguised"),
    ),
    "contracts": Room(
        ("shared/contracts", "shared/versions.py"),
        ("tests/unit/shared/contracts", *(f"tests/unit/shared/test_{name}.py" for name in ("contracts", "versions"))),
    ),
}


def main(names: list[str]) -> int:
    for name in names or ROOMS:
        _run(name)
    print("\n| room | places | noticed | not | share |\n|---|---|---|---|---|")
    rows = [_row(name) for name in ROOMS if (WORK / name / "mutants").is_dir()]
    print("\n".join(rows))
    return 0


def _run(name: str) -> None:
    room, folder = ROOMS[name], WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    for linked in _LINKED:
        if not (folder / linked).is_symlink():
            (folder / linked).symlink_to(ROOT / linked)
    (folder / "setup.cfg").write_text(_configuration(room))
    # Else mutmut lets stand what tests did not notice, and which tests reach what.
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    for file in _metas(name):
        meta = json.loads(file.read_text())
        meta["exit_code_by_key"] = {
            key: end if end in _KILLED else None for key, end in meta["exit_code_by_key"].items()
        }
        file.write_text(json.dumps(meta))
    # One at a time, behind everything else that the machine does.
    subprocess.run(
        ["nice", "-n", "19", sys.executable, "-m", "mutmut", "run", "--max-children", "1"],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": "0", "ONE_SYLLABLE_OF": _SYLLABLES},
        check=True,
    )


def _metas(name: str) -> list[Path]:
    """mutmut's notes on each file that it broke."""
    return sorted((WORK / name / "mutants").rglob("*.py.meta"))


def _configuration(room: Room) -> str:
    settings: dict[str, str | Sequence[str]] = {
        "source_paths": room.code,
        "also_copy": [linked for linked in _LINKED if linked != "tests"],
        "pytest_add_cli_args_test_selection": room.tests,
        # Always the same examples, and no deadline for one.
        "pytest_add_cli_args": ["--hypothesis-profile=ci", "-Wignore::pytest.PytestWarning", _LESS],
        "timeout_multiplier": "10",
        "use_setproctitle": "false",
        # Who runs a place has run no test before: what functions keep would hide it.
        "process_isolation": "forkserver",
    }
    lines = [
        f"{key} = {value if isinstance(value, str) else ''.join(f'{_NEXT}{one}' for one in value)}"
        for key, value in settings.items()
    ]
    return "\n".join(["[mutmut]", *lines, ""])


def _row(name: str) -> str:
    ends: dict[str, int | None] = {}
    for file in _metas(name):
        found = json.loads(file.read_text())["exit_code_by_key"]
        ends |= {key: end for key, end in found.items() if key.partition("__mutmut_")[0] not in ROOMS[name].at_import}
    killed = sum(end in _KILLED for end in ends.values())
    alive = sorted(key for key, end in ends.items() if end not in _KILLED)
    for key in alive:
        print(f"{'not asked' if ends[key] is None else 'no test' if ends[key] in _UNTESTED else 'survived'}: {key}")
    if None in ends.values():
        return f"| {name} | {len(ends)} | not asked through |||"
    return f"| {name} | {len(ends)} | {killed} | {len(alive)} | {100 * killed / max(1, len(ends)):.1f} % |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
