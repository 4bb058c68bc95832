"""`toasoan dead`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from shared.vietnamese.dates import VIETNAM
from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.deadletter import Letters


@click.group("dead")
def command() -> None:
    """Dead letters: messages that could not be handled, waiting for a person."""
    with_settings()
    migrated("ingest")


def _store() -> "tuple[Engine, Letters]":
    """The engine and the table that hold them."""
    from services.ingest.kit.tables import dead_letters
    from shared.database import engine

    return engine("ingest"), dead_letters


@command.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@json_option
@fails_clearly
def list_all(limit: int, as_json: bool) -> None:
    """Show the letters that wait, newest first."""
    from shared.deadletter import waiting

    letters = waiting(*_store(), limit=limit)
    if as_json:
        print_json([letter._asdict() for letter in letters])
        return
    for letter in letters:
        error = letter.error.splitlines()[0][:80]
        at = letter.at.astimezone(VIETNAM)
        click.echo(f"{letter.id[:12]}  {at:%Y-%m-%d %H:%M:%S}  {letter.task:<32} {error}")


@command.command("show")
@click.argument("letter")
@fails_clearly
def show(letter: str) -> None:
    """Print a whole LETTER (its id, or the beginning of it) as JSON."""
    from shared.deadletter import find

    found = find(*_store(), letter)
    if found is None:
        raise click.ClickException(f"there is no letter {letter}, or more than one")
    print_json(found._asdict())


@command.command("replay")
@click.argument("letters", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that wait.")
@fails_clearly
def replay(letters: tuple[str, ...], everything: bool) -> None:
    """Put LETTERS back on the queues they came from."""
    from shared.celery_factory import publisher
    from shared.deadletter import replay as put_back

    engine, table = _store()
    _each(engine, table, letters, everything, lambda letter: put_back(publisher("ingest"), engine, table, letter))


@command.command("drop")
@click.argument("letters", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that wait.")
@fails_clearly
def drop(letters: tuple[str, ...], everything: bool) -> None:
    """Throw LETTERS away for good."""
    from shared.deadletter import drop as throw_away

    engine, table = _store()
    _each(engine, table, letters, everything, lambda letter: throw_away(engine, table, letter))


def _each(
    engine: "Engine", table: "Letters", letters: tuple[str, ...], everything: bool, work: Callable[[str], bool]
) -> None:
    from shared.deadletter import waiting

    if everything == bool(letters):
        raise click.UsageError("name letters, or say --all")
    names = [letter.id for letter in waiting(engine, table, limit=1_000_000)] if everything else list(letters)
    unknown = [name for name in names if not work(name)]
    click.echo(f"{len(names) - len(unknown)} letters")
    if unknown:
        raise click.ClickException(f"there is no letter {', '.join(unknown)}")
