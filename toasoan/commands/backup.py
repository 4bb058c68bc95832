"""`toasoan backup`."""

from pathlib import Path

import click

from toasoan.commands.common import fails_clearly, json_option, print_json, with_settings


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, resolve_path=True))
@json_option
@fails_clearly
def command(folder: Path, as_json: bool) -> None:
    """Copy what cannot be made again to FOLDER (new or empty): articles, views, media, the secret key.

    The house may be running. Every file's checksum stands in FOLDER/manifest.json.
    """
    with_settings()
    from toasoan.backup import backup

    manifest = backup(folder)
    size = sum(entry["bytes"] for entry in manifest["files"])
    if as_json:
        print_json({"folder": str(folder), "files": len(manifest["files"]), "bytes": size})
    else:
        click.echo(f"{len(manifest['files'])} files, {size / 1e6:.1f} MB in {folder}")
