"""`python -m benchmarks`: measure, print a table, write benchmarks/results/<date>.json and the charts of the docs."""

import re
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

import click

from benchmarks import charts, tools
from benchmarks.figures import Report

SCENARIOS = ("reader", "views", "newsroom", "queues", "finding", "importing", "backup", "recovery", "scale")
_DOCS = Path(__file__).resolve().parents[1] / "docs"
_PAGE, _CHARTS = _DOCS / "performance.md", _DOCS / "performance"


@click.command()
@click.argument("scenarios", nargs=-1, type=click.Choice(SCENARIOS))
@click.option("--short", is_flag=True, help="Few repetitions on small papers: to see that everything runs.")
@click.option(
    "--keep/--no-keep",
    default=None,
    help="Write results and charts; usual for a whole run. With SCENARIOS: "
    "put them in the place of what the last kept run has of them.",
)
@click.option("--million", is_flag=True, help="Let the scale scenario go on to 1,000,000 articles (half an hour more).")
def main(scenarios: tuple[str, ...], short: bool, keep: bool | None, million: bool) -> None:
    """Measure the house beside its baselines: all SCENARIOS, or those named."""
    keep = keep if keep is not None else not (scenarios or short)
    report = Report.kept() if keep and scenarios else Report()
    failed = False
    for name in scenarios or SCENARIOS:
        started = time.monotonic()
        click.echo(f"{name}…", err=True)
        report.forget(name)
        module = import_module(f"benchmarks.scenarios.{name}")
        try:
            with tools.folder() as place:
                if name == "scale":
                    module.run(report, place, short, million)
                else:
                    module.run(report, place, short)
        except tools.Missing as missing:
            report.left_out.append(f"{name}: {missing}")
        except Exception:
            failed = True
            report.left_out.append(f"{name}: failed, {traceback.format_exc(limit=1).splitlines()[-1]}")
            traceback.print_exc()
        report.took_seconds[name] = time.monotonic() - started
        if keep:
            # After each: a run that is cut off keeps what it has.
            report.save()
            draw(report)
    click.echo(report.table())
    sys.exit(1 if failed else 0)


def draw(report: Report) -> None:
    """Write the charts and tables of docs/performance.md; its words are people's."""
    _CHARTS.mkdir(parents=True, exist_ok=True)
    page = _PAGE.read_text()
    for group in dict.fromkeys(one.group for one in report.figures):
        some = [one for one in report.figures if one.group == group]
        (_CHARTS / f"{group}.svg").write_text(charts.bars(f"{group}: ratio to the baseline of the same run", some))
        table = f"<!-- {group} -->\n{report.table(group)}\n<!-- /{group} -->"
        plain = table.replace("\\", r"\\")
        page = re.sub(rf"<!-- {group} -->.*?<!-- /{group} -->", plain, page, flags=re.DOTALL)
        curves = [one for one in report.series if one.group == group]
        for number, curve in enumerate(curves, 1):
            (_CHARTS / f"{group}-{number}.svg").write_text(charts.curves(curve))
    _PAGE.write_text(page)


if __name__ == "__main__":
    main()
