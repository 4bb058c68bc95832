"""The Makefile, the locked requirements, and what must not stand in a committed file."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.production.compose import load_yaml

ROOT = Path(__file__).resolve().parents[3]
LOCKS = [f"requirements/{name}.txt" for name in ("base", "redis", "dev", "security", "docs", "mutants")]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_make_alone_says_what_there_is() -> None:
    printed = make().stdout
    for target in ("run", "test", "bench", "lint", "screenshots", "clean"):
        assert re.search(rf"^  make {target} +\w", printed, re.MULTILINE), printed
    assert re.findall(r"^\S.*$", printed, re.MULTILINE) == ["Run", "Check", "Keep"]


def test_the_second_make_takes_no_time() -> None:
    if not (ROOT / ".state" / "dev").exists():
        pytest.skip("set up by hand, not by make")
    make("install", ".state/dev")
    began = time.monotonic()
    again = make("install", ".state/dev")
    assert again.returncode == 0, again.stderr
    assert "Installing" not in again.stdout
    assert time.monotonic() - began < 5


def test_make_run_becomes_the_house_itself() -> None:
    """A shell between make and the house would swallow SIGTERM."""
    printed = make("--dry-run", "run").stdout
    assert printed.strip().splitlines()[-1] == "exec .venv/bin/toasoan up"


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_with_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pins) > 20 or lock == "requirements/redis.txt"
    for pin in pins:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("lock", LOCKS[:3])
def test_the_lock_suits_every_python_of_this_machine(lock: str) -> None:
    """Debian's own among them, which is not always the one that runs the tests."""
    for python in sorted(Path("/usr/bin").glob("python3.1[1-9]")):
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--dry-run", "--target", "none"]
        # As .state/redis installs it: its server runs beside any Python.
        version = ["--python-version", "3.12"] if "redis" in lock else []
        options = ["--quiet", "--only-binary", ":all:", "--require-hashes", "-r", str(ROOT / lock)]
        done = subprocess.run([*command, *version, *options], capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == 0, f"{python}: {done.stderr}"


def test_every_wanted_package_is_locked_at_the_version_that_is_asked_for() -> None:
    for lock in LOCKS:
        locked = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        lines = (ROOT / lock).with_suffix(".in").read_text().splitlines()
        for line in lines:
            match = re.match(r"([A-Za-z0-9._-]+)(?:\[.*\])?(?:==(\S+))?$", line)
            if match:
                name, version = match[1].lower(), match[2]
                assert name in locked
                assert version in (None, locked[name])


def test_no_committed_file_knows_this_machine() -> None:
    for path in tracked():
        data = path.read_bytes()
        assert str(ROOT).encode() + b"/" not in data, path
        assert b"/root/" not in data or path.name == Path(__file__).name, path


def test_workflows_call_the_make_targets_and_pin_what_they_use() -> None:
    said = make().stdout
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    checker = Path(sys.executable).with_name("check-jsonschema")
    subprocess.run([checker, "--quiet", "--builtin-schema", "vendor.github-workflows", *workflows], check=True)
    for workflow in workflows:
        text = workflow.read_text()
        for target in re.findall(r"- run: make (\S+)", text):
            assert re.search(rf"^  make {target} ", said, re.MULTILINE), f"{workflow.name}: make {target}"
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), f"{workflow.name}: {used}"
            assert used.startswith("actions/")


def test_hooks_run_the_pinned_tools_and_fetch_nothing() -> None:
    (repository,) = load_yaml(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        program, *arguments = hook["entry"].split()
        assert hook["language"] == "system"
        assert program.startswith(".venv/bin/")
        assert Path(sys.executable).with_name(Path(program).name).exists()
        if hook.get("pass_filenames", True):
            arguments.append(str(Path(__file__).relative_to(ROOT)))
            done = subprocess.run(
                [Path(sys.executable).with_name(Path(program).name), *arguments], cwd=ROOT, check=False
            )
            assert done.returncode == 0


def test_ci_runs_what_people_run() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert [line.split(" || ")[0] for line in script.splitlines() if line.startswith("make ")] == [
        "make compose-check",
        "make test",
    ]
