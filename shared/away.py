"""The one place that decides what a store's error means: it is away (wait, try again) or the message is wrong.

Decided by what each store gives its errors for programs to read: SQLSTATE, SQLite's result codes, the first word of a
Redis error, an HTTP status, an errno. Away is also what only an operator can heal (a full disk, a wrong password, a
standby): no message is to blame for it. A service without some store never loads its client for this.
"""

import errno
import re
import socket
import sqlite3
import sys
from types import ModuleType

import redis
from kombu.exceptions import OperationalError as BrokerAway


class Unavailable(Exception):
    """A store or server that the handler needs is away for now: wait, do not give up."""


_AWAY = (
    *(Unavailable, BrokerAway, ConnectionError, TimeoutError, socket.gaierror),
    *(redis.ConnectionError, redis.TimeoutError, redis.exceptions.InvalidResponse),
)
_ERRNOS = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EFBIG),
        *(errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH),
    }
)
_REDIS = frozenset(
    {
        *("OOM", "READONLY", "MISCONF", "NOREPLICAS", "LOADING", "BUSY", "UNKILLABLE"),
        *("CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK"),
        *("NOAUTH", "WRONGPASS", "NOPERM"),
    }
)
# redis-py puts the command before what a pipeline's command was answered; Redis before 7 the script before its error.
_IN_PIPELINE = re.compile(r"\ACommand # \d+ .* of pipeline caused error: ", re.DOTALL)
_IN_SCRIPT = re.compile(r"(?:ERR )?Error running script \(call to f_\w+\): @\w+:\d+: @\w+: \d+: -")
_SQLITE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT),
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    }
)
# Connection, log-in, lost a race, no room, stopped by somebody, the system below.
_SQLSTATE_CLASSES = frozenset({"08", "28", "40", "53", "57", "58", "F0"})
_SQLSTATES = frozenset(
    {
        *("25006", "25P03", "25P04"),  # a standby; a transaction that took too long
        *("3D000", "42501"),  # no such database, no rights: being set up or restored
        *("55006", "55P03"),  # in use, locked
        *("XX001", "XX002"),  # broken pages
    }
)


def is_away(error: BaseException) -> bool:
    """Whether the error says that a store cannot do it for now; anything else is the message's own fault."""
    if isinstance(error, _AWAY):
        return True
    if isinstance(error, redis.RedisError):
        return _redis_code(error) in _REDIS
    if isinstance(error, OSError):
        return error.errno in _ERRNOS
    return _is_sql_away(error) or _is_elasticsearch_away(error)


def is_away_status(status: int) -> bool:
    """The same for an HTTP status, of a whole request or of one document in a batch."""
    return status in (401, 403, 407, 408, 425, 429) or status >= 500


def _redis_code(error: redis.RedisError) -> str:
    if error.status_code not in (None, "ERR"):
        return error.status_code
    # redis-py has no class for it: the code stands in the text.
    text = str(error)
    for before in (_IN_PIPELINE, _IN_SCRIPT):
        if match := before.match(text):
            text = text[match.end() :]
    return text.partition(" ")[0]


def _is_sql_away(error: BaseException) -> bool:
    sql = _loaded("sqlalchemy.exc")
    if sql is None:
        return False
    if isinstance(error, sql.TimeoutError):
        return True
    if not isinstance(error, sql.DBAPIError):
        return False
    said = error.orig
    if isinstance(said, sqlite3.Error):
        # The code's last byte is its kind. What the driver itself says has none, and is a fault of ours.
        return getattr(said, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _SQLITE
    state = getattr(said, "sqlstate", None)
    if state is None:
        # The server said nothing: it could not be reached, or went away in the middle.
        return isinstance(error, (sql.OperationalError, sql.InterfaceError))
    return state[:2] in _SQLSTATE_CLASSES or state in _SQLSTATES


def _is_elasticsearch_away(error: BaseException) -> bool:
    client, transport = _loaded("elasticsearch"), _loaded("elastic_transport")
    if transport is not None and isinstance(error, transport.TransportError):
        return True
    return client is not None and isinstance(error, client.ApiError) and is_away_status(error.status_code)


def _loaded(name: str) -> ModuleType | None:
    return sys.modules.get(name)
