"""Empty tables for tests: a service's migrations run once in a test process, and later databases are copies."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import Engine, inspect

from shared.database import engine, migrate

_empty: dict[str, bytes] = {}
_templates: set[tuple[int | None, str]] = set()


def migrated(service: str) -> Engine:
    """A service's engine on the database that the settings name, which has the newest tables."""
    source = engine(service)
    if source.dialect.name == "sqlite":
        _migrate_file(service, Path(str(source.url.database)))
    else:
        _migrate_database(service, source)
    return source


def _migrate_file(service: str, path: Path) -> None:
    is_new = not path.exists()
    if is_new and service in _empty:
        path.write_bytes(_empty[service])
    migrate(service)
    if is_new and service not in _empty:
        with closing(sqlite3.connect(path)) as connection:
            _empty[service] = connection.serialize()


def _migrate_database(service: str, source: Engine) -> None:
    is_new = set(inspect(source).get_schema_names()) == {"information_schema", "public"}
    template = source.url.port, f"empty_{service}"
    if is_new and template in _templates:
        _as_superuser(
            source,
            f"DROP DATABASE {source.url.database}",
            f"CREATE DATABASE {source.url.database} TEMPLATE {template[1]}",
        )
    migrate(service)
    if is_new and template not in _templates:
        _as_superuser(source, f"CREATE DATABASE {template[1]} TEMPLATE {source.url.database}")
        _templates.add(template)


def _as_superuser(source: Engine, *statements: str) -> None:
    """While nobody is connected to the database itself."""
    source.dispose()
    url = source.url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
