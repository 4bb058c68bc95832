"""Portraits of authors: all of them are one versioned thing, like the front page.

A portrait belongs to a name that readers see, not to the person who signs with it: another name of theirs may be there
to keep their face unknown.
"""

from collections.abc import Callable

from sqlalchemy import Connection, Engine, select

from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.media.store import MEDIA
from services.ingest.media.tables import MediaRow, media
from services.ingest.portraits.tables import portraits
from shared import outbox as events
from shared.contracts.articles import Image
from shared.contracts.events import PortraitsChanged
from shared.database import AdvisoryLock, read, take_lock, write
from shared.records import records
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import one_line, slug

MAX_PORTRAITS = 500
MAX_CHARS = 200
_WIDEST = 480
"""Of the copies that readers are told of: a face is 8rem wide, three pixels a point."""
_Portraits = dict[str, int]


def listed(engine: Engine) -> dict[str, MediaRow]:
    """Name -> its picture, by name."""
    with read(engine) as connection:
        chosen = _held(connection)[1]
        rows = _pictures(connection, chosen)
    return {name: rows[chosen[name]] for name in sorted(chosen) if chosen[name] in rows}


def choose(engine: Engine, actor: Actor, name: str, media_id: int) -> None:
    """Show this picture on the page of whoever signs so. Raises Invalid."""
    name = one_line(name)
    if not slug(name) or len(name) > MAX_CHARS:
        raise Invalid.of("name", "Hãy chọn tên ký.")

    def work(connection: Connection, chosen: _Portraits) -> None:
        same = next((known for known in chosen if known != name and name_key(known) == name_key(name)), None)
        if same is not None:
            raise Invalid.of("name", f"Tên ký này đã có chân dung, ghi là “{same}”.")
        if name not in chosen and len(chosen) >= MAX_PORTRAITS:
            raise Invalid.of("name", f"Đã có {MAX_PORTRAITS} chân dung; hãy bỏ bớt những người không còn viết.")
        # Its row is held: nobody removes it from the store meanwhile.
        held = select(media.c.type).where(media.c.id == media_id).with_for_update(read=True, key_share=True)
        if not str(connection.execute(held).scalar()).startswith("image/"):
            raise Invalid.of("media_id", "Hãy chọn một ảnh trong kho.")
        chosen[name] = media_id

    _change(engine, actor, "portrait.chosen", name, work)


def take_away(engine: Engine, actor: Actor, name: str) -> None:
    """Raises NotFound."""

    def work(_connection: Connection, chosen: _Portraits) -> None:
        if chosen.pop(name, None) is None:
            raise NotFound("Tên ký này không có chân dung.")

    _change(engine, actor, "portrait.taken_away", name, work)


def payload(connection: Connection) -> PortraitsChanged | None:
    version, chosen = _held(connection)
    if not version:
        return None
    rows = _pictures(connection, chosen)
    told: dict[str, Image] = {}
    for name, media_id in chosen.items():
        if media_id in rows:
            # Sites of the release before look by the slug, which names that differ in their marks share.
            own = f"{slug(name)}/{name_key(name)}" if slug(name) in told else slug(name)
            told[own] = _told(name, rows[media_id])
    return PortraitsChanged(version=version, portraits=told)


def is_used(connection: Connection, path: str) -> bool:
    """Whether a file of the store of media is somebody's portrait."""
    media_id = connection.execute(select(media.c.id).where(media.c.path == path)).scalar()
    return media_id in _held(connection)[1].values()


def _held(connection: Connection) -> tuple[int, _Portraits]:
    row = connection.execute(select(portraits.c.version, portraits.c.portraits)).first()
    return (0, {}) if row is None else (row.version, dict(row.portraits))


def _pictures(connection: Connection, chosen: _Portraits) -> dict[int, MediaRow]:
    query = select(media).where(media.c.id.in_(set(chosen.values())))
    return {row.id: row for row in records(connection.execute(query), MediaRow)} if chosen else {}


def _told(name: str, row: MediaRow) -> Image:
    copies = tuple((width, MEDIA + path) for width, path in row.renditions if width <= _WIDEST)
    return Image(url=MEDIA + row.path, alt=name, width=row.width, height=row.height, renditions=copies)


def _change(engine: Engine, actor: Actor, act: str, name: str, work: Callable[[Connection, _Portraits], None]) -> None:
    """`work` changes what is chosen."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.portraits)
        version, chosen = _held(connection)
        work(connection, chosen)
        values = {"version": version + 1, "portraits": chosen}
        connection.execute(only_one.setting(connection, portraits, values))
        only_one.tell(connection, PortraitsChanged, version + 1)
        audit.append(connection, actor.name, act, "portrait", {"name": name, "media": chosen.get(name)})
    events.wake("ingest")
