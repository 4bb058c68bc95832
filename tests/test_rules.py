"""The rules that tools check: style, types, and which package may import which."""

import ast
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {
    "style": ["ruff", "check", "--quiet"],
    "types": ["mypy"],
    "imports": ["lint-imports", "--no-cache"],
}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.timeout(300)
def test_rules(name: str) -> None:
    program, *arguments = CHECKS[name]
    checked = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, f"{checked.stdout}\n{checked.stderr}"


def test_lines_of_templates_are_as_short_as_those_of_python() -> None:
    most = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["line-length"]
    # The editor's page is still to be done.
    templates = [each for each in (ROOT / "services").glob("**/templates/*.html") if each.name != "editor.html"]
    assert len(templates) > 50
    too_long = [
        f"{each.relative_to(ROOT)}:{number}"
        for each in templates
        for number, line in enumerate(each.read_text().splitlines(), 1)
        if len(line) > most
    ]
    assert too_long == []


def test_no_two_classes_share_a_name() -> None:
    """One name, one thing: a search for a class finds it."""
    named: dict[str, list[str]] = {}
    for folder in ("shared", "services", "toasoan"):
        for file in (ROOT / folder).rglob("*.py"):
            if "migrations" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    named.setdefault(node.name, []).append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def test_no_file_of_a_service_imports_itself_over_others() -> None:
    graph = grimp.build_graph("services")
    # Raises CycleError, which names the circle.
    TopologicalSorter({one: graph.find_modules_directly_imported_by(one) for one in graph.modules}).prepare()


def test_unit_tests_repeat_the_tree() -> None:
    """A part's tests are found by its own path; those that touch a server stand in tests/contract."""
    unit = ROOT / "tests" / "unit"
    folders = {file.parent.relative_to(unit) for file in unit.rglob("*.py")}
    assert len(folders) > 10
    assert [str(one) for one in folders if not ((ROOT / one).is_dir() or (ROOT / "services" / one).is_dir())] == []
