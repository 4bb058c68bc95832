"""Which version of a wire's item came last, so that an older one that comes later changes nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from services.ingest.exchange.importers.found import WireVersion
from services.ingest.exchange.tables import wire_versions
from shared.database import read, upsert, write


def known(engine: Engine, external_ids: list[str]) -> dict[str, WireVersion]:
    """The highest version of each that has come."""
    if not external_ids:
        return {}
    of = wire_versions.c
    query = select(of.external_id, of.number, of.made_at).where(of.external_id.in_(external_ids))
    with read(engine) as connection:
        return {name: WireVersion(number, made_at) for name, number, made_at in connection.execute(query)}


def note(engine: Engine, versions: Mapping[str, WireVersion]) -> None:
    """Remember these as the highest."""
    if not versions:
        return
    now = datetime.now(UTC)
    rows = [
        {"external_id": name, "number": version.number, "made_at": version.at, "at": now}
        for name, version in sorted(versions.items())
    ]
    with write(engine) as connection:
        statement = upsert(connection, wire_versions).values(rows)
        new = {name: statement.excluded[name] for name in ("number", "made_at", "at")}
        connection.execute(statement.on_conflict_do_update(index_elements=["external_id"], set_=new))
