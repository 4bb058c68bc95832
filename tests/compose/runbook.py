"""docs/runbook.md as whoever was woken takes it: the commands of an alert's section, word for word."""

import re
import shlex
from contextlib import suppress

from tests.production.compose import ROOT

PAGE = ROOT / "docs" / "runbook.md"


def commands(alert: str) -> list[str]:
    """The lines of the section's ```sh blocks, without their comments, and the `docker compose …` within its text."""
    found = re.search(rf"^### {alert}\n(.*?)(?=^##|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{PAGE.name} has no section {alert}"
    blocks = re.findall(r"^```sh\n(.*?)^```$", found[1], re.MULTILINE | re.DOTALL)
    lines = [re.split(r"(?:^|\s{2,})#", line)[0].rstrip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line] + re.findall(r"`(docker compose [^`\n]+)`", found[1])


def command(alert: str, start: str, **words: str) -> str:
    """The one that begins with `start`, its capitals (SERVICE, ID) replaced by `words`."""
    found = {line for line in commands(alert) if line.startswith(start)}
    assert len(found) == 1, f"{alert} in {PAGE.name} has {len(found)} commands that begin with {start!r}: {found}"
    line = found.pop()
    for placeholder, word in words.items():
        assert placeholder in line, f"{placeholder} does not stand in {line!r}"
        line = line.replace(placeholder, " ".join(map(shlex.quote, word.split())))
    return line


def before_pipe(command: str) -> str:
    """What the first program of a line is asked; a pipe within quotes belongs to it."""
    for pipe in re.finditer(r" \| ", command):
        with suppress(ValueError):  # a quotation is open
            shlex.split(command[: pipe.start()])
            return command[: pipe.start()]
    return command
