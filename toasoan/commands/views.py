"""`toasoan views`."""

import getpass

import click

from shared.vietnamese.dates import VIETNAM
from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings


@click.group("views")
def command() -> None:
    """View counts: what was counted and refused, and corrections by hand."""
    with_settings()
    migrated("counter")


@command.command("audit")
@click.option("--hours", default=48, show_default=True, type=click.IntRange(1, 48))
@json_option
@fails_clearly
def audit(hours: int, as_json: bool) -> None:
    """Show each hour's counted and refused beacons, with a mark (!) at what is far out of line."""
    import time

    from services.counter import statistics, store

    answer = statistics.audit(store.engine(), hours, time.time())
    if as_json:
        print_json(answer.model_dump(mode="json"))
        return
    for hour in answer.hours:
        if not hour.accepted and not hour.rejected:
            continue
        numbers = {"accepted": hour.accepted, **hour.rejected}
        parts = (f"{name} {number}{'!' if name in hour.spikes else ''}" for name, number in numbers.items())
        click.echo(f"{hour.at.astimezone(VIETNAM):%Y-%m-%d %H:00}  " + "  ".join(parts))
    for one in answer.corrections:
        click.echo(f"corrected {one.at.astimezone(VIETNAM):%Y-%m-%d %H:%M}  {one.delta:+d}  {one.by}: {one.reason}")


@command.command("correct", context_settings={"ignore_unknown_options": True})
@click.argument("article", type=click.IntRange(min=1))
@click.argument("delta", type=int)
@click.option("--reason", required=True, help="Why; it is kept with the correction.")
@click.option("--by", default=None, help="Who; your login name if left out.")
@fails_clearly
def correct(article: int, delta: int, reason: str, by: str | None) -> None:
    """Add DELTA (it may be negative) to the total of ARTICLE, and keep a trace of it.

    Only the total changes; hours, days and rankings stay as they were counted.
    """
    from services.counter import by_hand, store

    try:
        total = by_hand.correct(store.engine(), article, delta, reason, by or getpass.getuser())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"article {article}: {total} views")
