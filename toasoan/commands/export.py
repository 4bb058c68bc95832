"""`toasoan export`."""

from pathlib import Path

import click

from toasoan.commands.common import fails_clearly, json_option, migrated, print_json, with_settings

FORMATS = ("ndjson", "ninjs", "newsml", "atom")


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--format", "formats", type=click.Choice(FORMATS), multiple=True, default=("ndjson",), show_default=True,
    help="How articles are written; give it several times for several.",
)  # fmt: skip
@click.option("--media/--no-media", default=True, show_default=True, help="Copy the pictures and films too.")
@json_option
@fails_clearly
def command(folder: Path, formats: tuple[str, ...], media: bool, as_json: bool) -> None:
    """Write everything into FOLDER: articles, revisions, comments, sections, people, audit log, media files.

    Another house takes it with `toasoan import FOLDER/articles.ndjson --media FOLDER/media`. Passwords, keys and
    secrets stay behind; for moving this very house use backup and restore.
    """
    with_settings()
    migrated("ingest")
    from services.ingest.export import export_house
    from shared.database import engine

    done = export_house(engine("ingest"), folder, tuple(dict.fromkeys(formats)), media)
    if as_json:
        print_json({"rows": done.rows, "media_files": done.media_files, "media_bytes": done.media_bytes})
        return
    for name, rows in done.rows.items():
        click.echo(f"{name}\t{rows}")
    click.echo(f"media\t{done.media_files} files, {done.media_bytes} bytes")
