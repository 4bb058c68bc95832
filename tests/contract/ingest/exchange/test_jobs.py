"""Files handed in at the desk are worked off once, and go on where a restart cut them."""

import json

import pytest
from sqlalchemy import Engine, update

from services.ingest.accounts.store import accounts
from services.ingest.articles.store import reading
from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.exchange.tables import import_jobs
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid
from shared.database import write
from tests.contract.ingest.base import STORY

ADMIN = Actor("user:quan.tri@bao.example")


def hand_in(store: Engine, articles: int, dry_run: bool = False, status: str = "draft") -> int:
    if accounts.named(store, ADMIN.name) is None:
        accounts.create_user("quan.tri@bao.example", "admin", engine=store)
    file = jobs.new_file("bài cũ.ndjson")
    lines = [json.dumps({**STORY, "status": None, "external_id": str(number)}) for number in range(articles)]
    file.write_text("\n".join([*lines, "{bad"]))
    return jobs.hand_in(store, ADMIN, file, name="bài cũ.ndjson", format="auto", dry_run=dry_run, status=status)


def test_dry_run_is_read_then_done_for_real(store: Engine) -> None:
    trial = hand_in(store, 3, dry_run=True)
    assert imports.work_off(store, lambda: False)
    row = jobs.one(store, trial)
    assert (row.state, row.counts, row.done) == ("done", {"created": 3, "failed": 1}, 4)
    assert row.problems[0][0].endswith(".ndjson:4")
    assert reading.listed(store) == []
    real = jobs.repeat_for_real(store, ADMIN, trial)
    assert imports.work_off(store, lambda: False)
    assert not imports.work_off(store, lambda: False)
    assert jobs.one(store, real).counts == {"created": 3, "failed": 1}
    assert {row["status"] for row in reading.listed(store)} == {"draft"}
    assert not list(jobs.folder().iterdir()), "the file is not kept"
    with pytest.raises(Invalid):
        jobs.repeat_for_real(store, ADMIN, trial)


def test_job_that_was_cut_goes_on_behind_what_is_done(store: Engine) -> None:
    job = hand_in(store, 250)
    imports.work_off(store, lambda: True)
    cut = jobs.one(store, job)
    assert (cut.state, cut.done, cut.counts) == ("running", 100, {"created": 100})
    # A process that dies leaves its lease behind.
    with write(store) as connection:
        connection.execute(update(import_jobs).values(leased_until=None))
    imports.work_off(store, lambda: False)
    row = jobs.one(store, job)
    # The batch in hand was saved but not counted: it is found unchanged.
    assert (row.state, row.done, sum(row.counts.values())) == ("done", 251, 251)
    assert row.counts.get("created", 0) + row.counts.get("unchanged", 0) == 250
    assert len(reading.listed(store, limit=1000)) == 250


def test_only_known_files_are_taken(sqlite: Engine) -> None:
    with pytest.raises(Invalid):
        jobs.new_file("virus.exe")
