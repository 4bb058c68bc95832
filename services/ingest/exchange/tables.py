"""Files handed in, and which foreign pictures are ours already."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class _MediaSourceColumns(TypedColumns):  # which of our pictures a foreign address became
    digest: Stored[str] = column(String(64), primary_key=True)  # SHA-256 of the address
    url: Stored[str] = column(Text)
    path: Stored[str] = column(String(200))
    at: Stored[datetime] = column(UtcDateTime)


class WireVersionRow(Record):  # the highest version of each item of a wire that came
    external_id: Stored[str] = column(String(200), primary_key=True)  # of the article that it is here
    number: Stored[int] = column(BigInteger)
    made_at: Stored[str] = column(String(40))  # when its agency made it, in UTC
    at: Stored[datetime] = column(UtcDateTime)


class _WireVersionColumns(WireVersionRow, TypedColumns): ...


class ImportJobRow(Record):  # files handed in at the desk
    id: Stored[int] = column(Integer, primary_key=True)
    name: Stored[str] = column(String(200))
    file: Stored[str] = column(String(200))  # in the data dir's `imports`
    format: Stored[str] = column(String(16))
    dry_run: Stored[bool] = column(Boolean)
    fetch_media: Stored[bool] = column(Boolean)
    as_status: Stored[str] = column(String(16))
    state: Stored[str] = column(String(16))  # waiting, running, done, failed
    done: Stored[int] = column(Integer)  # results so far: a restart goes on behind them
    counts: Stored[dict[str, int]] = column(Json)  # {status: number}
    problems: Stored[list[list[str]]] = column(Json)  # the first ones, [[where, what], …]
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)
    leased_until: Stored[datetime | None] = column(UtcDateTime)
    finished_at: Stored[datetime | None] = column(UtcDateTime)
    tries: Stored[int] = column(Integer, server_default="0")  # begun since it last got anywhere
    cause: Stored[str] = column(Text, server_default="")  # what ended the last one
    # what was changed and left out: ImportReport.told()
    told: Stored[dict[str, Any]] = column(Json, server_default="{}")


class _ImportJobColumns(ImportJobRow, TypedColumns): ...


media_sources = Table("media_sources", metadata, _MediaSourceColumns)
wire_versions = Table("wire_versions", metadata, _WireVersionColumns)
import_jobs = Table("import_jobs", metadata, _ImportJobColumns, Index("import_jobs_by_state", "state", "id"))
