"""`python -m tests.soak`: play the day, print what became of the house, exit 1 if it is not as it was."""

import sys
from pathlib import Path

import click
import orjson

from benchmarks import tools
from tests.soak.day import FULL_MINUTES
from tests.soak.run import play

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "ops.md"
_BEGIN, _END = "<!-- soak -->", "<!-- /soak -->"


@click.command()
@click.option(
    "--minutes",
    type=click.FloatRange(0.5, FULL_MINUTES),
    default=FULL_MINUTES,
    show_default=True,
    envvar="TOASOAN_SOAK_MINUTES",
    help="How long the day takes. Under 10 nothing is said about memory: processes are still warming up.",
)
@click.option("--keep", is_flag=True, help="Write the table into docs/ops.md.")
@click.option("--raw", type=click.Path(path_type=Path), help="Write every sample to this file, as JSON.")
def main(minutes: float, keep: bool, raw: Path | None) -> None:
    """A day of a provincial newsroom, compressed; a table at the end."""
    with tools.folder() as place:
        outcome = play(place, minutes, lambda line: click.echo(line, err=True))
    if raw:
        raw.write_bytes(orjson.dumps({"processes": outcome.watch.samples, "queues": outcome.watch.queues}))
    click.echo(outcome.table())
    for wrong in outcome.wrong:
        click.echo(f"WRONG: {wrong}")
    if keep:
        before, _, rest = _PAGE.read_text().partition(_BEGIN)
        _PAGE.write_text(f"{before}{_BEGIN}\n{outcome.table()}\n{_END}{rest.partition(_END)[2]}")
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
