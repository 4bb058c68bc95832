"""The command line as people and scripts meet it."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from toasoan.cli import COMMANDS, cli

NAMES = {
    "up",
    "status",
    "keys create",
    "keys list",
    "keys revoke",
    "users create",
    "users reset",
    "import",
    "reindex",
    "rebuild",
    "reconcile",
    "dead list",
    "dead show",
    "dead replay",
    "dead drop",
    "backup",
    "restore",
    "demo",
    "theme check",
}


def every_command(group: click.Group = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


def test_every_promised_command_is_there_and_explains_itself() -> None:
    found = dict(every_command())
    assert set(found) >= NAMES
    for name, command in found.items():
        help_text = CliRunner().invoke(command, ["--help"])
        assert help_text.exit_code == 0, name
        assert len((command.help or "").split()) > 4, name


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["status", "--nonsense"], ["keys"], ["import"], ["users", "create"]]
)
def test_what_is_not_understood_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(cli, arguments).exit_code == 2


def test_status_of_no_house_is_an_empty_list_and_exit_code_1() -> None:
    answer = CliRunner().invoke(cli, ["status", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.stdout) == []
    assert "no house runs on" in answer.stderr


def test_status_of_a_stopped_house_in_production_names_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every house in production stands in containers."""
    for name, value in {"PRODUCTION": "1", "DEMO": "0", "SECRET_KEY": secrets.token_hex(24), "PAPER_FILE": "x"}.items():
        monkeypatch.setenv(f"TOASOAN_{name}", value)
    for name in ("SITE", "INGEST"):
        monkeypatch.setenv(f"TOASOAN_{name}_URL", "https://bao.example")
    assert "no house runs on" in CliRunner().invoke(cli, ["status"]).stderr


def test_a_setting_that_cannot_be_meant_ends_with_2_and_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_LOG_LEVEL", "loud")
    answer = CliRunner().invoke(cli, ["status"])
    assert answer.exit_code == 2
    assert "TOASOAN_LOG_LEVEL" in answer.stderr


def test_the_supervisor_carries_no_heavy_library() -> None:
    """It lives beside eight services in 600 MB."""
    code = """if True:
        import sys, toasoan.cli, toasoan.commands.up, toasoan.supervisor, toasoan.output
        heavy = {"sqlalchemy", "celery", "kombu", "pydantic", "fastapi", "redis", "structlog", "shared"}
        print(sorted(heavy & set(sys.modules)))
    """
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_python_m_is_the_same() -> None:
    by_module = subprocess.run([sys.executable, "-m", "toasoan", "--help"], capture_output=True, text=True, check=True)
    assert by_module.stdout.startswith("Usage: toasoan [OPTIONS] COMMAND")
    assert all(f"  {name} " in by_module.stdout for name in COMMANDS)


def test_a_command_in_the_wrong_folder_says_that_nobody_was_there() -> None:
    first, second = (CliRunner().invoke(cli, ["dead", "list"]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "No house has been on" in first.stderr
    assert second.output == ""


def test_keys_are_listed_by_the_paper_s_clock_with_what_they_are_good_for() -> None:
    from datetime import UTC, datetime

    from services.ingest.accounts.store.keys import create_key
    from services.ingest.accounts.tables import keys
    from shared.database import engine, write

    assert CliRunner().invoke(cli, ["keys", "create", "wire"]).exit_code == 0
    create_key("old", ["read"], expires_at=datetime(2023, 1, 9, 17, 30, tzinfo=UTC))
    with write(engine("ingest")) as connection:
        used = datetime(2023, 1, 9, 17, 59, tzinfo=UTC)
        connection.execute(keys.update().where(keys.c.name == "wire").values(last_used_at=used))
    listed = CliRunner().invoke(cli, ["keys", "list"]).stdout.splitlines()
    assert [line.split(maxsplit=2)[2] for line in listed] == ["expired 2023-01-10 00:30", "last used 2023-01-10 00:59"]
