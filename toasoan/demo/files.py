"""The demo paper's film, sound, subtitles and document by name."""

from pathlib import Path

from toasoan.demo import pictures

_FOLDER = Path(__file__).parent / "media"


def content(name: str) -> bytes:
    """What a file holds: a PDF is a picture of its name, the others lie here (toasoan/demo/recordings.py made them).
    Raises KeyError, OSError for an unknown name."""
    picture, _, suffix = name.rpartition(".")
    return pictures.sheet(picture) if suffix == "pdf" else (_FOLDER / name).read_bytes()
