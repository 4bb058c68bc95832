"""Alembic for every service: one environment here, each service's versions in `services/<service>/migrations`."""

import re
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import AdvisoryLock, engine, read, take_lock, write


def upgrade(service: str, revision: str = "head") -> None:
    """Run a service's migrations up to `revision`, forward only, one process at a time.

    A database that a newer version has migrated stays as it is: migrations only add, so that one can go back.
    """
    root = Path(__file__).resolve().parents[2]
    versions = root / "services" / service / "migrations" / "versions"
    # Most starts find nothing to do: then alembic's own memory (several MB a process) is not spent either.
    if revision == "head" and _needs_nothing(service, versions):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    # SQLite: the write lock of this transaction keeps others waiting. PostgreSQL: the advisory lock does.
    with write(engine(service)) as connection:
        take_lock(connection, AdvisoryLock.migrations)
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {service}"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _needs_nothing(service: str, versions: Path) -> bool:
    """The database is at the newest of the version files, which are numbered in their order, or past it."""
    newest = max((path for path in versions.glob("*.py")), key=lambda path: path.name, default=None)
    head = re.search(r'^revision = "([^"]+)"', newest.read_text(), re.MULTILINE) if newest else None
    if head is None:
        return False
    try:
        with read(engine(service)) as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except DBAPIError:
        return False
    return len(found) == 1 and found[0] >= head[1]
