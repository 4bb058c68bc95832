"""Files handed in, and which foreign pictures are ours already."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Named, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class MediaSourceColumns(TypedColumns):  # which of our pictures a foreign address became
    digest: Named[str] = Column(String(64), primary_key=True)  # SHA-256 of the address
    url: Named[str] = Column(Text)
    path: Named[str] = Column(String(200))
    at: Named[datetime] = Column(UtcDateTime)


class WireVersionColumns(TypedColumns):  # the highest version of each item of a wire that came
    external_id: Named[str] = Column(String(200), primary_key=True)  # of the article that it is here
    number: Named[int] = Column(BigInteger)
    made_at: Named[str] = Column(String(40))  # when its agency made it, in UTC
    at: Named[datetime] = Column(UtcDateTime)


class ImportJobColumns(TypedColumns):  # files handed in at the desk
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(String(200))
    file: Named[str] = Column(String(200))  # in the data dir's `imports`
    format: Named[str] = Column(String(16))
    dry_run: Named[bool] = Column(Boolean)
    fetch_media: Named[bool] = Column(Boolean)
    as_status: Named[str] = Column(String(16))
    state: Named[str] = Column(String(16))  # waiting, running, done, failed
    done: Named[int] = Column(Integer)  # results so far: a restart goes on behind them
    counts: Named[dict[str, int]] = Column(Json)  # {status: number}
    problems: Named[list[list[str]]] = Column(Json)  # the first ones, [[where, what], …]
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)
    leased_until: Named[datetime | None] = Column(UtcDateTime)
    finished_at: Named[datetime | None] = Column(UtcDateTime)
    tries: Named[int] = Column(Integer, server_default="0")  # begun since it last got anywhere
    cause: Named[str] = Column(Text, server_default="")  # what ended the last one
    # what was changed and left out: ImportReport.told()
    told: Named[dict[str, Any]] = Column(Json, server_default="{}")


media_sources = Table("media_sources", metadata, MediaSourceColumns)
wire_versions = Table("wire_versions", metadata, WireVersionColumns)
import_jobs = Table("import_jobs", metadata, ImportJobColumns, Index("import_jobs_by_state", "state", "id"))
