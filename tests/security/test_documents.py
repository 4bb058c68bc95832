"""What the documents on security say can be looked up: files exist, every requirement has its answer."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("services/", "shared/", "tests/", "deploy/", "docs/", "requirements/")
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+)(?:–[\d.]+)? \| [^|]+ \| (met|not applicable|\*\*open\*\*) \|", re.MULTILINE)


@pytest.mark.parametrize("name", ["SECURITY.md", "docs/threat-model.md", "docs/asvs.md"])
def test_files_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    named = {path for path in re.findall(r"`([\w./-]+)`", text) if path.startswith(_FOLDERS)}
    named |= {path.partition("#")[0] for path in re.findall(r"\]\((?!https?:)([^)#]+)", text)}
    folder = (ROOT / name).parent
    assert [path for path in sorted(named) if not (ROOT / path).exists() and not (folder / path).exists()] == []


def test_every_requirement_is_answered_once_and_counted_right() -> None:
    text = (ROOT / "docs/asvs.md").read_text()
    rows = _ROW.findall(text)
    assert [number for number, times in Counter(row[0] for row in rows).items() if times > 1] == []
    # The rows of the two chapters that do not apply stand for 29 and 7 requirements.
    assert len(rows) - 2 + 29 + 7 == 253
    total = re.search(r"\| \*\*together\*\* \| (\d+) \| (\d+) \| (\d+) \|", text)
    assert total
    counts = Counter(row[1].strip("*") for row in rows)
    assert [int(number) for number in total.groups()] == [
        counts["met"],
        counts["not applicable"] - 2 + 36,
        counts["open"],
    ]


def test_every_threat_names_the_test_that_shows_its_measure() -> None:
    text = (ROOT / "docs/threat-model.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and line.count("|") == 5]
    threats = [row for row in rows if "where | shown by" not in row]
    assert len(threats) > 30
    assert [row for row in threats if "`tests/" not in row.split("|")[4]] == [
        row for row in threats if "the run itself" in row
    ]
