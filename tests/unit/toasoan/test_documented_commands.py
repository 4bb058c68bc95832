"""Whatever the pages tell people to type is a command that there is, with the options that it has."""

import shlex
from pathlib import Path

import click
import pytest

from tests.docs_site import ROOT, pages
from tests.documented import told
from toasoan.cli import cli

_PAGES = [*pages(), ROOT / "README.md", ROOT / "README.vi.md"]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_what_a_page_has_people_type_is_understood(page: Path) -> None:
    assert {typed: fault for typed in told(page.read_text()) if (fault := misunderstood(typed))} == {}


def test_what_is_not_understood_is_seen() -> None:
    page = (
        "`.venv/bin/toasoan dead burn ID`\n```sh\ndocker compose run --rm tools rebuild --everything\n"
        "KEY=$(toasoan keys make x)   # toasoan none\nsudo toasoan restore --at NOW /backups/a /backups/b\n```\n"
    )
    assert [misunderstood(typed) for typed in told(page)] == [
        "No such option '--everything'.",
        "No such command 'make'.",
        "Got unexpected extra argument (/backups/b)",
        "No such command 'burn'.",
    ]
    assert list(told("`toasoan` stands for it; toasoan is a word\n")) == []


def misunderstood(typed: str) -> str:
    """What is wrong with a command; "" for nothing. Arguments may be missing: a page also speaks of commands."""
    command: click.Command = cli
    context = click.Context(cli)
    words = shlex.split(typed)
    try:
        while isinstance(command, click.Group) and words:
            _, found, words = command.resolve_command(context, words)
            assert found is not None
            command, context = found, click.Context(found, parent=context)
        values, left, _ = command.make_parser(context).parse_args(words)
    except click.UsageError as error:
        return error.format_message()
    return f"Got unexpected extra argument ({' '.join(left)})" if left and values else ""
