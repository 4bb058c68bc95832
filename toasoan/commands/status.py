"""`toasoan status`."""

import click

from toasoan.commands.common import fails_clearly, find_place, json_option, print_json


@click.command("status")
@json_option
@fails_clearly
def command(as_json: bool) -> None:
    """Show every process of the running house: memory, restarts, whether it does its work.

    Exit code 1 when no house runs on this data dir.
    """
    from shared.settings import get_settings
    from toasoan.status import open_to_others, report, table

    place = find_place()
    rows = report(place)
    if as_json:
        print_json(rows)
    if not rows and get_settings().database_url:
        raise click.ClickException(
            "no supervisor here: `docker compose ps` or `kubectl get pods` shows the processes of a house in containers"
        )
    if not rows:
        raise click.ClickException(f"no house runs on {place.data_dir}")
    if not as_json:
        click.echo(table(rows))
    if not get_settings().production and (bare := open_to_others(place)):
        mend = f"chmod -R go= {place.data_dir}"
        click.echo(f"{len(bare)} files and folders can be read by others, {bare[0]} first: {mend}", err=True)
