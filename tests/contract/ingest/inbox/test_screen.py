"""The inbox at the desk: what stands there, what is read, and the number that is told at once."""

import threading

import httpx2

from services.ingest.articles.store import workflow
from services.ingest.authors.store import authors
from services.ingest.inbox import loop
from services.ingest.inbox.rules import InboxChoice
from services.ingest.inbox.store import choices
from tests.contract.ingest.desk import HOUSE, Desk, Person
from tests.contract.ingest.inbox.post_office import PostOffice
from tests.contract.ingest.newsroom import words
from tests.wait import until


def send_back(desk: Desk, whose: Person, title: str = "Họp chợ phiên") -> int:
    story = desk.article(by=whose.actor_name, title=title).id
    workflow.move(desk.store, story, "submitted", HOUSE)
    workflow.move(desk.store, story, "draft", HOUSE, note="Thiếu ảnh")
    loop.work(desk.store)
    return story


def test_an_entry_leads_to_its_story_and_is_read_there(desk: Desk) -> None:
    reporter, other = desk.be("reporter", "lan"), desk.be("reporter", "tam")
    story = send_back(desk, reporter)
    page = words(reporter.get("/viec").text)
    assert "Chưa đọc: Họp chợ phiên" in page and "Bài bị trả lại" in page and "Thiếu ảnh" in page
    assert "Họp chợ phiên" in reporter.get("/viec?loc=chua-doc").text
    assert other.get("/viec/1").status_code == 404
    assert reporter.get("/viec/1").headers["location"] == f"/desk/bai/{story}?viec=1"
    assert "Họp chợ phiên" in reporter.get("/viec?loc=chua-doc").text, "who only looks at links reads nothing"
    assert other.post("/viec/1/da-doc").status_code == 404
    assert "Họp chợ phiên" in reporter.get("/viec?loc=chua-doc").text
    assert reporter.post("/viec/1/da-doc").is_redirect
    assert "Họp chợ phiên" not in reporter.get("/viec?loc=chua-doc").text
    assert "Chưa đọc" not in words(reporter.get("/viec").text).replace("Chưa đọc ", "")


def test_what_one_signed_at_another_section_leads_to_the_readers_page(desk: Desk) -> None:
    reporter = desk.be("reporter", "mai", section="van-hoa")
    authors.add(desk.store, HOUSE, "Mai Hoa", reporter.id)
    story = desk.article(title="Họp chợ phiên", byline="Ảnh: Mai Hoa", status="published")
    loop.work(desk.store)
    assert reporter.get("/viec/1").headers["location"] == "/desk/viec?viec=1#v1"
    page = reporter.get("/viec?viec=1").text
    assert "Bài lên trang" in page and f'href="{story.url}"' in page


def test_what_came_after_the_page_was_shown_stays_unread(desk: Desk) -> None:
    reporter = desk.be("reporter", "lan")
    send_back(desk, reporter, "Bài một")
    assert 'name="up_to" value="1"' in reporter.get("/viec").text
    send_back(desk, reporter, "Bài hai")
    assert reporter.post("/viec/da-doc", {"up_to": 1}).is_redirect
    page = reporter.get("/viec?loc=chua-doc").text
    assert "Bài hai" in page and "Bài một" not in page


def test_the_task_of_a_reporter_becomes_her_story_from_the_inbox(desk: Desk) -> None:
    editor, reporter = desk.be("editor", "tu"), desk.be("reporter", "lan")
    plan = {"title": "Lễ hội hoa ban", "day": "2999-01-01", "kind": "article", "state": "planned"}
    plan |= {"section_id": str(desk.section_ids["van-hoa"]), "assignee_id": str(reporter.id), "note": "Gặp nghệ nhân"}
    assert editor.post("/lich/moi", {**plan, "day": "2199-01-01"}).is_redirect
    loop.work(desk.store)
    page = reporter.get("/viec").text
    assert "Lễ hội hoa ban" in page and "Gặp nghệ nhân" in page and 'action="/desk/lich/1/viet"' in page
    story = reporter.post("/lich/1/viet").headers["location"]
    assert f'href="{story}"' in reporter.get("/viec").text


