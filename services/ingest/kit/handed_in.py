"""The folder of what was handed in and is not worked off yet: files of imports, archives while they are unpacked, long
batches. In containers it is a volume; beside it nothing of a service's own disk can be written."""

from pathlib import Path

from shared.settings import get_settings


def folder() -> Path:
    """Made where it is missing."""
    made = get_settings().data_dir / "imports"
    made.mkdir(parents=True, exist_ok=True)
    return made
