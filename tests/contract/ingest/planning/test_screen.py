"""The calendar of what is planned, scheduled and out."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from services.ingest.kit.actors import Role
from tests.contract.ingest.newsroom import Newsroom, publish


def test_calendar_shows_what_is_planned_scheduled_and_out(newsroom: Newsroom, sqlite: Engine) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    publish(sqlite, title="Bài hẹn giờ", published_at=soon.isoformat())
    publish(sqlite)
    editor = newsroom.sign_in(Role.editor, "Lan Anh")
    day = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m-%d}"
    fields = {"title": "Lễ hội hoa ban", "day": day, "hour": "17:30", "kind": "photo", "assignee": "Minh Tú"}
    page = editor.post("/lich/moi", **fields, state="planned")
    assert "Đã thêm đề tài vào lịch." in page
    assert "Lễ hội hoa ban" in page and "17:30" in page and "Minh Tú" in page
    assert "Bài hẹn giờ" in editor.get(f"/lich?thang={soon + timedelta(hours=7):%Y-%m}")
    assert "Đã đăng 1 bài" in page
    reporter = newsroom.sign_in(Role.reporter)
    reporter.get("/lich/1", expect=403)
    reporter.post("/lich/1", expect=403, **fields, version="1")
    editor.post("/lich/1", **{**fields, "title": "Lễ hội hoa ban 2"}, state="doing", version="1")
    # Somebody with the page of before does not overwrite that.
    editor.post("/lich/1", expect=409, **fields, version="1")
    assert "Lễ hội hoa ban 2" in editor.get("/lich")
    assert "Đã xóa đề tài." in editor.post("/lich/1/xoa")
    editor.post("/lich/moi", expect=422, **{**fields, "day": "hôm nay"})
