"""`toasoan rebuild`."""

import click

from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings


@click.command("rebuild")
@click.option("--all", "everything", is_flag=True, help="Also drafts to search, and the counter's list of articles.")
@json_option
@fails_clearly
def command(everything: bool, as_json: bool) -> None:
    """Send every article to the readers' site again, with the comments and sections.

    The events wait in the outbox; a running house works through them behind new stories.
    """
    with_settings()
    migrated("ingest")
    from services.ingest.ops.reconcile import rebuild

    sent = rebuild(everything=everything)
    if as_json:
        print_json({"events": sent})
    else:
        click.echo(f"{sent} events are on their way.")
