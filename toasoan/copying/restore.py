"""A house made of its copy, as it was at its last moment or at an earlier one."""

from datetime import UTC, datetime
from pathlib import Path

from shared.database import database_url
from shared.settings import get_settings
from toasoan.backup import bring_secret, must_be_empty
from toasoan.copying import DATABASES, chain, media
from toasoan.place import OperatorError
from toasoan.sqlite_copy import check


def is_copy(folder: Path) -> bool:
    return bool(chain.chains(folder / "ingest"))


def restore(copy: Path, at: datetime | None) -> tuple[datetime, int]:
    """Put the copy into this house, which must be empty and stopped. Returns (the moment it is as of, its files).

    Each database is written beside its place and checked before it is put there. Raises OperatorError, OSError.
    """
    settings = get_settings()
    must_be_empty(settings)
    if settings.database_url is not None:
        raise OperatorError("a copy holds SQLite databases; this house has PostgreSQL")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    parts = {name: settings.data_dir / f"{name}.restored" for name in DATABASES}
    try:
        moments = [chain.restore(copy / name, at, part) for name, part in parts.items()]
        for name, part in parts.items():
            check(part, f"the restored {name} database")
        number = media.restore(copy, at, settings.media_dir)
        for name, part in parts.items():
            part.replace(Path(database_url(name).removeprefix("sqlite:///")))
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    bring_secret(copy, settings)
    return max(moments).astimezone(UTC), number + len(parts)
