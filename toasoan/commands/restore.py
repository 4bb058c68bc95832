"""`toasoan restore`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from toasoan.commands.common import fails_clearly, find_place, json_option, migrated, print_json


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, resolve_path=True, exists=True, file_okay=False))
@click.option("--at", help="Of a continuous copy: as the paper was at this moment, e.g. 2026-11-25T17:59+07:00.")
@json_option
@fails_clearly
def command(folder: Path, at: str | None, as_json: bool) -> None:
    """Put a backup, or the continuous copy (TOASOAN_COPY_DIR), back into an empty, stopped house.

    Checks every file first. Readers' pages, the search index and the counts are rebuilt from it when the house
    starts.
    """
    place = find_place()
    from toasoan import backup
    from toasoan.copying import restore as copies
    from toasoan.preflight import Lock

    moment = _moment(at)
    is_copy = copies.is_copy(folder)
    if moment and not is_copy:
        raise click.UsageError("--at asks for a continuous copy: a backup is of one moment")
    if not is_copy:
        backup.check(folder)
    lock = Lock(place)
    try:
        if is_copy:
            as_of, files = copies.restore(folder, moment)
            made_at = as_of.isoformat(timespec="seconds")
        else:
            manifest = backup.restore(folder)
            made_at, files = manifest["made_at"], len(manifest["files"])
        migrated(*place.services_with_sql)
        from services.ingest.ops.reconcile import rebuild

        sent = rebuild(everything=True, went_back=True)
    finally:
        lock.release()
    if as_json:
        print_json({"made_at": made_at, "files": files, "events": sent})
    else:
        click.echo(f"Restored {files} files of {made_at}; {sent} events rebuild the rest.")


def _moment(at: str | None) -> datetime | None:
    """Raises click.UsageError."""
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise click.UsageError(f"--at {at}: a moment is written as in 2026-11-25T17:59+07:00") from None
    if moment.tzinfo is None:
        raise click.UsageError(f"--at {at}: say the zone too, as in 2026-11-25T17:59+07:00")
    return moment.astimezone(UTC)
