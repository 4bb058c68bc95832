"""From the reporter to the readers and back: steps, notes, rules of a section, schedule, embargo, correction,
withdrawal, the front page."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from services.ingest.articles.store import reading
from services.ingest.articles.store.revisions import WEBHOOKS
from services.ingest.kit.tables import outbox
from shared.database import read
from shared.vietnamese.dates import VIETNAM
from tests.contract.ingest.desk import Desk, form_of


def status(desk: Desk, article_id: int) -> str:
    return str(reading.article(desk.store, article_id)["status"])


def vietnam(ahead: timedelta) -> str:
    return f"{datetime.now(VIETNAM) + ahead:%Y-%m-%dT%H:%M:%S}"


def events(desk: Desk, article_id: int) -> list[str]:
    with read(desk.store) as connection:
        mine = (outbox.c.key == str(article_id)) & (outbox.c.queue != WEBHOOKS)
        query = select(outbox.c.kind, outbox.c.queue).where(mine).order_by(outbox.c.id)
        return [f"{row.kind}>{row.queue}" for row in connection.execute(query)]


def test_the_way_of_an_article_with_a_way_back(desk: Desk) -> None:
    reporter, editor, secretary = desk.be("reporter"), desk.be("editor"), desk.be("secretary")
    saved = desk.article(by=reporter.actor_name)
    where = f"/bai/{saved.id}/buoc"
    assert reporter.post(where, {"to": "submitted", "note": "Nhờ chị xem giúp"}).is_redirect
    assert reporter.post(f"/bai/{saved.id}", form_of(saved, version=2, title="Sửa trộm")).status_code == 403
    assert reporter.post(where, {"to": "edited"}).status_code == 403
    assert editor.post(where, {"to": "draft"}).status_code == 422, "sending back wants a reason"
    assert editor.post(where, {"to": "draft", "note": "Thiếu số liệu"}).is_redirect
    assert "Thiếu số liệu" in reporter.get(f"/bai/{saved.id}").text
    assert "Thiếu số liệu" in reporter.get("/").text
    assert reporter.post(where, {"to": "submitted"}).is_redirect
    assert editor.post(where, {"to": "edited"}).is_redirect
    assert editor.post(f"/bai/{saved.id}/xuat-ban").status_code == 403
    assert secretary.post(where, {"to": "approved"}).is_redirect
    published = secretary.post(f"/bai/{saved.id}/xuat-ban")
    assert published.headers["location"] == f"/desk/bai/{saved.id}/len-trang"
    assert status(desk, saved.id) == "published"
    told = [(line.action, line.actor, line.reason) for line in reading.history(desk.store, saved.id)]
    assert told[0][:2] == ("published", secretary.actor_name)
    assert ("sent_back", editor.actor_name, "Thiếu số liệu") in told
    assert events(desk, saved.id)[-3:] == [
        "article_published>page",
        "article_published>index",
        "article_published>count",
    ]


def test_an_old_form_does_not_move_what_somebody_else_has_changed(desk: Desk) -> None:
    editor, saved = desk.be("editor"), desk.article()
    editor.post(f"/bai/{saved.id}/buoc", {"to": "submitted", "version": 1})
    late = desk.be("secretary").post(f"/bai/{saved.id}/xuat-ban", {"version": 1})
    assert late.status_code == 412 and status(desk, saved.id) == "submitted"


def test_a_section_has_its_own_way(desk: Desk) -> None:
    chief, secretary, saved = desk.be("chief"), desk.be("secretary"), desk.article()
    form = {"name": "Kinh tế", "position": 1, "step": ["submitted", "approved"], "approver": "chief"}
    assert chief.post(f"/chuyen-muc/{desk.section_ids['kinh-te']}", form).is_redirect
    secretary.post(f"/bai/{saved.id}/buoc", {"to": "submitted"})
    assert secretary.post(f"/bai/{saved.id}/buoc", {"to": "approved"}).status_code == 403
    assert secretary.post(f"/bai/{saved.id}/xuat-ban").status_code == 403
    assert chief.post(f"/bai/{saved.id}/buoc", {"to": "approved"}).is_redirect
    assert secretary.post(f"/bai/{saved.id}/xuat-ban").is_redirect


def test_a_schedule_is_kept_and_can_be_taken_back(desk: Desk) -> None:
    secretary, saved = desk.be("secretary"), desk.article()
    assert secretary.post(f"/bai/{saved.id}/xuat-ban", {"at": vietnam(-timedelta(hours=1))}).status_code == 422
    assert secretary.post(f"/bai/{saved.id}/xuat-ban", {"at": vietnam(timedelta(hours=1))}).is_redirect
    assert status(desk, saved.id) == "scheduled"
    secretary.post(f"/bai/{saved.id}/go")
    assert status(desk, saved.id) == "draft"
    secretary.post(f"/bai/{saved.id}/xuat-ban")
    found = reading.article(desk.store, saved.id)
    assert found["status"] == "published"
    assert datetime.fromisoformat(found["published_at"]) <= datetime.now(UTC)


def test_an_embargo_holds_whoever_publishes(desk: Desk) -> None:
    secretary, saved = desk.be("secretary"), desk.article()
    secretary.post(f"/bai/{saved.id}/giu-lai", {"until": vietnam(timedelta(hours=2))})
    refused = desk.be("admin").post(f"/bai/{saved.id}/xuat-ban")
    assert refused.status_code == 409 and "giữ lại" in refused.text
    assert secretary.post(f"/bai/{saved.id}/xuat-ban", {"at": vietnam(timedelta(hours=1))}).status_code == 409
    assert secretary.post(f"/bai/{saved.id}/xuat-ban", {"at": vietnam(timedelta(hours=3))}).is_redirect
    secretary.post(f"/bai/{saved.id}/go")
    secretary.post(f"/bai/{saved.id}/giu-lai", {"until": ""})
    assert secretary.post(f"/bai/{saved.id}/xuat-ban").is_redirect


def test_a_correction_in_the_form_of_the_law_and_a_withdrawal(desk: Desk) -> None:
    secretary, saved = desk.be("secretary"), desk.article(status="published")
    asked = secretary.get(f"/bai/{saved.id}/cai-chinh").text
    assert "Thông tin cải chính, xin lỗi: Bài “Họp chợ phiên” đăng trên chuyên mục Kinh tế ngày" in asked
    form: dict[str, Any] = {
        "version": 1,
        "notice": "Thông tin cải chính, xin lỗi: sai giờ họp chợ.",
        "wrong": "sáng sớm",
    }
    form |= {"title": "Họp chợ phiên", "body": "<p>Chợ họp từ chiều.</p>"}
    assert secretary.post(f"/bai/{saved.id}/cai-chinh", form).status_code == 422, "what is right is missing"
    assert secretary.post(f"/bai/{saved.id}/cai-chinh", form | {"right": "buổi chiều"}).is_redirect
    found = reading.article(desk.store, saved.id)
    assert found["body"] == "<p>Chợ họp từ chiều.</p>"
    assert [(one["wrong"], one["right"]) for one in found["corrections"]] == [("sáng sớm", "buổi chiều")]
    assert secretary.post(f"/bai/{saved.id}/rut", {"reason": ""}).status_code == 422
    assert secretary.post(f"/bai/{saved.id}/rut", {"reason": "Theo yêu cầu của nhân vật"}).is_redirect
    assert events(desk, saved.id)[-4:] == [
        "article_withdrawn>page",
        "article_withdrawn>index",
        "article_withdrawn>count",
        "article_withdrawn>edge_cache",
    ]
    assert "Chợ họp từ chiều." in secretary.get(f"/bai/{saved.id}").text, "the text stays inside"
    copies = secretary.get(f"/bai/{saved.id}/ban-luu.json").json()["copies"]
    assert [(one["version"], one["article"]["body"]) for one in copies] == [
        (1, "<p>Chợ họp từ sáng sớm.</p>"),
        (2, "<p>Chợ họp từ chiều.</p>"),
    ]
    assert all(one["from"] and one["to"] for one in copies)


def test_sending_again_puts_the_public_version_into_the_outbox(desk: Desk) -> None:
    secretary, saved = desk.be("secretary"), desk.article(status="published")
    before = len(events(desk, saved.id))
    assert secretary.post(f"/bai/{saved.id}/gui-lai").is_redirect
    assert len(events(desk, saved.id)) == before + 3


def test_live_status_says_why_readers_do_not_see_it(desk: Desk) -> None:
    saved = desk.article(status="published")
    told = desk.be("reporter").script("GET", f"/bai/{saved.id}/len-trang.json").json()
    assert told["version"] == 1
    assert {one["name"] for one in told["places"]} == {"page", "home", "feed", "search"}
    assert all(one["state"] in ("waiting", "late") for one in told["places"])
