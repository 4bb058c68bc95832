"""Works off what was handed in at the desk, and goes on where a restart cut it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from services.ingest.accounts.store import accounts
from services.ingest.exchange.importers import Options, import_paths
from services.ingest.exchange.importers.report import ImportReport
from services.ingest.exchange.store import jobs
from services.ingest.kit import rights
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Forbidden
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.rights import Action
from services.ingest.media.imaging import MAX_UPLOAD_BYTES
from shared.telemetry import log

# Progress is noted after so many articles or seconds; a restart does those again, which changes nothing.
_NOTE_EVERY, _NOTE_SECONDS = 100, 20.0
_PROBLEMS_KEPT = 50


def work_off(engine: Engine, halted: Callable[[], bool]) -> bool:
    """Work on the oldest job that waits or was left; False when there is none. Stops early when `halted()`."""
    row = jobs.claim(engine)
    if row is None:
        return False
    try:
        _run(engine, row, halted)
    except Exception as error:
        log.exception("import failed", job=row.id)
        jobs.note(engine, row.id, state="failed", problems=[["", repr(error)[:300]]], finished_at=datetime.now(UTC))
    return True


def _run(engine: Engine, row: Any, halted: Callable[[], bool]) -> None:
    report = ImportReport(row.dry_run)
    report.counts.update(row.counts)
    problems = list(row.problems)
    actor = _actor(engine, row.created_by)
    fetcher = Fetcher(max_bytes=MAX_UPLOAD_BYTES) if row.fetch_media else None
    options = Options(row.format, row.dry_run, row.as_status, skip=row.done, fetcher=fetcher, actor=actor)
    done, noted = row.done, time.monotonic()
    for result in import_paths([jobs.folder() / row.file], options, engine):
        report.add(result)
        done += 1
        if result.status == "failed" and len(problems) < _PROBLEMS_KEPT:
            problems.append([result.source.rpartition("/")[2], result.error[:500]])
        if done % _NOTE_EVERY == 0 or time.monotonic() - noted > _NOTE_SECONDS:
            noted = time.monotonic()
            jobs.note(
                engine, row.id, done=done, counts=dict(report.counts), problems=problems, leased_until=jobs.lease()
            )
            if halted():
                jobs.note(engine, row.id, leased_until=None)
                return
    finished = {"state": "done", "done": done, "finished_at": datetime.now(UTC)}
    jobs.note(engine, row.id, **finished, counts=dict(report.counts), problems=problems)
    if not row.dry_run:
        (jobs.folder() / row.file).unlink(missing_ok=True)


def _actor(engine: Engine, name: str) -> Actor:
    """Who handed a file in, with the rights that they have now. Raises Forbidden."""
    account = accounts.named(engine, name)
    if account is None or not rights.may(account, Action.transfer):
        raise Forbidden("Người nộp tệp không còn quyền nhập dữ liệu.")
    return account.actor
