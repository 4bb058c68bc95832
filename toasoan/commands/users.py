"""`toasoan users`."""

import click

from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings


@click.group("users")
def command() -> None:
    """Accounts of the editors' desk."""
    with_settings()
    migrated("ingest")


@command.command("create")
@click.argument("email")
@click.option("--role", required=True, help="What the account may do, for example reporter, editor or admin.")
@json_option
@fails_clearly
def create(email: str, role: str, as_json: bool) -> None:
    """Make an account for EMAIL and print its one-time password."""
    from services.ingest.accounts.store.accounts import create_user

    try:
        password = create_user(email, role)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    _say(password, as_json, {"email": email, "role": role})


@command.command("reset")
@click.argument("email")
@json_option
@fails_clearly
def reset(email: str, as_json: bool) -> None:
    """Give EMAIL a new one-time password and print it; its sessions and its second factor end.

    For who lost the password or the telephone and has no administrator to ask. The audit log keeps it.
    """
    from services.ingest.accounts.store.accounts import reset_by_command

    try:
        password = reset_by_command(email)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    _say(password, as_json, {"email": email})


def _say(password: str, as_json: bool, told: dict[str, str]) -> None:
    if as_json:
        print_json({**told, "password": password})
    else:
        click.echo(password)
