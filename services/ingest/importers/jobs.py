"""Imports handed in at the desk: a file and a row; a loop works them off, and goes on where a restart cut it."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, exists, insert, or_, select, update

from services.ingest.exchange.tables import import_jobs
from services.ingest.imaging import MAX_UPLOAD_BYTES
from services.ingest.importers import FORMATS, Options, format_of, import_paths
from services.ingest.importers.report import Report
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.lookout import moment
from shared.database import read, write
from shared.settings import get_settings
from shared.telemetry import log

SUFFIXES = (".ndjson", ".jsonl", ".json", ".xml", ".rss", ".atom", ".wxr", ".txt")
MAX_FILE_BYTES = 500_000_000
_LEASE = timedelta(minutes=2)
# Progress is noted after so many articles or seconds; a restart does those again, which changes nothing.
_NOTE_EVERY, _NOTE_SECONDS = 100, 20.0
_PROBLEMS_KEPT = 50
_FREE = (
    import_jobs.c.state.in_(("waiting", "running")),
    or_(import_jobs.c.leased_until.is_(None), import_jobs.c.leased_until < moment()),
)
DUE = exists().where(*_FREE)
"""Whether a job waits or was left."""


def folder() -> Path:
    """Where handed-in files lie until they are worked off."""
    made = get_settings().data_dir / "imports"
    made.mkdir(parents=True, exist_ok=True)
    return made


def new_file(name: str) -> Path:
    """A free path for an uploaded file; its suffix says how it is read. Raises Invalid."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid.of("file", f"Chỉ nhận tệp {', '.join(SUFFIXES)}.")
    return folder() / f"{secrets.token_hex(8)}{suffix}"


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
    if kind not in FORMATS:
        raise Invalid.of("format", "Không nhận ra định dạng của tệp; hãy chọn định dạng.")
    row = {
        "name": name[:200], "file": file.name, "format": kind, "dry_run": dry_run,
        "fetch_media": fetch_media, "as_status": status,
        "state": "waiting", "done": 0, "counts": {}, "problems": [], "created_by": actor.name,
        "created_at": datetime.now(UTC),
    }  # fmt: skip
    with write(engine) as connection:
        job = int(connection.execute(insert(import_jobs).values(row).returning(import_jobs.c.id)).scalar_one())
        audit.append(connection, actor.name, "import.handed_in", f"import:{job}", {"name": name, "dry_run": dry_run})
    return job


def repeat_for_real(engine: Engine, actor: Actor, job_id: int) -> int:
    """Import a file whose dry run has been read. Raises NotFound, Invalid."""
    row = one(engine, job_id)
    if not row.dry_run or row.state != "done" or not (folder() / row.file).is_file():
        raise Invalid.of("", "Chỉ nhập thật được tệp đã chạy thử xong.")
    return hand_in(
        engine,
        actor,
        folder() / row.file,
        name=row.name,
        format=row.format,
        dry_run=False,
        status=row.as_status,
        fetch_media=row.fetch_media,
    )


def listed(engine: Engine, limit: int = 30) -> list[Any]:
    """The newest jobs first."""
    with read(engine) as connection:
        return list(connection.execute(select(import_jobs).order_by(import_jobs.c.id.desc()).limit(limit)))


def one(engine: Engine, job_id: int) -> Any:
    """Raises NotFound."""
    with read(engine) as connection:
        row = connection.execute(select(import_jobs).where(import_jobs.c.id == job_id)).first()
    if row is None:
        raise NotFound("Không có lần nhập này.")
    return row


def work_off(engine: Engine, halted: Callable[[], bool]) -> bool:
    """Work on the oldest job that waits or was left; False when there is none. Stops early when `halted()`."""
    row = _claim(engine)
    if row is None:
        return False
    try:
        _run(engine, row, halted)
    except Exception as error:
        log.exception("import failed", job=row.id)
        _note(engine, row.id, state="failed", problems=[["", repr(error)[:300]]], finished_at=datetime.now(UTC))
    return True


def _run(engine: Engine, row: Any, halted: Callable[[], bool]) -> None:
    report = Report(row.dry_run)
    report.counts.update(row.counts)
    problems = list(row.problems)
    actor = Actor(row.created_by, frozenset({Scope.publish}))
    fetcher = Fetcher(max_bytes=MAX_UPLOAD_BYTES) if row.fetch_media else None
    options = Options(row.format, row.dry_run, row.as_status, skip=row.done, fetcher=fetcher, actor=actor)
    done, noted = row.done, time.monotonic()
    for result in import_paths([folder() / row.file], options, engine):
        report.add(result)
        done += 1
        if result.status == "failed" and len(problems) < _PROBLEMS_KEPT:
            problems.append([result.source.rpartition("/")[2], result.error[:500]])
        if done % _NOTE_EVERY == 0 or time.monotonic() - noted > _NOTE_SECONDS:
            noted = time.monotonic()
            _note(engine, row.id, done=done, counts=dict(report.counts), problems=problems, leased_until=_lease())
            if halted():
                _note(engine, row.id, leased_until=None)
                return
    finished = {"state": "done", "done": done, "finished_at": datetime.now(UTC)}
    _note(engine, row.id, **finished, counts=dict(report.counts), problems=problems)
    if not row.dry_run:
        (folder() / row.file).unlink(missing_ok=True)


def _claim(engine: Engine) -> Any:
    """The oldest job that nobody works on."""
    due = select(import_jobs).where(*_FREE).order_by(import_jobs.c.id).limit(1)
    with read(engine) as connection:
        if connection.execute(due).first() is None:
            return None
    with write(engine) as connection:
        row = connection.execute(due.with_for_update(skip_locked=True)).first()
        if row is not None:
            mine = update(import_jobs).where(import_jobs.c.id == row.id)
            connection.execute(mine.values(state="running", leased_until=_lease()))
    return row


def _lease() -> datetime:
    return datetime.now(UTC) + _LEASE


def _note(engine: Engine, job_id: int, **values: Any) -> None:
    with write(engine) as connection:
        connection.execute(update(import_jobs).where(import_jobs.c.id == job_id).values(**values))
