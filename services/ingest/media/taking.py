"""From a file that somebody sent to what the store has of it: a picture is rebuilt, anything else checked and kept, and
of a document the first page drawn."""

from pathlib import Path

from services.ingest.kit.actors import Actor
from services.ingest.media import first_page, imaging, store, unchanged, uploads
from services.ingest.media.tables import MediaRow
from shared.database import engine
from shared.settings import get_settings

_HEAD_BYTES = 64
_PDF = "application/pdf"


def take(
    source: Path, name: str, actor: Actor, size: tuple[int, int] = (0, 0), words: dict[str, str] | None = None
) -> MediaRow:
    """The row of a file, which is moved away; `name` is its sender's, `size` a film's, `words` are about it.

    Raises Invalid (field "file"), Conflict.
    """
    folder = get_settings().media_dir
    about = words or {}
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if uploads.is_picture(head) or unchanged.kind_of(head) is None:
        return _kept(imaging.rebuild(source, folder), actor, store.Origin(name), about)
    made = unchanged.keep(source, folder, *size)
    if made.type != _PDF:
        return _kept(made, actor, store.Origin(name), about)
    page = first_page.drawn(folder / made.path, folder)
    called = Path(name).stem or "văn bản"
    told = {"caption": f"Trang đầu của {called}"}
    poster = _kept(page, actor, store.Origin(f"{called}, trang đầu"), told) if page else None
    return _kept(made, actor, store.Origin(name, poster_id=poster.id if poster else None), about)


def _kept(made: imaging.Rebuilt, actor: Actor, origin: store.Origin, words: dict[str, str]) -> MediaRow:
    return store.keep(engine("ingest"), made, actor, origin, **words)
