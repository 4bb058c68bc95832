"""`toasoan reconcile`."""

import click

from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings


@click.command("reconcile")
@json_option
@fails_clearly
def command(as_json: bool) -> None:
    """Compare what readers see and what search holds with ingest, and send again what differs.

    The house does this by itself every 10 minutes. Exit code 1 when a store did not answer.
    """
    with_settings()
    migrated("ingest")
    from services.ingest.ops.reconcile import reconcile

    drift = reconcile()
    if as_json:
        print_json(drift)
    else:
        for store, number in drift.items():
            click.echo(f"{store:<10} {'no answer' if number is None else f'{number} articles differed'}")
    if None in drift.values():
        raise SystemExit(1)
