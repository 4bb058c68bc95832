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
    if as_json:
        print_json({"email": email, "role": role, "password": password})
    else:
        click.echo(password)
