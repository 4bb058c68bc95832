"""Comments on disk, and what web asks ingest about them."""

import errno
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.web import comment_journal, commenting
from services.web.comment_journal import CommentJournal
from services.web.commenting import Comments
from shared.contracts.from_readers import (
    HELD_TOKENS,
    HeldCommentsAnswer,
    LikeComment,
    ListHeldComments,
    ReportComment,
    SubmitComment,
)


def test_many_that_ingest_does_not_take_hide_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = CommentJournal(tmp_path)
    told = [f"{number:06d}" for number in range(HELD_TOKENS + 1)]
    for token in told:
        said = SubmitComment(token=token, article_id=1, name="Bà Sín", text="Hay.", at=datetime.now(UTC))
        journal.keep(said)
        os.utime(tmp_path / f"{token}.json", (0, time.time() - 60))
    sent: list[str] = []
    monkeypatch.setattr(commenting, "_publish", lambda comment: sent.append(comment.token))

    def ask(question: Any, _seconds: float) -> Any:
        """Ingest has the last one alone."""
        assert isinstance(question, ListHeldComments)
        return HeldCommentsAnswer(tokens=tuple(set(question.tokens) & {told[-1]}))

    Comments(journal, ask).look()
    assert sent == told[:-1]
    assert sorted(path.stem for path in tmp_path.glob("*.json")) == told[:-1]


def test_what_could_not_be_read_lies_aside_for_a_month(tmp_path: Path) -> None:
    journal = CommentJournal(tmp_path)
    (tmp_path / "a.json").write_text("{")
    assert journal.waiting(-1) == []
    aside = tmp_path / "a.damaged"
    for days, there in ((29, True), (31, False)):
        os.utime(aside, (0, time.time() - days * 86_400))
        journal.waiting(-1)
        assert aside.exists() is there


def test_reports_and_likes_leave_comments_their_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comment_journal, "LIMIT", 1)
    journal, now = CommentJournal(tmp_path), datetime.now(UTC)
    report = ReportComment(comment_id=7, article_id=1, visitor="v", at=now)
    journal.keep(report)
    with pytest.raises(comment_journal.CommentJournalFull):
        journal.keep(report.model_copy(update={"comment_id": 8}))
    said = SubmitComment(token="a", article_id=1, name="Bà Sín", text="Hay.", at=now)
    journal.keep(said)
    like = LikeComment(comment_id=7, article_id=1, visitor="v", at=now)
    journal.keep(like)
    assert journal.waiting(-1) == [said, report, like]
    journal.forget(report)
    journal.forget(like)
    assert journal.waiting(-1) == [said]


def test_one_that_the_disk_does_not_give_back_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, of_path = CommentJournal(tmp_path), Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.stem == "a":
            raise OSError(errno.EIO, "Input/output error")
        return of_path(path)

    for token in ("a", "b"):
        journal.keep(SubmitComment(token=token, article_id=1, name="Bà Sín", text="Hay.", at=datetime.now(UTC)))
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert [one.token for one in journal.waiting(-1.0) if isinstance(one, SubmitComment)] == ["b"]
    monkeypatch.undo()
    assert len(journal.waiting(-1.0)) == 2
