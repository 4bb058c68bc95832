"""Works off what was handed in at the desk, each job in a bounded process, and goes on where a restart cut it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from services.ingest.accounts.store import accounts
from services.ingest.exchange.importers import Options, archive, import_paths
from services.ingest.exchange.importers.report import ImportReport
from services.ingest.exchange.store import jobs
from services.ingest.exchange.tables import ImportJobRow
from services.ingest.kit import bounded, handed_in, rights
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Forbidden, Refused, TooHeavy
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.rights import Action
from services.ingest.media.imaging import MAX_UPLOAD_BYTES
from shared.database import engine as service_engine
from shared.process import every
from shared.telemetry import log

# Progress is noted after so many articles or seconds; a restart does those again, which changes nothing.
_NOTE_EVERY, _NOTE_SECONDS = 100, 20.0
_PROBLEMS_KEPT = 50
# For one article with its pictures, and for saving those that are saved together.
_BOUNDS = bounded.Bounds(cpu_seconds=60, memory_bytes=1_500_000_000, seconds=180)
_RENEW_SECONDS = 30.0
_CRASHED = "Việc nhập dừng vì lỗi của hệ thống, đã ghi vào nhật ký máy: hãy báo người vận hành."


def work_off(engine: Engine, halted: Callable[[], bool]) -> bool:
    """Work on the oldest job that waits or was left; False when there is none. Stops early when `halted()`."""
    row = jobs.claim(engine)
    if row is None:
        return False
    renew = every(_RENEW_SECONDS, lambda: jobs.note(engine, row.id, leased_until=jobs.lease()))

    def look() -> bool:
        renew()
        return halted()

    try:
        bounded.run(import_file, row.id, bounds=_BOUNDS, halted=look)
    except bounded.Halted:
        jobs.let_go(engine, row, None)
    except TooHeavy as ended:
        log.error("import ended", job=row.id, cause=ended.cause)
        jobs.let_go(engine, row, ended.cause)
    except Exception as error:
        log.exception("import failed", job=row.id)
        told = error.detail if isinstance(error, Refused) else _CRASHED
        problems = [*jobs.one(engine, row.id).problems, ["", told[:300]]]
        jobs.note(engine, row.id, state="failed", problems=problems, finished_at=datetime.now(UTC))
    finally:
        archive.forget_left()
    return True


def import_file(job_id: int) -> None:
    """Inside the bounded process: import a job's file from where it stands."""
    engine = service_engine("ingest")
    row = jobs.one(engine, job_id)
    report = ImportReport(row.dry_run)
    report.take_up(row.counts, row.told)
    problems = list(row.problems)
    done, noted = row.done, time.monotonic()
    for result in import_paths([handed_in.folder() / row.file], _options(engine, row), engine):
        report.add(result)
        done += 1
        if result.status == "failed" and len(problems) < _PROBLEMS_KEPT:
            # By the name that people gave the file, not by ours.
            where = result.source.rpartition("/")[2].replace(row.file, row.name)
            problems.append([where, result.error[:500]])
        if done % _NOTE_EVERY == 0 or time.monotonic() - noted > _NOTE_SECONDS:
            noted = time.monotonic()
            # It gets somewhere, so the tries are counted anew.
            jobs.note(engine, row.id, **_so_far(report, done, problems), tries=1, cause="")
    finished = {"state": "done", "finished_at": datetime.now(UTC)}
    jobs.note(engine, row.id, **finished, **_so_far(report, done, problems))
    if not row.dry_run:
        (handed_in.folder() / row.file).unlink(missing_ok=True)


def _so_far(report: ImportReport, done: int, problems: list[list[str]]) -> dict[str, Any]:
    return {"done": done, "counts": dict(report.counts), "told": report.told(), "problems": problems}


def _actor(engine: Engine, name: str) -> Actor:
    """Who handed a file in, with the rights that they have now. Raises Forbidden."""
    account = accounts.named(engine, name)
    if account is None or not rights.may(account, Action.transfer):
        raise Forbidden("Người nộp tệp không còn quyền nhập dữ liệu.")
    return account.actor


def _options(engine: Engine, row: ImportJobRow) -> Options:
    actor = _actor(engine, row.created_by)
    fetcher = Fetcher(max_bytes=MAX_UPLOAD_BYTES) if row.fetch_media else None
    return Options(row.format, row.dry_run, row.as_status, skip=row.done, fetcher=fetcher, actor=actor)
