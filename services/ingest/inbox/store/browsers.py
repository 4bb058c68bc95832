"""Browsers that show notices: a row a subscription, which belongs to whoever is signed in there."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, Engine, delete, or_, select, update

from services.ingest.accounts.tables import users
from services.ingest.inbox import webpush
from services.ingest.inbox.tables import BrowserRow, inbox_browsers
from services.ingest.kit import rows
from services.ingest.kit.errors import Invalid
from shared.database import read, upsert, write
from shared.records import records

MOST = 10
"""Of one person; the one that was heard of longest ago makes room."""
_KEPT = timedelta(days=180)
_ENDPOINT_CHARS = 1000


def add(engine: Engine, user_id: int, *, endpoint: str, browser_key: str, auth: str, name: str, now: datetime) -> None:
    """A browser shows a person's notices from now on, and nobody else's. Raises Invalid."""
    if not _is_right(endpoint, browser_key, auth):
        raise Invalid.of("", "Trình duyệt gửi một đăng ký thông báo không dùng được.")
    values = {
        "user_id": user_id, "browser_key": browser_key, "auth": auth, "name": name, "made_at": now, "heard_at": now,
        "house_key": _house_key(),
    }  # fmt: skip
    mine = inbox_browsers.c.user_id == user_id
    newest = select(inbox_browsers.c.id).where(mine).order_by(inbox_browsers.c.heard_at.desc(), inbox_browsers.c.id)
    with write(engine) as connection:
        statement = upsert(connection, inbox_browsers).values(endpoint=endpoint, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["endpoint"], set_=values))
        kept = list(connection.execute(newest.limit(MOST)).scalars())
        connection.execute(delete(inbox_browsers).where(mine, inbox_browsers.c.id.not_in(kept)))


def ids_of(connection: Connection, user_id: int) -> list[int]:
    """Those of a person that can be told now."""
    told = (inbox_browsers.c.user_id == user_id) & (inbox_browsers.c.house_key == _house_key())
    return list(connection.execute(select(inbox_browsers.c.id).where(told).order_by(inbox_browsers.c.id)).scalars())


def of(engine: Engine, user_id: int) -> list[BrowserRow]:
    """All of a person, the newest first."""
    mine = select(inbox_browsers).where(inbox_browsers.c.user_id == user_id).order_by(inbox_browsers.c.id.desc())
    with read(engine) as connection:
        return records(connection.execute(mine), BrowserRow)


def one(engine: Engine, browser_id: int, user_id: int) -> BrowserRow | None:
    """A person's browser, as long as it is theirs and knows the house's key."""
    found = next((row for row in of(engine, user_id) if row.id == browser_id), None)
    return found if found and found.house_key == _house_key() else None


def heard_of(engine: Engine, browser_id: int, now: datetime) -> None:
    """Its push service has taken a message for it."""
    with write(engine) as connection:
        connection.execute(update(inbox_browsers).where(inbox_browsers.c.id == browser_id).values(heard_at=now))


def remove(engine: Engine, browser_id: int, user_id: int) -> bool:
    """Nothing is sent there any more; whether it was a browser of that person."""
    gone = (inbox_browsers.c.id == browser_id) & (inbox_browsers.c.user_id == user_id)
    with write(engine) as connection:
        return connection.execute(delete(inbox_browsers).where(gone)).rowcount > 0


def forget_old(engine: Engine, now: datetime) -> bool:
    """Those that nobody has heard of for long, or whose person has left; True when there may be more."""
    left = select(users.c.id).where(users.c.disabled_at.is_not(None))
    old = or_(inbox_browsers.c.heard_at < now - _KEPT, inbox_browsers.c.user_id.in_(left))
    with write(engine) as connection:
        return connection.execute(rows.some(inbox_browsers, old)).rowcount == rows.STEP


def _house_key() -> str:
    return webpush.encode(webpush.public(webpush.house_key()))


def _is_right(endpoint: str, browser_key: str, auth: str) -> bool:
    if not endpoint.startswith("https://") or len(endpoint) > _ENDPOINT_CHARS or not endpoint.isascii():
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), webpush.decode(browser_key))
        return len(webpush.decode(auth)) == webpush.AUTH_BYTES
    except ValueError:
        return False
