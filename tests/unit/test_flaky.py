"""`.ci/run` in a small project of its own: what it prints and how it ends."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import os, pathlib
import pytest

def first_time(name):
    mark = pathlib.Path(name)
    seen = mark.exists()
    mark.touch()
    return not seen

def test_sound():
    assert first_time("sound"), "a test that passed is not run again"
@pytest.mark.parametrize("text", ["có dấu", "a b"])
def test_now_and_then(text):
    assert not first_time(text)
"""
SKIPPED = """
def test_skipped():
    assert not first_time("skipped")
    pytest.skip("nothing to try it on")
"""
BROKEN = "def test_broken(): assert False\n"
KILLED = "def test_killed(): os._exit(1)\n"
MANY = "@pytest.mark.parametrize('number', range(21))\ndef test_many(number): assert not first_time(f'many {number}')\n"


# The one plugin of all that are installed here: each of a dozen starts would load the others too.
_SETTINGS = """
[pytest]
addopts = -p xdist.plugin
cache_dir = .cache/pytest
testpaths = tests
pythonpath = .
"""
_CONTAINERS = 'compose-check:\n\t@echo in containers >> containers; sh -c "$${CONTAINERS:-true}"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tmp_path / ".venv/bin/python").chmod(0o755)
    (tmp_path / "Makefile").write_text(f"test:\n\t@.venv/bin/python -m pytest --numprocesses 2 $(TESTS)\n{_CONTAINERS}")
    (tmp_path / "pytest.ini").write_text(_SETTINGS)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests/flaky.py", tmp_path / "tests")
    (tmp_path / "tests/conftest.py").write_text('pytest_plugins = ["tests.flaky"]\n')
    return tmp_path


def run(project: Path, tests: str) -> tuple[int, list[str]]:
    (project / "tests/test_it.py").write_text(tests)
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        ["bash", ".ci/run"], cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.splitlines()


def test_what_fails_twice_in_containers_fails_the_run_after_all_others(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTAINERS", "false")
    code, lines = run(project, "def test_sound(): pass\n")
    assert code != 0
    assert "1 passed" in " ".join(lines)
    assert lines[-1].startswith("make compose-check failed twice")


def test_what_fails_once_in_containers_is_named_and_fails_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTAINERS", "test $(wc -l < containers) = 2")
    code, lines = run(project, "def test_sound(): pass\n")
    assert code == 0
    assert lines[-1] == "FLAKY make compose-check"


def test_what_fails_once_is_named_and_fails_nothing(project: Path) -> None:
    code, lines = run(project, TESTS)
    assert code == 0
    assert lines[-2:] == [
        "FLAKY tests/test_it.py::test_now_and_then[a b]",
        "FLAKY tests/test_it.py::test_now_and_then[c\\xf3 d\\u1ea5u]",
    ]


@pytest.mark.parametrize("more", [BROKEN, SKIPPED])
def test_what_does_not_pass_the_second_time_fails_the_run(project: Path, more: str) -> None:
    code, lines = run(project, TESTS + more)
    assert code == 1
    assert [line for line in lines if line.startswith("FLAKY")] == [
        "FLAKY tests/test_it.py::test_now_and_then[a b]",
        "FLAKY tests/test_it.py::test_now_and_then[c\\xf3 d\\u1ea5u]",
    ]


@pytest.mark.parametrize("tests", [TESTS + MANY, "import nothing_of_that_name\n"])
def test_a_run_that_broke_off_or_failed_everywhere_is_not_tried_again(project: Path, tests: str) -> None:
    code, lines = run(project, tests)
    assert code == 1
    assert not any("Once more" in line or line.startswith("FLAKY") for line in lines)


def test_what_ends_its_process_each_time_fails_the_run(project: Path) -> None:
    code, lines = run(project, TESTS + KILLED)
    assert code == 1
    assert not any(line.startswith("FLAKY") for line in lines)