def test_a_call_by_name_says_who_is_told(desk: Desk) -> None:
    secretary, lan = desk.be("secretary", "binh"), desk.be("reporter", "Lan")
    desk.be("reporter", "mai", section="van-hoa")
    story = desk.article().id
    answer = secretary.post(f"/bai/{story}/ghi-chu", {"text": "@Lan xem sapo, @mai xem ảnh"}, follow_redirects=True)
    assert "Đã ghi, báo cho Lan." in answer.text
    assert "Không rõ @mai là ai trong những người thấy bài này" in answer.text
    loop.work(desk.store)
    assert lan.get("/viec/1").headers["location"] == f"/desk/bai/{story}?viec=1#ghi-chu"


def test_a_correction_is_asked_for_of_what_readers_see(desk: Desk) -> None:
    reporter, secretary = desk.be("reporter", "lan"), desk.be("secretary", "binh")
    draft = desk.article().id
    assert reporter.post(f"/bai/{draft}/de-nghi-cai-chinh", {"text": "Sai tên chợ"}).status_code == 409
    story = desk.article(status="published").id
    assert "Đề nghị cải chính" in reporter.get(f"/bai/{story}").text
    assert "Gửi đề nghị" not in secretary.get(f"/bai/{story}").text, "who may correct does it"
    assert reporter.post(f"/bai/{story}/de-nghi-cai-chinh", {"text": "Sai tên chợ"}).is_redirect
    loop.work(desk.store)
    assert "Đề nghị cải chính: Sai tên chợ" in secretary.get("/viec").text


def test_open_desks_are_told_how_much_is_unread(desk: Desk) -> None:
    reporter = desk.be("reporter", "lan")
    heard: list[str] = []

    def listen() -> None:
        try:
            with reporter.client.stream("GET", "/desk/viec/dong") as answer:
                for line in answer.iter_lines():
                    heard.extend([line] if line.startswith("data") else [])
                    if len(heard) == 3:
                        return
        except httpx2.HTTPError:
            pass

    threading.Thread(target=listen, daemon=True).start()
    until(lambda: heard == ['data: {"unread":0}'], 20, "the number at once")
    send_back(desk, reporter)
    until(lambda: heard[-1] == 'data: {"unread":1}', 20, "the number as it changes")
    reporter.post("/viec/1/da-doc")
    until(lambda: heard[-1] == 'data: {"unread":0}', 20, "what was read elsewhere")


def test_choices_are_kept_and_must_be_whole(desk: Desk) -> None:
    reporter = desk.be("reporter", "lan")
    page = reporter.get("/viec/cach-bao").text
    assert "chưa nối máy chủ thư" in page and 'value="22:00"' in page
    form = {"mail": ["late"], "push": ["due"], "quiet": "1", "quiet_from": "21:30", "quiet_until": "07:00"}
    assert reporter.post("/viec/cach-bao", form).is_redirect
    page = reporter.get("/viec/cach-bao").text
    assert 'value="late" checked' in page and 'value="assigned" checked' not in page and 'value="21:30"' in page
    assert 'name="push" value="due" checked' in page and 'name="push" value="late" checked' not in page
    assert reporter.post("/viec/cach-bao", {"quiet": "1", "quiet_from": "25:00"}).status_code == 422
    assert reporter.post("/viec/cach-bao", {"mail": "mọi thứ"}).status_code == 422
    assert reporter.post("/viec/cach-bao", {"push": "mọi thứ"}).status_code == 422


def test_a_refused_address_is_in_sight_of_its_owner_and_of_ops(office: PostOffice, desk: Desk) -> None:
    reporter, admin = desk.be("reporter", "lan"), desk.be("admin", "quan")
    choices.choose(desk.store, reporter.id, InboxChoice(frozenset({"sent_back"}), frozenset()))
    office.refuses = {reporter.email: "550 no such mailbox"}
    send_back(desk, reporter)
    loop.send_mail(desk.store)
    assert "Máy chủ thư không nhận địa chỉ lan@bao.example: 550 no such mailbox" in reporter.get("/viec/cach-bao").text
    seen = words(admin.get("/ops").text)
    assert "lan@bao.example: 550 no such mailbox" in seen and "0 mục chờ gửi" in seen
