"""`toasoan reindex`."""

import click

from toasoan.commands.common import fails_clearly, json_option, print_json, with_settings


@click.command("reindex")
@click.option("--rollback", "back", is_flag=True, help="Search in the index before the last reindex again.")
@json_option
@fails_clearly
def command(back: bool, as_json: bool) -> None:
    """Make the search index anew, after an update that asks for it; readers search the old one until the new one is
    whole. The old one is kept for --rollback.
    """
    with_settings()
    from services.search.reindex import ReindexFailed, reindex, rollback

    try:
        documents = rollback() if back else reindex()
    except ReindexFailed as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json({"documents": documents})
    else:
        click.echo(f"{documents} documents.")
