"""docs/deploy.md as its reader takes it: the commands in its blocks, word for word, and those within its text."""

import re
import shlex

from tests.production.compose import ROOT

_PAGE = ROOT / "docs" / "deploy.md"


def steps(heading: str) -> list[str]:
    """The lines of the ```sh blocks under `## heading`."""
    _, found, rest = _text().partition(f"\n## {heading}\n")
    assert found, f"{_PAGE.name} has no section {heading!r}"
    blocks = re.findall(r"^```sh\n(.*?)^```$", rest.partition("\n## ")[0], re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert lines, f"{heading!r} in {_PAGE.name} has no commands"
    return lines


def inline(start: str, heading: str = "") -> str:
    """The one `piece of code` within the text, or under `## heading`, that begins so."""
    part = _text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0] if heading else _text()
    found = {code for code in re.findall(r"`([^`\n]+)`", part) if code.startswith(start)}
    assert len(found) == 1, f"{_PAGE.name} has {len(found)} pieces of code that begin with {start!r}"
    return str(found.pop())


def volumes_to_empty() -> list[str]:
    """Those that the section "Restore" wants new."""
    listed = re.search(r"Into an empty house \((.*?) new,", _text())
    assert listed, f"{_PAGE.name} no longer says which volumes are new in an empty house"
    return re.findall(r"`([a-z]+)`", listed[1])


def filled(step: str, words: dict[str, str]) -> str:
    """`step` with its placeholders replaced; each must stand in it."""
    for placeholder, word in words.items():
        assert placeholder in step, f"{placeholder} does not stand in {step!r}"
        step = step.replace(placeholder, shlex.quote(word))
    return step


def _text() -> str:
    return _PAGE.read_text()
