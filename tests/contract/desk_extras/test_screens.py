"""The newsroom's screens, asked for as people do: forms, answers, who may."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.comments import store as comments
from services.ingest.exchange import loop as imports
from services.ingest.kit.actors import Actor, Role
from services.ingest.kit.json_input import read_fields
from shared.contracts.commands import SubmitComment
from shared.database import write
from tests.contract.desk_extras.desk import Desk, narrow, running_desk
from tests.contract.ingest.conftest import STORY

EDITOR = Actor("user:editor")


@pytest.fixture
def desk(sqlite: Engine) -> Iterator[Desk]:
    with running_desk(sqlite) as made:
        yield made


def publish(store: Engine, **fields: Any) -> int:
    return articles.save_article(store, read_fields(ArticleInput, {**STORY, **fields}), EDITOR).id


def comment(store: Engine, article: int, token: str, words: str = "Hay quá!", **fields: Any) -> None:
    sent = SubmitComment(article_id=article, token=token, name="Bạn đọc", text=words, at=datetime.now(UTC), **fields)
    comments.hold(store, sent)


def test_comments_are_read_and_decided_several_at_once(desk: Desk, sqlite: Engine) -> None:
    story = publish(sqlite)
    comment(sqlite, story, "1", "<script>alert(1)</script> hay")
    comment(sqlite, story, "2", "rất dở", spam_score=80, spam_reasons=("nhiều đường dẫn",))
    comment(sqlite, story, "3")
    editor = desk.sign_in(Role.editor)
    page = editor.get("/binh-luan")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; hay" in page
    assert "Nghi rác 80%" in page and "nhiều đường dẫn" in page
    ids = [row.id for row in comments.queue(sqlite)]
    assert "Đã duyệt 2 bình luận." in editor.post("/binh-luan", decision="approve", id=[ids[0], ids[2]], status="held")
    assert "Đã từ chối 1 bình luận." in editor.post("/binh-luan", decision="reject", id=[ids[1]], status="held")
    assert comments.counts(sqlite) == {"approved": 2, "rejected": 1}
    assert "hay" in editor.get("/binh-luan?trang-thai=approved&q=script")
    assert "Không có bình luận nào." in editor.get("/binh-luan?trang-thai=approved&q=khongco")


def test_comments_of_other_desks_are_not_shown_and_not_decided(desk: Desk, sqlite: Engine) -> None:
    story = publish(sqlite)
    comment(sqlite, story, "1", "Bình luận của ban khác")
    editor = desk.sign_in(Role.editor)
    narrow(sqlite, "editor0@bao.example")
    assert "Bình luận của ban khác" not in editor.get("/binh-luan")
    only = comments.queue(sqlite)[0].id
    editor.post("/binh-luan", expect=403, decision="approve", id=[only])
    assert comments.counts(sqlite) == {"held": 1}


def test_audit_log_is_searched_taken_out_and_checked(desk: Desk, sqlite: Engine) -> None:
    publish(sqlite, title="Bài để tìm trong nhật ký", external_id="=1+1")
    chief = desk.sign_in(Role.chief)
    page = chief.get("/nhat-ky?loai=article&q=Bài để tìm")
    assert "Bài: xuất bản" in page and "Bài để tìm trong nhật ký" in page
    assert "trạng thái: Đang xuất bản" in page
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?q=khongcogi")
    assert "Không có dòng nào như vậy." in chief.get("/nhat-ky?den=2020-01-01")
    assert "Nhật ký nguyên vẹn" in chief.post("/nhat-ky/kiem-tra")
    table = chief.client.get("/desk/nhat-ky?xuat=csv&loai=article")
    assert table.headers["content-type"].startswith("text/csv")
    assert "article.published" in table.text
    with write(sqlite) as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'user:khac' WHERE id = 1"))
    assert "không còn nguyên vẹn: chuỗi đứt ở dòng số 1" in chief.post("/nhat-ky/kiem-tra")
    desk.sign_in(Role.editor).get("/nhat-ky", expect=403)


def test_calendar_shows_what_is_planned_scheduled_and_out(desk: Desk, sqlite: Engine) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    publish(sqlite, title="Bài hẹn giờ", published_at=soon.isoformat())
    publish(sqlite)
    editor = desk.sign_in(Role.editor, "Lan Anh")
    day = f"{datetime.now(UTC) + timedelta(hours=7):%Y-%m-%d}"
    fields = {"title": "Lễ hội hoa ban", "day": day, "hour": "17:30", "kind": "photo", "assignee": "Minh Tú"}
    page = editor.post("/lich/moi", **fields, state="planned")
    assert "Đã thêm đề tài vào lịch." in page
    assert "Lễ hội hoa ban" in page and "17:30" in page and "Minh Tú" in page
    assert "Bài hẹn giờ" in editor.get(f"/lich?thang={soon + timedelta(hours=7):%Y-%m}")
    assert "Đã đăng 1 bài" in page
    reporter = desk.sign_in(Role.reporter)
    reporter.get("/lich/1", expect=403)
    reporter.post("/lich/1", expect=403, **fields, version="1")
    editor.post("/lich/1", **{**fields, "title": "Lễ hội hoa ban 2"}, state="doing", version="1")
    # Somebody with the page of before does not overwrite that.
    editor.post("/lich/1", expect=409, **fields, version="1")
    assert "Lễ hội hoa ban 2" in editor.get("/lich")
    assert "Đã xóa đề tài." in editor.post("/lich/1/xoa")
    editor.post("/lich/moi", expect=422, **{**fields, "day": "hôm nay"})


def test_drafts_are_found_by_title_while_search_is_away(desk: Desk, sqlite: Engine) -> None:
    publish(sqlite, title="Bản nháp mùa cà phê", status="draft")
    reporter = desk.sign_in(Role.reporter)
    page = reporter.get("/tim?q=mùa cà phê")
    assert "Dịch vụ tìm kiếm tạm ngừng" in page and "Bản nháp mùa cà phê" in page
    narrow(sqlite, "reporter0@bao.example")
    assert "Bản nháp mùa cà phê" not in reporter.get("/tim?q=mùa cà phê")


def test_statistics_say_so_while_the_counter_is_away(desk: Desk, sqlite: Engine) -> None:
    story = publish(sqlite)
    chief = desk.sign_in(Role.chief)
    for path in ("/so-lieu", f"/so-lieu/bai/{story}", "/bay-gio", "/bay-gio/phan", "/so-lieu/kiem-dem"):
        assert "Dịch vụ đếm chưa trả lời" in chief.get(path)
    chief.post(f"/so-lieu/bai/{story}/doc-nhieu", expect=422, rule="burn", position="1")


def test_royalties_run_their_course(desk: Desk, sqlite: Engine) -> None:
    publish(sqlite, title="=SUM(A1)", byline="Tin: Lan Anh", published_at="2026-10-15T09:00:00+07:00")
    chief, secretary = desk.sign_in(Role.chief, "Tổng biên tập"), desk.sign_in(Role.secretary)
    page = chief.get("/nhuan-but?thang=2026-10")
    assert "Chưa có mức nhuận bút cho: bài viết – tin." in page
    rate = {"kind": "article", "role": "Tin", "from_month": "2026-01", "amount": "150000"}
    assert "150.000" in chief.post("/nhuan-but/muc", **rate)
    secretary.post("/nhuan-but/muc", expect=403, **rate)
    adjustment = {"author": "Lan Anh", "amount": "-20000", "reason": "Tạm ứng"}
    assert "130.000" in secretary.post("/nhuan-but/2026-10/dieu-chinh", **adjustment)
    secretary.post("/nhuan-but/2026-10/duyet", expect=403, total="130000")
    chief.post("/nhuan-but/2026-10/duyet", expect=409, total="1")
    page = chief.post("/nhuan-but/2026-10/duyet", total="130000")
    assert "Tổng biên tập đã duyệt lúc" in page and "Ghi khoản điều chỉnh" not in page
    secretary.post("/nhuan-but/2026-10/dieu-chinh", expect=409, **adjustment)
    book = chief.client.get("/desk/nhuan-but?thang=2026-10&xuat=xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name]
        assert "=SUM(A1)" in parts.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets), "no cell is a formula"
    assert any("<v>130000</v>" in sheet for sheet in sheets)
    own = desk.sign_in(Role.reporter, "Lan Anh").get("/nhuan-but?thang=2026-10")
    assert "phần của tôi" in own and "150.000" in own
    assert "chưa có tác phẩm" in desk.sign_in(Role.reporter, "Mai Hoa").get("/nhuan-but?thang=2026-10")
    chief.get("/nhuan-but?thang=thang-nay", expect=422)


def test_feeds_and_webhooks_are_kept_by_the_admin_alone(desk: Desk, sqlite: Engine) -> None:
    publish(sqlite)
    admin, chief = desk.sign_in(Role.admin), desk.sign_in(Role.chief)
    feed = {"name": "Hãng tin", "url": "https://1.1.1.1/rss", "section": "kinh-te", "minutes": "15", "enabled": "1"}
    assert "Hãng tin" in admin.post("/nguon-tin/moi", **feed)
    assert "Đã lưu nguồn tin." in admin.post("/nguon-tin/1", **{**feed, "minutes": "30"})
    assert "trong vài giây" in admin.post("/nguon-tin/1/lay-ngay")
    for url in ("http://127.0.0.1/", "file:///etc/passwd", "http://169.254.169.254/"):
        page = admin.post("/nguon-tin/moi", expect=422, **{**feed, "url": url})
        assert "Không lấy được từ địa chỉ này." in page
    assert "Đã xóa nguồn tin" in admin.post("/nguon-tin/1/xoa")
    hook = {"name": "Đối tác", "url": "https://1.1.1.1/hook", "kind": ["article.published", "article.removed"]}
    page = admin.post("/webhook/moi", **hook)
    assert "whsec_" in page and "Đang bật" in page
    assert "Tin thử" in admin.post("/webhook/1/thu")
    assert "Đã tắt" in admin.post("/webhook/1/tat")
    assert "Đang bật" in admin.post("/webhook/1/bat")
    assert "Đã đổi khóa ký" in admin.post("/webhook/1/khoa-moi")
    admin.post("/webhook/1", expect=422, **{**hook, "kind": []})
    admin.post("/webhook/moi", expect=422, **{**hook, "url": "http://[::1]/"})
    for path in ("/nguon-tin", "/webhook", "/nhap-xuat", "/nhap-xuat/tat-ca/ndjson"):
        chief.get(path, expect=403)
    assert "Đã xóa webhook." in admin.post("/webhook/1/xoa")


def test_a_file_is_handed_in_tried_and_imported(desk: Desk, sqlite: Engine) -> None:
    admin = desk.sign_in(Role.admin)
    content = b'{"title": "B\xc3\xa0i nh\xe1\xba\xadp", "body": "<p>x</p>", "section": "Kinh t\xe1\xba\xbf"}\n{bad'
    headers = {"X-CSRF-Token": admin.csrf, "Accept": "application/json"}

    def send(name: str, **more: Any) -> int:
        query = {"ten": name, "dinh-dang": "auto", "thu": "1", **more}
        return admin.client.post("/desk/nhap-xuat/tep", params=query, content=content, headers=headers).status_code

    assert send("x.exe") == 422
    assert send("bài.ndjson") == 201
    assert admin.client.post("/desk/nhap-xuat/tep", params={"ten": "x.ndjson"}, content=content).status_code == 403
    imports.work_off(sqlite, lambda: False)
    page = admin.get("/nhap-xuat")
    assert "bài.ndjson" in page and "1 bài mới, 1 mục lỗi." in page and "Xong (chạy thử)" in page
    admin.post("/nhap-xuat/1/that")
    imports.work_off(sqlite, lambda: False)
    exported = admin.client.get("/desk/nhap-xuat/tat-ca/ndjson")
    assert "Bài nhập" in exported.text
    for format in ("ninjs", "newsml", "atom", "ndjson"):
        assert "Bài nhập" in admin.get(f"/nhap-xuat/bai/1/{format}")
    admin.get("/nhap-xuat/bai/1/pdf", expect=404)
    admin.get("/nhap-xuat/bai/99/ninjs", expect=404)
