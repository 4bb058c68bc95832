"""`toasoan demo`."""

import click

from toasoan.commands.common import fails_clearly, find_place


@click.command("demo")
@fails_clearly
def command() -> None:
    """Load the demo paper into the running house. A second time changes nothing."""
    from toasoan.first_steps import push_demo
    from toasoan.status import report

    if not report(find_place()):
        raise click.ClickException("no house runs here: start it with `toasoan up`")
    push_demo()
