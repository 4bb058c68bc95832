"""A PostgreSQL that says nothing more holds nobody up for longer than was said."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.database import make_engine, patience, read
from tests.servers import PostgresServer
from tests.swallow import Swallower

pytestmark = pytest.mark.postgres


def test_a_connection_that_swallows_everything_is_given_up(postgres_server: PostgresServer) -> None:
    with Swallower(postgres_server.address, postgres_server.port) as cable:
        url = (
            postgres_server.url()
            .replace(f":{postgres_server.port}/", f":{cable.port}/")
            .replace("postgresql:", "postgresql+psycopg:")
        )
        engine = make_engine(url, "public")
        with pytest.raises(OperationalError, match="did not answer within 1 s"), read(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
            cable.swallow()
            began = time.monotonic()
            with patience(1):
                connection.execute(text("SELECT 2"))
        assert time.monotonic() - began < 3
        with read(engine) as connection:
            assert connection.execute(text("SELECT 3")).scalar() == 3
        # A connection that fell silent while nobody used it is found out by the ping, and another one made.
        cable.swallow()
        began = time.monotonic()
        with read(engine) as connection:
            assert connection.execute(text("SELECT 4")).scalar() == 4
        assert time.monotonic() - began < 5
        engine.dispose()


def test_a_statement_that_takes_longer_than_patience_ends_its_connection_alone(postgres_server: PostgresServer) -> None:
    engine = make_engine(postgres_server.url().replace("postgresql:", "postgresql+psycopg:"), "public")
    with pytest.raises(OperationalError, match="did not answer"), read(engine) as connection, patience(0.5):
        connection.execute(text("SELECT pg_sleep(5)"))
    with read(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
