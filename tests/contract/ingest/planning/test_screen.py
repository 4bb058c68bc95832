"""The calendar of what is planned, scheduled and out."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, update

from services.ingest.kit.actors import Role
from services.ingest.planning import store as plans
from services.ingest.planning import tables
from shared.database import write
from tests.contract.ingest.desk import Desk
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
    reporter.post("/lich/1", 403, **fields, version="1")
    editor.post("/lich/1", **{**fields, "title": "Lễ hội hoa ban 2"}, state="doing", version="1")
    # Somebody with the page of before does not overwrite that.
    editor.post("/lich/1", 409, **fields, version="1")
    assert "Lễ hội hoa ban 2" in editor.get("/lich")
    assert "Đã xóa đề tài." in editor.post("/lich/1/xoa")
    editor.post("/lich/moi", 422, **{**fields, "day": "hôm nay"})


def test_a_task_is_read_and_written_by_who_has_it(desk: Desk) -> None:
    editor = desk.be("editor", "chi.lan", section="van-hoa")
    reporter, other = desk.be("reporter", "thao", section="kinh-te"), desk.be("reporter", "tam", section="kinh-te")
    day = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m-%d}"
    plan: dict[str, str | int] = {"title": "Lễ hội hoa ban", "day": day, "kind": "photo", "state": "planned"}
    plan |= {"note": "Gặp nghệ nhân", "section_id": desk.section_ids["van-hoa"], "assignee_id": reporter.id}
    assert editor.post("/lich/moi", plan).is_redirect
    assert "Lễ hội hoa ban" in reporter.get("/lich").text and "thao" in reporter.get("/lich").text
    assert "Lễ hội hoa ban" not in other.get("/lich").text, "another section's, and nothing of theirs"
    assert "Viết bài này" in reporter.get("/lich/1").text and other.get("/lich/1").status_code == 403
    assert reporter.post("/lich/1", plan | {"version": 1}).status_code == 403, "a task is read, its plan is the desk's"
    assert other.post("/lich/1/viet").status_code == 403
    assert "không viết cho chuyên mục" in reporter.post("/lich/1/viet").text
    own = desk.be("editor", "anh.tu", section="kinh-te")
    own.post("/lich/moi", plan | {"title": "Chợ phiên", "section_id": desk.section_ids["kinh-te"]})
    assert [one.title for one in plans.tasks(desk.store, reporter.id)] == ["Lễ hội hoa ban", "Chợ phiên"]
    home = reporter.get("/").text
    assert "Đề tài của tôi" in home and "Lễ hội hoa ban" in home and "Đề tài của tôi" not in other.get("/").text
    story = reporter.post("/lich/2/viet").headers["location"]
    assert reporter.post("/lich/2/viet").headers["location"] == story, "two presses make one story"
    page = reporter.get(story.removeprefix("/desk")).text
    assert "Chợ phiên" in page and "Gặp nghệ nhân" in page and 'name="person_name" value="thao"' in page
    row = plans.one(desk.store, 2)
    assert (row.state, f"/desk/bai/{row.article_id}") == ("doing", story)
    with write(desk.store) as connection:
        # The process died before the plan knew of its story.
        connection.execute(update(tables.plans).where(tables.plans.c.id == 2).values(article_id=None))
    assert own.post("/lich/2/viet").headers["location"] == story, "whoever presses then"
    nobody = {"section_id": desk.section_ids["kinh-te"], "version": row.version + 1, "assignee_id": 999}
    assert own.post("/lich/2", plan | nobody).status_code == 422
