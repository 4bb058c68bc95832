"""Forward, together, and past: what a process finds in its database when it starts."""

import pytest
from sqlalchemy import text

from shared.database import engine, migrate, write
from tests.conftest import forget_settings


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_version_starts_on_a_database_that_a_newer_one_has_migrated(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """So that an update can be taken back."""
    if kind == "postgresql":
        request.getfixturevalue("postgres")
        forget_settings()
    migrate("counter")
    with write(engine("counter")) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'counter_9999'"))
        connection.execute(text("ALTER TABLE rules ADD COLUMN later TEXT"))
    migrate("counter")
    with write(engine("counter")) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "counter_9999"
