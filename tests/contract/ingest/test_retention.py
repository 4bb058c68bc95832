"""What ingest deletes by itself, with the clock moved on; and what stays."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, select, update

from services.ingest import retention
from services.ingest.accounts.store import accounts, invitations
from services.ingest.accounts.tables import invitations as invitation_rows
from services.ingest.articles.store import autosaves, pictures
from services.ingest.articles.tables import autosaves as autosave_rows
from services.ingest.comments.store import comments
from services.ingest.comments.tables import comments as comment_rows
from services.ingest.exchange.store import jobs, sources
from services.ingest.exchange.tables import import_jobs, media_sources
from services.ingest.kit import rows
from services.ingest.kit.actors import Role
from services.ingest.kit.tables import dead_letters
from services.ingest.media import store as media
from services.ingest.media import uploads
from services.ingest.media.tables import media as media_rows
from services.ingest.ops import store as letters
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.from_readers import SubmitComment
from shared.contracts.queues import Queue
from shared.database import read, write
from shared.settings import get_settings
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save
from tests.contract.ingest.media.test_life import files, kept

NOW = datetime.now(UTC)


def count(store: Engine, table: Table) -> int:
    with read(store) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def after(store: Engine, **ahead: float) -> None:
    """All that is due by then."""
    while retention.work(store, NOW + timedelta(**ahead)):
        pass


def test_dead_letters_go_a_month_after_they_were_replayed(store: Engine) -> None:
    for number in range(3):
        letter = StoreDeadLetter(id=f"letter-{number}", service="web", task="web.x", source_queue=Queue.page.value,
                                 message={}, error="x", attempts=5, at=NOW)  # fmt: skip
        letters.keep(store, letter)
    with write(store) as connection:
        for number in range(2):
            replayed = {"replayed_at": NOW - timedelta(days=10 * number)}
            connection.execute(update(dead_letters).where(dead_letters.c.id == f"letter-{number}").values(replayed))
    after(store, days=25)
    assert count(store, dead_letters) == 2
    after(store, days=400)
    assert letters.waiting(store) == ["letter-2"], "what waits for a person waits"


def hand_in(store: Engine, name: str, dry_run: bool = True, **values: Any) -> Path:
    file = jobs.new_file(name)
    file.write_text("{}")
    job = jobs.hand_in(store, EDITOR, file, name=name, format="ndjson", dry_run=dry_run, status="")
    jobs.note(store, job, done=0, **values)
    return file


def test_files_handed_in_go_after_a_week_and_their_jobs_after_a_quarter(store: Engine) -> None:
    tried = hand_in(store, "thu.ndjson", state="done", finished_at=NOW)
    failed = hand_in(store, "hong.ndjson", dry_run=False, state="failed", finished_at=NOW)
    waiting = hand_in(store, "cho.ndjson", dry_run=False)
    torn = jobs.new_file("do-dang.ndjson")
    torn.write_text("{")
    after(store, hours=12)
    assert all(file.exists() for file in (tried, failed, waiting, torn))
    after(store, days=2)
    assert not torn.exists(), "a file without a job was not handed in whole"
    after(store, days=6)
    assert tried.exists() and failed.exists()
    after(store, days=8)
    assert [file.exists() for file in (tried, failed, waiting)] == [False, False, True]
    assert count(store, import_jobs) == 3
    after(store, days=91)
    assert count(store, import_jobs) == 1 and waiting.exists()


def comment(store: Engine, article: int, name: str, parent: int | None = None) -> int:
    said = {"article_id": article, "parent_id": parent, "name": name, "email": f"{name}@thu.example", "text": name}
    comments.hold(store, SubmitComment.model_validate({"token": name, "at": NOW, **said}))
    return int(next(row.id for row in comments.listed(store) if row.token == name))


def test_rejected_comments_go_with_their_writers_addresses(store: Engine, save: Save) -> None:
    article = save().id
    spam, asked, answered = (comment(store, article, name) for name in ("rac", "hoi", "tra-loi"))
    comments.approve(store, asked, EDITOR)
    reply = comment(store, article, "dap", parent=asked)
    comments.approve(store, reply, EDITOR)
    for one in (spam, asked):
        comments.reject(store, one, EDITOR)
    comments.approve(store, answered, EDITOR)
    after(store, days=89)
    assert [row.email for row in comments.listed(store, "rejected")] == ["rac@thu.example", "hoi@thu.example"]
    after(store, days=91)
    left = [(row.id, row.name, row.email, row.text) for row in comments.listed(store, "rejected")]
    assert left == [(asked, "", "", "")], "it holds its answer, and says nothing of its writer"
    public = {row.id: (row.name, row.email) for row in comments.listed(store, "approved")}
    assert public == {answered: ("tra-loi", ""), reply: ("dap", "")}, "the address that readers never saw is gone"
    comments.reject(store, reply, EDITOR)
    after(store, days=91)
    after(store, days=92)
    assert count(store, comment_rows) == 1


def test_what_is_not_gone_on_with_goes(store: Engine) -> None:
    with write(store) as connection:
        user = accounts.add_user(connection, "lan@bao.example", Role.editor, "Lan", "x", by="tests", section_ids=None)
    autosaves.keep(store, user, "k" * 32, {"title": "Dở"}, article_id=None, base_version=None, sequence=0)
    invitations.invite(store, "moi@bao.example", Role.editor, "Mới", None, by="tests")
    upload = uploads.start(user, "anh.jpg", 1000)
    folder = get_settings().media_dir
    (folder / ".new-1234").mkdir()
    (folder / ".new-1234" / "main.jpg").write_bytes(b"x")
    after(store, hours=23)
    assert uploads.offset(user, upload) == 0 and (folder / ".new-1234").exists()
    after(store, hours=25)
    assert not (folder / ".new-1234").exists() and not any((folder / ".uploads").iterdir())
    after(store, days=89)
    assert (count(store, autosave_rows), count(store, invitation_rows)) == (1, 1)
    after(store, days=98)
    assert (count(store, autosave_rows), count(store, invitation_rows)) == (0, 0)


def test_an_upload_that_goes_on_keeps_its_note(store: Engine) -> None:
    upload = uploads.start(1, "phim.mp4", 1000)
    folder = get_settings().media_dir / ".uploads"
    old = NOW.timestamp() - 2 * 86_400
    os.utime(folder / f"{upload}.json", (old, old))
    after(store, hours=1)
    assert uploads.offset(1, upload) == 0


def test_files_that_nothing_speaks_of_and_addresses_of_removed_pictures_go(store: Engine) -> None:
    row, gone = kept(store), kept(store, "blue")
    sources.keep(store, "https://cu.example/a.jpg", row.path)
    sources.keep(store, "https://cu.example/b.jpg", gone.path)
    with write(store) as connection:
        connection.execute(media_rows.delete().where(media_rows.c.id == gone.id))
    after(store, hours=23)
    assert all(file.exists() for file in files(gone)), "somebody may be bringing it"
    for hour in range(25, 25 + 256):
        after(store, hours=hour)
    assert all(file.exists() for file in files(row)) and not any(file.exists() for file in files(gone))
    assert count(store, media_sources) == 1
    media.remove(store, row.id, EDITOR, pictures.is_used)
    after(store, hours=1)
    assert count(store, media_sources) == 0


def test_a_step_is_bounded_and_one_that_fails_keeps_no_other_from_its_work(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "STEP", 2)
    for number in range(5):
        hand_in(store, f"{number}.ndjson", state="done", finished_at=NOW)
    assert retention.work(store, NOW + timedelta(days=91))
    assert count(store, import_jobs) == 3
    broken = (lambda _engine, _now: 1 / 0, *retention.STEPS)
    monkeypatch.setattr(retention, "STEPS", broken)
    after(store, days=91)
    assert count(store, import_jobs) == 0
