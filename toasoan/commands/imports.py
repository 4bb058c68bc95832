"""`toasoan import`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toasoan.commands.common import fails_clearly, json_option, migrated, with_settings

if TYPE_CHECKING:
    from services.ingest.exchange.importers import ImportResult

FORMATS = ("auto", "text", "wxr", "rss", "ninjs", "newsml", "newsml1", "nitf", "html", "ndjson")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--format", "kind", type=click.Choice(FORMATS), default="auto", show_default=True)
@click.option("--dry-run", is_flag=True, help="Store nothing; report what would happen.")
@click.option("--as-drafts", is_flag=True, help="Articles that do not say their status become drafts.")
@click.option(
    "--media",
    "media_folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of pictures copied along, for example wp-content/uploads.",
)
@click.option("--fetch-media", is_flag=True, help="Fetch the other pictures from where they were.")
@json_option
@fails_clearly
def command(
    paths: tuple[Path, ...],
    kind: str,
    dry_run: bool,
    as_drafts: bool,
    media_folder: Path | None,
    fetch_media: bool,
    as_json: bool,
) -> None:
    """Import articles from files or folders, as published unless the file says otherwise.

    One line for each article: id, what happened, address; a report of all at the end (stderr): what was found, taken,
    changed on the way and left out, and why. The same article again changes nothing, so an import that was cut off is
    started again. The exit code is 1 when something could not be imported (the rest is in), or when nothing was taken.
    """
    with_settings()
    migrated("ingest")
    import json

    from services.ingest.exchange.importers import Options, import_paths
    from services.ingest.exchange.importers.report import ImportReport
    from services.ingest.kit.fetching import Fetcher
    from services.ingest.media.imaging import MAX_UPLOAD_BYTES

    options = Options(
        format=kind,
        dry_run=dry_run,
        status="draft" if as_drafts else "published",
        media_folder=media_folder,
        fetcher=Fetcher(max_bytes=MAX_UPLOAD_BYTES) if fetch_media else None,
    )
    report = ImportReport(dry_run)
    for result in import_paths(list(paths), options):
        report.add(result)
        if as_json:
            # One line an article, and one for each kind of thing that was left out.
            click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        else:
            _show(result, dry_run)
    click.echo(report.text(), err=True)
    if report.failed or not report.taken:
        raise SystemExit(1)


def _show(result: "ImportResult", dry_run: bool) -> None:
    if result.status == "left_out":
        return  # the report counts it
    if result.status == "failed":
        click.echo(f"{result.source}: {result.error}", err=True)
    elif dry_run:
        click.echo(f"{result.source}\t{result.status}")
    else:
        click.echo(f"{result.id}\t{result.status}\t{result.url}")
