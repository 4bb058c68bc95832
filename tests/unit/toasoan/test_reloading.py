"""A change of the code ends the processes that run it, and no others."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wait import until
from toasoan import processes
from toasoan.processes import start_ticks
from toasoan.reloading import concerned, stamps

SERVICES = ("ingest", "web", "redis")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    for file in ("services/web/app.py", "services/ingest/app.py", "shared/clock.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("before")
    return tmp_path


@pytest.fixture
def house(code: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """A process for each service, written down as the supervisor does, and somebody who watches the code."""
    running = {name: subprocess.Popen(["sleep", "60"]) for name in SERVICES}
    rows = [{"service": name, "pid": each.pid, "start_ticks": start_ticks(each.pid)} for name, each in running.items()]
    # A number that is somebody else's by now.
    rows.append({"service": "web", "pid": os.getpid(), "start_ticks": -1})
    (code / "house.json").write_text(json.dumps({"processes": rows}))
    called = (
        "from pathlib import Path; from toasoan.reloading import watch; print('watching'); code = Path(sys.argv[1])"
    )
    command = [sys.executable, "-u", "-c", f"import sys; {called}; watch(code / 'house.json', code)", str(code)]
    watcher = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=processes.die_with_parent(os.getpid()))
    assert watcher.stdout and watcher.stdout.readline()
    yield running
    for each in (watcher, *running.values()):
        each.kill()
        each.wait()
    watcher.stdout.close()


def ended(house: dict[str, subprocess.Popen[bytes]]) -> set[str]:
    return {name for name, process in house.items() if process.poll() is not None}


def test_a_service_starts_again_for_its_own_files_and_all_for_shared_ones(
    house: dict[str, subprocess.Popen[bytes]], code: Path
) -> None:
    # Again and again: the watcher may take its first look only after the first change.
    def change(file: str) -> None:
        (code / file).write_text((code / file).read_text() + ".")

    def gone(file: str, names: set[str]) -> bool:
        change(file)
        return ended(house) == names

    until(lambda: gone("services/web/app.py", {"web"}), 20)
    until(lambda: gone("shared/clock.py", {"web", "ingest"}), 20)


def test_a_theme_is_tried_again_by_web_alone(code: Path) -> None:
    theme = code / "themes" / "bien" / "theme.css"
    theme.parent.mkdir(parents=True)
    theme.write_text("")
    changed = [path for path in stamps(code) if path.suffix == ".css"]
    assert concerned(changed, [{"service": name} for name in SERVICES]) == [{"service": "web"}]
