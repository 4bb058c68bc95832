"""The migrations make what tables.py says, on both databases, and protect what must never change."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError

from services.ingest.articles.tables import revisions
from services.ingest.kit import audit
from services.ingest.kit.tables import audit as audit_table
from services.ingest.tables import metadata
from shared.database import migrate, read, write
from tests.contract.ingest.conftest import Save


def test_migrations_make_the_tables_that_the_code_uses(store: Engine) -> None:
    with read(store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        different = [change for change in compare_metadata(context, metadata) if "alembic_version" not in str(change)]
    assert different == []


def test_migrating_again_changes_nothing(store: Engine, save: Save) -> None:
    saved = save()
    migrate("ingest")
    with read(store) as connection:
        assert connection.execute(text("SELECT version FROM articles")).scalars().all() == [saved.version]


@pytest.mark.parametrize("statement", [update(revisions).values(actor="x"), delete(revisions), delete(audit_table)])
def test_history_cannot_be_changed_or_deleted(store: Engine, save: Save, statement: object) -> None:
    save()
    with pytest.raises(DBAPIError, match="append-only"), write(store) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_audit_chain_is_whole_and_shows_a_forged_line(store: Engine, save: Save) -> None:
    for number in range(5):
        save(external_id=str(number))
    assert audit.broken_at(store) is None
    third = audit.entries(store, limit=100)[-3]["id"]
    with write(store) as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(update(audit_table).where(audit_table.c.id == third).values(actor="somebody else"))
    assert audit.broken_at(store) == third
