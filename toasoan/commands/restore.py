"""`toasoan restore`."""

from pathlib import Path

import click

from toasoan.commands.common import fails_clearly, find_place, json_option, migrated, print_json


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, resolve_path=True, exists=True, file_okay=False))
@json_option
@fails_clearly
def command(folder: Path, as_json: bool) -> None:
    """Put a backup back into an empty, stopped house.

    Checks every file first. Readers' pages, the search index and the counts are rebuilt from it when the house
    starts.
    """
    from toasoan.backup import check

    check(folder)
    place = find_place()
    from toasoan.backup import restore
    from toasoan.preflight import Lock

    lock = Lock(place)
    try:
        manifest = restore(folder)
        migrated(*place.services_with_sql)
        from services.ingest.ops.reconcile import rebuild

        sent = rebuild(everything=True, went_back=True)
    finally:
        lock.release()
    if as_json:
        print_json({"made_at": manifest["made_at"], "files": len(manifest["files"]), "events": sent})
    else:
        click.echo(f"Restored {len(manifest['files'])} files of {manifest['made_at']}; {sent} events rebuild the rest.")
