"""Files handed in, and which foreign pictures are ours already."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Field, Record, column


class MediaSourceColumns(TypedColumns):  # which of our pictures a foreign address became
    digest: Field[str] = column(String(64), primary_key=True)  # SHA-256 of the address
    url: Field[str] = column(Text)
    path: Field[str] = column(String(200))
    at: Field[datetime] = column(UtcDateTime)


class WireVersionRow(Record):  # the highest version of each item of a wire that came
    external_id: Field[str] = column(String(200), primary_key=True)  # of the article that it is here
    number: Field[int] = column(BigInteger)
    made_at: Field[str] = column(String(40))  # when its agency made it, in UTC
    at: Field[datetime] = column(UtcDateTime)


class WireVersionColumns(WireVersionRow, TypedColumns): ...


class ImportJobRow(Record):  # files handed in at the desk
    id: Field[int] = column(Integer, primary_key=True)
    name: Field[str] = column(String(200))
    file: Field[str] = column(String(200))  # in the data dir's `imports`
    format: Field[str] = column(String(16))
    dry_run: Field[bool] = column(Boolean)
    fetch_media: Field[bool] = column(Boolean)
    as_status: Field[str] = column(String(16))
    state: Field[str] = column(String(16))  # waiting, running, done, failed
    done: Field[int] = column(Integer)  # results so far: a restart goes on behind them
    counts: Field[dict[str, int]] = column(Json)  # {status: number}
    problems: Field[list[list[str]]] = column(Json)  # the first ones, [[where, what], …]
    created_by: Field[str] = column(String(200))
    created_at: Field[datetime] = column(UtcDateTime)
    leased_until: Field[datetime | None] = column(UtcDateTime)
    finished_at: Field[datetime | None] = column(UtcDateTime)
    tries: Field[int] = column(Integer, server_default="0")  # begun since it last got anywhere
    cause: Field[str] = column(Text, server_default="")  # what ended the last one
    # what was changed and left out: ImportReport.told()
    told: Field[dict[str, Any]] = column(Json, server_default="{}")


class ImportJobColumns(ImportJobRow, TypedColumns): ...


media_sources = Table("media_sources", metadata, MediaSourceColumns)
wire_versions = Table("wire_versions", metadata, WireVersionColumns)
import_jobs = Table("import_jobs", metadata, ImportJobColumns, Index("import_jobs_by_state", "state", "id"))
