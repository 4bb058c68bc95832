"""docs/asvs.md names for each requirement that is met the test that proves it, and that test is there."""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "asvs.md").read_text()
ROWS = re.findall(r"^\| (\d[\d.–]*) \| ([^|]*) \| ([^|]*) \| (.*) \|$", TEXT, re.MULTILINE)
STATES = {"met", "not applicable", "**open**"}


def test_every_row_is_met_by_a_test_or_open() -> None:
    assert len(ROWS) > 180
    assert {state for _, _, state, _ in ROWS} == STATES
    unproven = [number for number, _, state, where in ROWS if state == "met" and "`tests/" not in where]
    assert unproven == [], "name the test, or say open"
    assert [number for number, _, state, where in ROWS if state != "met" and not where.strip()] == []


def test_what_rows_name_is_there() -> None:
    for number, _, _, where in ROWS:
        for path in re.findall(r"`(\w[\w./-]*/[\w./-]+|[A-Z]\w+\.md|Dockerfile)`", where):
            assert (ROOT / path).exists(), (number, path)
            if path.startswith("tests/") and path.endswith(".py"):
                tree = ast.parse((ROOT / path).read_text())
                names = [one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
                assert any(name.startswith("test_") for name in names) or path == "tests/security/packages.py", path


def test_the_sums_are_right() -> None:
    """29 requirements of OAuth and 7 of WebRTC stand in one row each."""
    counted: Counter[tuple[str, str]] = Counter()
    for number, _, state, _ in ROWS:
        chapter = number.partition(".")[0]
        counted[chapter, state] += {"10": 29, "17": 7}.get(chapter, 1)
    stated = re.findall(r"^\| V(\d+) [^|]*\| (\d+) \| (\d+) \| (\d+) \|$", TEXT, re.MULTILINE)
    assert len(stated) == 17
    for chapter, *numbers in stated:
        found = [counted[chapter, state] for state in ("met", "not applicable", "**open**")]
        assert [int(number) for number in numbers] == found, chapter
    sums = [sum(int(row[at]) for row in stated) for at in (1, 2, 3)]
    assert f"| **together** | {sums[0]} | {sums[1]} | {sums[2]} |" in TEXT


def test_documents_have_the_parts_that_rows_speak_of() -> None:
    threats = (ROOT / "docs" / "threat-model.md").read_text()
    assert all(f"\n## {part}\n" in threats for part in ("Assets", "Actors", "On one page", "Boundaries", "Limits"))
    security = (ROOT / "SECURITY.md").read_text()
    assert all(f"\n## {part}\n" in security for part in ("Which versions are mended", "Keys"))
    assert "within 7 days" in security
