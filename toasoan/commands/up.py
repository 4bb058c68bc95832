"""`toasoan up`."""

import click

from toasoan.place import OperatorError


@click.command("up")
@click.option("--reload", is_flag=True, help="Start processes again when their code changes, for who works on it.")
def command(reload: bool) -> None:
    """Start the whole house and stay in the foreground.

    Starts every process, restarts the ones that end, and stops them all in order at Ctrl-C or SIGTERM. At the
    first start it makes the databases and an editor's account, and (unless TOASOAN_DEMO=0) loads the demo paper.
    """
    from toasoan.child import Patience
    from toasoan.output import Output
    from toasoan.place import ask_for_place
    from toasoan.roles import RELOADER, house_roles
    from toasoan.supervisor import up

    try:
        place = ask_for_place()
        roles = house_roles(place) + ([RELOADER] if reload else [])
        output = Output(as_json=place.log_format == "json", file=place.data_dir / "log" / "house.log")
        # Who works on the code breaks it often: no long pause after it was mended.
        code = up(place, roles, output, Patience(longest_pause=1.0) if reload else None)
    except (OperatorError, OSError) as error:
        raise click.ClickException(str(error)) from None
    output.close()
    raise SystemExit(code)
