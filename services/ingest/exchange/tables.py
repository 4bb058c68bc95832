"""Files handed in, and which foreign pictures are ours already."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

media_sources = Table(
    "media_sources",  # which of our pictures a foreign address became
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the address
    Column("url", Text, nullable=False),
    Column("path", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
wire_versions = Table(
    "wire_versions",  # the highest version of each item of a wire that came
    metadata,
    Column("external_id", String(200), primary_key=True),  # of the article that it is here
    Column("number", BigInteger, nullable=False),
    Column("made_at", String(40), nullable=False),  # when its agency made it, in UTC
    Column("at", UtcDateTime, nullable=False),
)
import_jobs = Table(
    "import_jobs",  # files handed in at the desk
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("file", String(200), nullable=False),  # in the data dir's `imports`
    Column("format", String(16), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("fetch_media", Boolean, nullable=False),
    Column("as_status", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, running, done, failed
    Column("done", Integer, nullable=False),  # results so far: a restart goes on behind them
    Column("counts", Json, nullable=False),  # {status: number}
    Column("problems", Json, nullable=False),  # the first ones, [[where, what], …]
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),  # begun since it last got anywhere
    Column("cause", Text, nullable=False, server_default=""),  # what ended the last one
    Column("told", Json, nullable=False, server_default="{}"),  # what was changed and left out: ImportReport.told()
    Index("import_jobs_by_state", "state", "id"),
)
