"""Readers' comments at the desk: read, decided several at once, by whom."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from services.ingest.comments.store import comments
from services.ingest.kit.actors import Role
from services.ingest.kit.visibility import Seen
from shared.contracts.from_readers import SubmitComment
from tests.contract.ingest.newsroom import Newsroom, narrow, publish

ALL = Seen(None, "")


def comment(store: Engine, article: int, token: str, words: str = "Hay quá!", **fields: Any) -> None:
    sent = SubmitComment(article_id=article, token=token, name="Bạn đọc", text=words, at=datetime.now(UTC), **fields)
    comments.hold(store, sent)


def test_comments_are_read_and_decided_several_at_once(newsroom: Newsroom, sqlite: Engine) -> None:
    story = publish(sqlite)
    comment(sqlite, story, "1", "<script>alert(1)</script> hay")
    comment(sqlite, story, "2", "rất dở", spam_score=80, spam_reasons=("nhiều đường dẫn",))
    comment(sqlite, story, "3")
    editor = newsroom.sign_in(Role.editor)
    page = editor.get("/binh-luan")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; hay" in page
    assert "Nghi rác 80%" in page and "nhiều đường dẫn" in page
    ids = [str(row.id) for row in comments.queue(sqlite, ALL)]
    assert "Đã duyệt 2 bình luận." in editor.post("/binh-luan", decision="approve", id=[ids[0], ids[2]], status="held")
    assert "Đã từ chối 1 bình luận." in editor.post("/binh-luan", decision="reject", id=[ids[1]], status="held")
    assert comments.counts(sqlite, ALL) == {"approved": 2, "rejected": 1}
    assert "hay" in editor.get("/binh-luan?trang-thai=approved&q=script")
    assert "Không có bình luận nào." in editor.get("/binh-luan?trang-thai=approved&q=khongco")


def test_comments_of_other_desks_are_not_shown_and_not_decided(newsroom: Newsroom, sqlite: Engine) -> None:
    story = publish(sqlite)
    comment(sqlite, story, "1", "Bình luận của ban khác")
    editor = newsroom.sign_in(Role.editor)
    narrow(sqlite, "editor0@bao.example")
    assert "Bình luận của ban khác" not in editor.get("/binh-luan")
    assert '<span class="quiet">1</span>' not in editor.get("/binh-luan"), "nor counted"
    only = str(comments.queue(sqlite, ALL)[0].id)
    editor.post("/binh-luan", 403, decision="approve", id=[only])
    assert comments.counts(sqlite, ALL) == {"held": 1}
