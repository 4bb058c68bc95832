"""Which of our pictures a foreign address became, so that importing again asks nobody again."""

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Engine, exists, select

from services.ingest.exchange.tables import media_sources
from services.ingest.kit import rows
from services.ingest.media.tables import media
from shared.database import read, upsert, write


def path_of(engine: Engine, url: str) -> str | None:
    """The path inside our media, None for an address that was never taken over."""
    with read(engine) as connection:
        query = select(media_sources.c.path).where(media_sources.c.digest == _digest(url))
        found = connection.execute(query).scalar()
    return None if found is None else str(found)


def keep(engine: Engine, url: str, path: str) -> None:
    """Remember what became of an address."""
    row = {"digest": _digest(url), "url": url, "path": path, "at": datetime.now(UTC)}
    with write(engine) as connection:
        statement = upsert(connection, media_sources).values(row)
        new = {"path": path, "at": row["at"]}
        connection.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=new))


def forget_removed(engine: Engine, _now: datetime) -> bool:
    """Addresses whose pictures were removed from the store; True when there may be more."""
    gone = ~exists().where(media.c.path == media_sources.c.path)
    with write(engine) as connection:
        return connection.execute(rows.some(media_sources, gone)).rowcount == rows.STEP


def _digest(url: str) -> str:
    return sha256(url.encode("utf-8", "replace")).hexdigest()
