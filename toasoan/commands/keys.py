"""`toasoan keys`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from shared.records import as_dict
from shared.vietnamese.dates import VIETNAM
from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings

if TYPE_CHECKING:
    from services.ingest.accounts.store.keys import ListedKey


@click.group("keys")
def command() -> None:
    """Keys for programs that use the API."""
    with_settings()
    migrated("ingest")


@command.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, default=("publish",), show_default=True, help="May be given again.")
@json_option
@fails_clearly
def create(name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key called NAME and print it; it is shown only this once."""
    from services.ingest.accounts.store.keys import create_key

    try:
        key = create_key(name, list(scopes))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        print_json({"name": name, "scopes": scopes, "key": key})
    else:
        click.echo(key)


@command.command("list")
@json_option
@fails_clearly
def list_all(as_json: bool) -> None:
    """Show the keys, without their secrets."""
    from services.ingest.accounts.store.keys import list_keys

    keys = list_keys()
    if as_json:
        print_json([as_dict(key) for key in keys])
        return
    for key in keys:
        click.echo(f"{key.name:<24} {', '.join(key.scopes):<24} {_state(key)}")


def _state(key: "ListedKey") -> str:
    if key.revoked_at:
        return "revoked"
    if key.expires_at and key.expires_at <= datetime.now(UTC):
        return f"expired {_minute(key.expires_at)}"
    return f"last used {_minute(key.last_used_at) if key.last_used_at else 'never'}"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"


@command.command("revoke")
@click.argument("name")
@fails_clearly
def revoke(name: str) -> None:
    """End the key called NAME at once."""
    from services.ingest.accounts.store.keys import revoke_key

    if not revoke_key(name):
        raise click.ClickException(f"there is no valid key called {name}")
