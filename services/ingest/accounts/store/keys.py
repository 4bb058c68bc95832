"""API keys: shown once, kept as a prefix and a SHA-256 digest, with scopes, an expiry and an end."""

import hmac
import secrets
import time
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from services.ingest.accounts.tables import KeyRow, keys
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor, Scope
from shared.database import engine as service_engine
from shared.database import read, write
from shared.records import Record, record, records
from shared.vietnamese.text import one_line

_MARK = "ts"
_FIND = select(keys).where(keys.c.prefix == bindparam("prefix"))
# "Last used" is for people: a write a minute and key is exact enough.
_USED_SECONDS = 60.0
_used: dict[str, float] = {}


def create_key(
    name: str,
    scopes: list[str],
    *,
    expires_at: datetime | None = None,
    by: str = "command line",
    engine: Engine | None = None,
) -> str:
    """Make a key and return it; it cannot be shown again.

    Raises ValueError for an unknown scope, an empty name or a name that a valid key has already.
    """
    name = one_line(name)
    if not name or len(name) > 100:
        raise ValueError("a key needs a name of at most 100 characters")
    unknown = [scope for scope in scopes if scope not in set(Scope)]
    if unknown or not scopes:
        raise ValueError(f"unknown scope {', '.join(unknown) or '(none)'}; there are {', '.join(Scope)}")
    prefix = secrets.token_hex(6)
    key = f"{_MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    row = {
        "name": name,
        "prefix": prefix,
        "digest": sha256(key.encode()).hexdigest(),
        "scopes": sorted(set(scopes)),
        "created_at": datetime.now(UTC),
        "expires_at": expires_at,
    }
    try:
        with write(engine or service_engine("ingest")) as connection:
            connection.execute(keys.insert(), row)
            audit.append(connection, by, "key.created", f"key:{name}", {"prefix": prefix, "scopes": row["scopes"]})
    except IntegrityError:
        raise ValueError(f"there is a valid key called {name} already") from None
    return key


class ListedKey(Record):
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def list_keys(engine: Engine | None = None) -> list[ListedKey]:
    """All keys, the newest first, without their secrets."""
    of = keys.c
    query = select(of.name, of.prefix, of.scopes, of.created_at, of.expires_at, of.revoked_at, of.last_used_at)
    with read(engine or service_engine("ingest")) as connection:
        return records(connection.execute(query.order_by(of.id.desc())), ListedKey)


def revoke_key(name: str, *, by: str = "command line", engine: Engine | None = None) -> bool:
    """End a key at once. False when no valid key has that name."""
    with write(engine or service_engine("ingest")) as connection:
        valid = (keys.c.name == one_line(name)) & keys.c.revoked_at.is_(None)
        ended = connection.execute(update(keys).where(valid).values(revoked_at=datetime.now(UTC)))
        if not ended.rowcount:
            return False
        audit.append(connection, by, "key.revoked", f"key:{one_line(name)}", {})
    return True


def actor_of(engine: Engine, presented: str) -> Actor | None:
    """Who a presented key belongs to; None for one that is unknown, revoked or expired."""
    mark, _, rest = presented.partition("_")
    prefix = rest.partition("_")[0]
    if mark != _MARK or not prefix.isascii() or len(presented) > 200:
        return None
    with read(engine) as connection:
        row = record(connection.execute(_FIND, {"prefix": prefix}), KeyRow)
    digest = sha256(presented.encode("utf-8", "replace")).hexdigest()
    if row is None or not hmac.compare_digest(row.digest, digest) or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        return None
    _note_use(engine, row.prefix)
    return _actor(row)


def standing(connection: Connection, key_id: int) -> Actor | None:
    """The program that a key was given to, with the key that it has now: one that was exchanged keeps its name.
    None when no valid key is left."""
    name = select(keys.c.name).where(keys.c.id == key_id).scalar_subquery()
    unexpired = keys.c.expires_at.is_(None) | (keys.c.expires_at > datetime.now(UTC))
    row = record(
        connection.execute(select(keys).where(keys.c.name == name, keys.c.revoked_at.is_(None), unexpired)), KeyRow
    )
    return None if row is None else _actor(row)


def _actor(row: KeyRow) -> Actor:
    return Actor(f"key:{row.name}", frozenset(Scope(scope) for scope in row.scopes), key_id=row.id)


def _note_use(engine: Engine, prefix: str) -> None:
    now = time.monotonic()
    if now - _used.get(prefix, -_USED_SECONDS) < _USED_SECONDS:
        return
    _used[prefix] = now
    try:
        with write(engine) as connection:
            connection.execute(update(keys).where(keys.c.prefix == prefix).values(last_used_at=datetime.now(UTC)))
    except OperationalError:
        # A busy database is no reason to turn somebody away.
        pass
