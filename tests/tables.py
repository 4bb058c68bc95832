"""Empty tables for tests: a service's migrations run once in a test process, and later databases are copies."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from shared.database import engine, migrate

_empty: dict[str, bytes] = {}


def migrated(service: str) -> Engine:
    """A service's engine on the database that the settings name, which has the newest tables."""
    source = engine(service)
    if source.dialect.name != "sqlite":
        migrate(service)
        return source
    path = Path(str(source.url.database))
    is_new = not path.exists()
    if is_new and service in _empty:
        path.write_bytes(_empty[service])
    migrate(service)
    if is_new and service not in _empty:
        with closing(sqlite3.connect(path)) as connection:
            _empty[service] = connection.serialize()
    return source
