"""Sessions: opened after a proof, ended by their owner, by time, and where nobody used them."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Engine, delete, func, select, type_coerce, update

from services.ingest.accounts.tables import sessions, users
from services.ingest.kit import audit
from shared.database import UtcDateTime, read, write

SESSION = timedelta(hours=12)
IDLE = timedelta(hours=4)
"""A night desk's pages ask by themselves while they are open: a browser that is closed, or asleep, does not."""
PROOF = timedelta(minutes=15)
"""For so long after password (and code) steps that change who may enter are done without asking again."""
# Not each request writes.
_SEEN_EVERY = timedelta(minutes=5)
_HANDLE = 16
"""Digits of a digest that name a session to its owner: enough to find it, and of no use to enter."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it."""

    id: str
    agent: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def open_session(engine: Engine, user_id: int) -> str:
    """The token of a new session of somebody whose password (and code) was right."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    moments = {"created_at": now, "seen_at": now, "proven_at": now, "expires_at": now + SESSION}
    with write(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at < now))
        connection.execute(sessions.insert(), {"digest": digest(token), "user_id": user_id, **moments})
        noted = update(users).where(users.c.id == user_id).values(last_login_at=now).returning(users.c.email)
        email = connection.execute(noted).scalar_one()
        audit.append(connection, f"user:{email}", "user.logged_in", f"user:{email}", {})
    return token


def live(token: str) -> ColumnElement[bool]:
    """The condition on a session's row that it is of this token, and has not ended."""
    return (sessions.c.digest == digest(token)) & is_open(datetime.now(UTC))


def see(engine: Engine, token: str) -> None:
    """The session is used now."""
    now = datetime.now(UTC)
    stale = func.coalesce(sessions.c.seen_at, sessions.c.created_at) < now - _SEEN_EVERY
    mine = sessions.c.digest == digest(token)
    with read(engine) as connection:
        if connection.execute(select(sessions.c.digest).where(mine, stale)).first() is None:
            return
    with write(engine) as connection:
        connection.execute(update(sessions).where(mine).values(seen_at=now))


def describe(engine: Engine, token: str, agent: str) -> None:
    """By which browser it is, for its owner's list: "Firefox, Linux"."""
    with write(engine) as connection:
        connection.execute(update(sessions).where(sessions.c.digest == digest(token)).values(agent=browser_name(agent)))


def of_user(engine: Engine, user_id: int, token: str) -> list[OpenSession]:
    """Somebody's open sessions, the last used first."""
    used = type_coerce(func.coalesce(sessions.c.seen_at, sessions.c.created_at), UtcDateTime)
    shown = (sessions.c.digest, sessions.c.agent, sessions.c.created_at, used)
    mine = (sessions.c.user_id == user_id) & is_open(datetime.now(UTC))
    with read(engine) as connection:
        rows = connection.execute(select(*shown).where(mine).order_by(used.desc())).all()
    return [
        OpenSession(found[:_HANDLE], agent, created_at, seen_at, found == digest(token))
        for found, agent, created_at, seen_at in rows
    ]


def end(engine: Engine, user_id: int, which: str, token: str) -> int:
    """End one's own session of that id, or with "*" all but this one; how many ended."""
    mine = sessions.c.user_id == user_id
    is_wanted = sessions.c.digest != digest(token) if which == "*" else sessions.c.digest.startswith(which)
    if which != "*" and len(which) != _HANDLE:
        return 0
    with write(engine) as connection:
        ended = int(connection.execute(delete(sessions).where(mine, is_wanted)).rowcount)
        if ended:
            email = connection.execute(select(users.c.email).where(users.c.id == user_id)).scalar_one()
            audit.append(connection, f"user:{email}", "user.sessions_ended", f"user:{email}", {"number": ended})
    return ended


def prove(engine: Engine, token: str) -> None:
    """Its owner has given password (and code) once more."""
    with write(engine) as connection:
        connection.execute(
            update(sessions).where(sessions.c.digest == digest(token)).values(proven_at=datetime.now(UTC))
        )


def is_proven(engine: Engine, token: str) -> bool:
    """Whether that was within PROOF."""
    recent = sessions.c.proven_at > datetime.now(UTC) - PROOF
    with read(engine) as connection:
        return connection.execute(select(sessions.c.digest).where(live(token), recent)).first() is not None


def log_out(engine: Engine, token: str) -> None:
    """End a session."""
    with write(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.digest == digest(token)))


def digest(token: str) -> str:
    """What is kept of a token: 32 random bytes need no slow hash."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def is_open(now: datetime) -> ColumnElement[bool]:
    """The condition on a session's row that it has not ended."""
    used = func.coalesce(sessions.c.seen_at, sessions.c.created_at)
    return (sessions.c.expires_at > now) & (used > now - IDLE)


def browser_name(agent: str) -> str:
    """Browser and system of a User-Agent; of what is neither known nor short, its beginning."""
    browsers = {"Edg/": "Edge", "OPR/": "Opera", "coc_coc": "Cốc Cốc", "Firefox/": "Firefox", "Chrome/": "Chrome"}
    browsers |= {"Safari/": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac"}
    systems |= {"Linux": "Linux"}
    found = [next((name for sign, name in known.items() if sign in agent), "") for known in (browsers, systems)]
    return (", ".join(filter(None, found)) or "".join(filter(str.isprintable, agent)))[:80]
