"""The command line. Exit codes: 0 done, 1 it could not be done, 2 the command was not understood."""

import importlib
import os
from typing import Any

import click

# Command → module that defines it as `command`; loaded when it is used, so that each command starts quickly
# and the supervisor carries nothing of the others.
COMMANDS = {
    "up": "toasoan.commands.up",
    "status": "toasoan.commands.status",
    "keys": "toasoan.commands.keys",
    "users": "toasoan.commands.users",
    "import": "toasoan.commands.imports",
    "export": "toasoan.commands.export",
    "reindex": "toasoan.commands.reindex",
    "rebuild": "toasoan.commands.rebuild",
    "reconcile": "toasoan.commands.reconcile",
    "dead": "toasoan.commands.dead",
    "backup": "toasoan.commands.backup",
    "restore": "toasoan.commands.restore",
    "views": "toasoan.commands.views",
    "demo": "toasoan.commands.demo",
    "theme": "toasoan.commands.theme",
}


class _Commands(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[name]).command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="toasoan", prog_name="toasoan")
def cli() -> None:
    """Tòa Soạn: an online newspaper's house of services.

    Settings come from the environment (TOASOAN_…); a command works on the house whose data dir that names.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Entry of the `toasoan` script."""
    if not os.environ.get("TOASOAN_DATABASE_URL"):
        # Databases, secret and journals are files here: nobody else on this machine reads them. (In containers the
        # pictures are files alone, and nginx, another user, reads them.)
        os.umask(0o077)
    return cli.main(arguments, prog_name="toasoan")
