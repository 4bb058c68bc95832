"""The look of the readers' site as its newsroom has saved it: versions, of which the last one is live."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, select

from services.ingest.appearance import pictures
from services.ingest.appearance.tables import AppearanceRow, appearances
from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from services.ingest.media.tables import MediaRow, media
from shared import clock
from shared import outbox as events
from shared.contracts.appearance import ICONS, Appearance, LookFiles
from shared.contracts.events import AppearanceChanged
from shared.database import AdvisoryLock, read, take_lock, write
from shared.records import record, records

KEPT = 50
"""Versions that can be put back."""
PICTURES = ("logo", "dark_logo", "icon", "share_picture")
_LOGO_BYTES = 300_000
_ICON_SIDE = max(ICONS)


@dataclass(frozen=True, slots=True)
class ChosenLook:
    """What is left empty is the theme's. Colours are by name, pictures by their ids in the store of media."""

    name: str = ""
    light: dict[str, str] = field(default_factory=dict)
    dark: dict[str, str] = field(default_factory=dict)
    logo: int | None = None
    dark_logo: int | None = None
    icon: int | None = None
    share_picture: int | None = None

    def pictures(self) -> Iterator[tuple[str, int]]:
        """(field, id) of each."""
        for name in PICTURES:
            if (media_id := getattr(self, name)) is not None:
                yield name, media_id


@dataclass(frozen=True, slots=True)
class SavedLook:
    """A version; 0 before the first one."""

    version: int = 0
    chosen: ChosenLook = ChosenLook()
    saved_by: str = ""
    saved_at: datetime | None = None


def versions(engine: Engine) -> list[SavedLook]:
    """Those that are kept, the live one first."""
    with read(engine) as connection:
        return [_saved(row) for row in records(connection.execute(_newest_first()), AppearanceRow)]


def current(engine: Engine) -> SavedLook:
    """What readers see."""
    with read(engine) as connection:
        return _current(connection)


def version(engine: Engine, number: int) -> SavedLook:
    """Raises NotFound."""
    with read(engine) as connection:
        row = record(connection.execute(select(appearances).where(appearances.c.version == number)), AppearanceRow)
    if row is None:
        raise NotFound("Không còn giữ lần lưu này của giao diện.")
    return _saved(row)


def appearance(engine: Engine, chosen: ChosenLook) -> tuple[Appearance, LookFiles]:
    """As readers' pages are told, for looking at: without icons and what is shared. Raises Invalid for a picture that
    does not do."""
    with read(engine) as connection:
        rows = _pictures(connection, chosen)
    _refuse_unfit(chosen, rows)
    return _told(chosen, {name: row for name, row in rows.items() if name in ("logo", "dark_logo")})


def save(engine: Engine, chosen: ChosenLook, actor: Actor, if_version: int, act: str = "saved") -> int:
    """Make it live; returns its version. What is live already makes none.

    Raises Conflict when another version than `if_version` is live, Invalid for a picture that does not do.
    """
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.appearance)
        held = _current(connection)
        if held.version != if_version:
            raise Conflict("Giao diện vừa được người khác sửa; hãy xem lại rồi sửa tiếp.")
        if held.chosen == chosen:
            return held.version
        # Their rows are held: none is removed from the store meanwhile.
        _refuse_unfit(chosen, _pictures(connection, chosen, hold=True))
        number = held.version + 1
        row = {"version": number, "chosen": asdict(chosen), "saved_by": actor.name, "saved_at": clock.moment()}
        connection.execute(appearances.insert(), row)
        connection.execute(delete(appearances).where(appearances.c.version <= number - KEPT))
        only_one.tell(connection, AppearanceChanged, number)
        audit.append(connection, actor.name, f"appearance.{act}", "appearance", {"version": number, **asdict(chosen)})
    events.wake("ingest")
    return number


def payload(connection: Connection) -> AppearanceChanged | None:
    held = _current(connection)
    if not held.version:
        return None
    look, data = _told(held.chosen, _pictures(connection, held.chosen))
    return AppearanceChanged(version=held.version, appearance=look, data=data)


def is_used(connection: Connection, path: str) -> bool:
    """Whether a version that is kept shows a file of the store of media."""
    media_id = connection.execute(select(media.c.id).where(media.c.path == path)).scalar()
    kept = connection.execute(select(appearances.c.chosen)).scalars()
    return any(media_id == one for chosen in kept for _, one in ChosenLook(**chosen).pictures())


def _current(connection: Connection) -> SavedLook:
    row = record(connection.execute(_newest_first().limit(1)), AppearanceRow)
    return _saved(row) if row else SavedLook()


def _newest_first() -> Select[*tuple[Any, ...]]:
    return select(appearances).order_by(appearances.c.version.desc())


def _saved(row: AppearanceRow) -> SavedLook:
    return SavedLook(row.version, ChosenLook(**row.chosen), row.saved_by, row.saved_at)


def _pictures(connection: Connection, chosen: ChosenLook, *, hold: bool = False) -> dict[str, MediaRow]:
    """Their rows by field; what is not there is left out."""
    ids = [media_id for _, media_id in chosen.pictures()]
    query = select(media).where(media.c.id.in_(ids), media.c.type.startswith("image/"))
    held = query.with_for_update() if hold else query
    rows = {row.id: row for row in records(connection.execute(held), MediaRow)} if ids else {}
    return {name: rows[media_id] for name, media_id in chosen.pictures() if media_id in rows}


def _told(chosen: ChosenLook, rows: dict[str, MediaRow]) -> tuple[Appearance, LookFiles]:
    files = pictures.finished(rows)
    logos = {
        name: pictures.logo_of(rows[name], stem, files)
        for name, stem in (("logo", "logo"), ("dark_logo", "logo-dark"))
        if name in rows
    }
    marks = {name: sha256(data).hexdigest() for name, data in files.items()}
    look = Appearance(name=chosen.name, light=chosen.light, dark=chosen.dark, files=marks, **logos)
    return look, {name: b64encode(data) for name, data in files.items()}


def _refuse_unfit(chosen: ChosenLook, rows: dict[str, MediaRow]) -> None:
    for name, media_id in chosen.pictures():
        if name not in rows:
            raise Invalid.of(name, f"Không có ảnh số {media_id} trong kho.")
    if chosen.dark_logo is not None and chosen.logo is None:
        raise Invalid.of("dark_logo", "Có logo cho nền tối thì phải có cả logo cho nền sáng.")
    for name in ("logo", "dark_logo"):
        if name in rows and pictures.logo_bytes(rows[name]) > _LOGO_BYTES:
            raise Invalid.of(name, f"Logo nặng hơn {_LOGO_BYTES // 1000} KB: mỗi bạn đọc đều phải tải về.")
    icon, shared = rows.get("icon"), rows.get("share_picture")
    if icon is not None and (icon.width != icon.height or icon.width < _ICON_SIDE):
        raise Invalid.of("icon", f"Biểu tượng phải vuông, mỗi cạnh ít nhất {_ICON_SIDE} điểm ảnh.")
    width, height = pictures.SHARED_SIZE
    if shared is not None and (shared.width < width or shared.height < height):
        words = f"Ảnh chia sẻ phải rộng ít nhất {width} và cao ít nhất {height} điểm ảnh."
        raise Invalid.of("share_picture", words)
