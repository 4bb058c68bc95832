"""Imports handed in at the desk: a file and a row, until the loop has worked them off."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, exists, insert, or_, select, update

from services.ingest.exchange.importers import ARCHIVE, FORMATS, SUFFIXES, format_of
from services.ingest.exchange.tables import ImportJobRow, import_jobs
from services.ingest.kit import audit, handed_in, letters, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid
from services.ingest.kit.periodic import moment
from shared import clock
from shared.database import read, write
from shared.records import record, records

MAX_FILE_BYTES = 500_000_000
TAKEN = (*SUFFIXES, ".zip")
"""Suffixes of files that may be handed in."""
FILES_KEPT = timedelta(days=7)
"""After a dry run or a failure, for the run that is meant."""
_ROWS_KEPT = timedelta(days=90)
_BROUGHT_WITHIN = timedelta(days=1)
_LEASE = timedelta(minutes=2)
_GIVEN_UP = f"Đã thử {letters.MOST_TRIES} lần, lần nào cũng phải dừng giữa chừng; xem trang Vận hành."
_FREE = (
    import_jobs.c.state.in_(("waiting", "running")),
    or_(import_jobs.c.leased_until.is_(None), import_jobs.c.leased_until < moment()),
)
DUE = exists().where(*_FREE)
"""Whether a job waits or was left."""


def new_file(name: str) -> Path:
    """A free path for an uploaded file; its suffix says how it is read. Raises Invalid."""
    suffix = Path(name).suffix.lower()
    if suffix not in TAKEN:
        raise Invalid.of("file", f"Chỉ nhận tệp {', '.join(TAKEN)}.")
    return handed_in.folder() / f"{secrets.token_hex(8)}{suffix}"


def hand_in(
    engine: Engine,
    actor: Actor,
    file: Path,
    *,
    name: str,
    format: str,
    dry_run: bool,
    status: str,
    fetch_media: bool = False,
) -> int:
    """Note a file to be imported; returns the job's id. Raises Invalid for a format that is not known."""
    kind = format_of(file) if format == "auto" else format
    if kind not in (*FORMATS, ARCHIVE):
        raise Invalid.of("format", "Không nhận ra định dạng của tệp; hãy chọn định dạng.")
    row = {
        "name": name[:200], "file": file.name, "format": kind, "dry_run": dry_run,
        "fetch_media": fetch_media, "as_status": status,
        "state": "waiting", "done": 0, "counts": {}, "told": {}, "problems": [], "created_by": actor.name,
        "created_at": clock.moment(),
    }  # fmt: skip
    with write(engine) as connection:
        job = int(connection.execute(insert(import_jobs).values(row).returning(import_jobs.c.id)).scalar_one())
        audit.append(connection, actor.name, "import.handed_in", f"import:{job}", {"name": name, "dry_run": dry_run})
    return job


def repeat_for_real(engine: Engine, actor: Actor, job_id: int) -> int:
    """Import a file whose dry run has been read. Raises NotFound, Invalid."""
    row = one(engine, job_id)
    if not row.dry_run or row.state != "done" or not (handed_in.folder() / row.file).is_file():
        raise Invalid.of("", "Chỉ nhập thật được tệp đã chạy thử xong.")
    return hand_in(
        engine,
        actor,
        handed_in.folder() / row.file,
        name=row.name,
        format=row.format,
        dry_run=False,
        status=row.as_status,
        fetch_media=row.fetch_media,
    )


def listed(engine: Engine, limit: int = 30) -> list[ImportJobRow]:
    """The newest jobs first."""
    with read(engine) as connection:
        return records(
            connection.execute(select(import_jobs).order_by(import_jobs.c.id.desc()).limit(limit)), ImportJobRow
        )


def one(engine: Engine, job_id: int) -> ImportJobRow:
    """Raises NotFound."""
    return rows.one(engine, import_jobs, ImportJobRow, job_id, "Không có lần nhập này.")


def claim(engine: Engine) -> ImportJobRow | None:
    """The oldest of the least tried jobs that nobody works on, taken for the time of `lease`; None for none.

    One that was taken MOST_TRIES times and got nowhere is buried instead.
    """
    due = select(import_jobs).where(*_FREE).order_by(import_jobs.c.tries, import_jobs.c.id).limit(1)
    with read(engine) as connection:
        if connection.execute(due).first() is None:
            return None
    with write(engine) as connection:
        row = record(connection.execute(due.with_for_update(skip_locked=True)), ImportJobRow)
        if row is None:
            return None
        mine = update(import_jobs).where(import_jobs.c.id == row.id)
        if row.tries >= letters.MOST_TRIES:
            told = [*row.problems, ["", _GIVEN_UP]]
            connection.execute(mine.values(state="failed", problems=told, finished_at=clock.moment()))
            letters.bury(connection, "import", row.id, row.cause)
            return None
        connection.execute(mine.values(state="running", leased_until=lease(), tries=row.tries + 1))
    return row


def begin_anew(engine: Engine, job_id: int) -> None:
    """Let a job that was buried go on behind what is done, with all its tries before it."""
    again = {"state": "waiting", "leased_until": None, "finished_at": None, "tries": 0, "cause": ""}
    buried = (import_jobs.c.id == job_id) & (import_jobs.c.state == "failed")
    with write(engine) as connection:
        connection.execute(update(import_jobs).where(buried).values(again))


def let_go(engine: Engine, row: ImportJobRow, cause: str | None) -> None:
    """Nobody works on a claimed job any more: `cause` ended its process, or (None) the house stops and this try does
    not count."""
    with write(engine) as connection:
        mine = update(import_jobs).where(import_jobs.c.id == row.id)
        if cause is None:
            connection.execute(mine.where(import_jobs.c.tries > 0).values(tries=import_jobs.c.tries - 1))
        connection.execute(mine.values(leased_until=None, **({} if cause is None else {"cause": cause[:500]})))


def forget_old(engine: Engine, now: datetime) -> bool:
    """Files that no job needs any more, and jobs that ended long ago; True when there may be more."""
    kept = or_(import_jobs.c.finished_at.is_(None), import_jobs.c.finished_at > now - FILES_KEPT)
    with read(engine) as connection:
        needed = set(connection.execute(select(import_jobs.c.file).where(kept)).scalars())
    for file in handed_in.folder().iterdir():
        # One that is just being handed in has no job yet.
        if file.is_file() and file.name not in needed and file.stat().st_mtime < (now - _BROUGHT_WITHIN).timestamp():
            file.unlink(missing_ok=True)
    with write(engine) as connection:
        old = import_jobs.c.finished_at < now - _ROWS_KEPT
        return connection.execute(rows.some(import_jobs, old)).rowcount == rows.STEP


def lease() -> datetime:
    """Until when a job is its worker's, from now on."""
    return clock.moment() + _LEASE


def note(engine: Engine, job_id: int, **values: Any) -> None:
    """How far a job is."""
    with write(engine) as connection:
        connection.execute(update(import_jobs).where(import_jobs.c.id == job_id).values(**values))
