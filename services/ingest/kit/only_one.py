"""Things of which the paper has one: each is the only row of its table, whose version grows with every change that is
told."""

from typing import Any

from sqlalchemy import Connection, Table

from services.ingest.kit.tables import outbox
from shared import outbox as events
from shared.contracts.events import Event
from shared.database import upsert

ONLY = 1
"""The id of that row, and the one that events name it by."""


def setting(connection: Connection, table: Table, values: dict[str, Any], first: dict[str, Any] | None = None) -> Any:
    """The statement that sets these columns alone; `first` has what the others hold in a row that was not there."""
    statement = upsert(connection, table).values(id=ONLY, **(first or {}) | values)
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


def tell(connection: Connection, event: type[Event], version: int) -> None:
    """Stores hear of this version once the transaction is committed."""
    events.add(connection, outbox, event, [(ONLY, version)])
