"""The wheel: the same however often it is made, and all that a house needs without the checkout."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy import release
from shared.release import VERSION
from tests.unit.toasoan.test_project_files import tracked

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    tracked()  # skips where there is no commit
    yield release.wheel(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="module")
def alone(made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of somebody who has the wheel unpacked and stands in an empty folder."""
    folder = tmp_path_factory.mktemp("unpacked")
    with ZipFile(made) as wheel:
        wheel.extractall(folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOASOAN_", "XDG_"))}
    return {**kept, "PYTHONPATH": str(folder), "HOME": str(tmp_path_factory.mktemp("home"))}


def python(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_is_the_same_twice(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    monkeypatch.setenv("LC_ALL", "C")
    assert release.wheel(tmp_path).read_bytes() == made.read_bytes()


def test_it_holds_every_file_of_the_house_and_nothing_else(made: Path) -> None:
    with ZipFile(made) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "-z", "--name-only", "HEAD", "services", "shared", "toasoan"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert names == set(filter(None, listed.stdout.split("\0")))
    assert "services/ingest/articles/static/built/richtext.js" in names


def test_it_asks_for_what_was_tested(made: Path) -> None:
    with ZipFile(made) as wheel:
        asked = wheel.read(f"toasoan-{VERSION}.dist-info/METADATA").decode().split("\n")
    pins = release.pins(ROOT / "requirements" / "base.txt")
    asked = [line.removeprefix("Requires-Dist: ") for line in asked if line.startswith("Requires-Dist: ")]
    assert len(asked) == len(pins) + 1
    assert all("==" in each for each in asked)
    # No package is wanted that the lock does not have.
    assert {each.split("==")[0].split("[")[0] for each in pins} >= {
        each.split("==")[0].split("[")[0] for each in requires("toasoan") or [] if "extra" not in each
    }


def test_outside_a_checkout_it_says_its_version_and_keeps_its_data_at_home(alone: dict[str, str]) -> None:
    assert python(alone, "-m", "toasoan", "--version") == f"toasoan, version {VERSION}"
    home = Path(alone["HOME"])
    where = "from shared.settings import get_settings as s; import shared; print(s().data_dir, shared.__file__)"
    folder, module = python(alone, "-c", where).split()
    assert folder == str(home / ".local/share/toasoan")
    assert module.startswith(alone["PYTHONPATH"])
    python(alone, "-m", "toasoan.first_steps", "migrate", "ingest", "web", "counter")
    assert {file.name for file in Path(folder).glob("*.db")} == {"ingest.db", "web.db", "counter.db"}
    assert list(home.iterdir()) == [home / ".local"]
