"""Royalties at the desk: their course, and the files people take away."""

import io
import zipfile

import pytest
from sqlalchemy import Engine

from services.ingest.articles.store import articles
from services.ingest.kit.actors import Role
from services.ingest.royalties import screen
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.newsroom import EVIL, Newsroom, download, publish, words, workbook


def test_royalties_run_their_course(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite, title="=SUM(A1)", byline="Tin: Lan Anh", published_at="2026-10-15T09:00:00+07:00")
    chief, secretary = newsroom.sign_in(Role.chief, "Tổng biên tập"), newsroom.sign_in(Role.secretary)
    page = chief.get("/nhuan-but?thang=2026-10")
    assert "Chưa có mức nhuận bút cho: bài viết – tin." in page
    rate = {"kind": "article", "role": "Tin", "from_month": "2026-01", "amount": "150000"}
    assert "150.000" in chief.post("/nhuan-but/muc", **rate)
    secretary.post("/nhuan-but/muc", 403, **rate)
    adjustment = {"author": "Lan Anh", "amount": "-20000", "reason": "Tạm ứng"}
    assert "130.000" in secretary.post("/nhuan-but/2026-10/dieu-chinh", **adjustment)
    secretary.post("/nhuan-but/2026-10/duyet", 403, total="130000")
    chief.post("/nhuan-but/2026-10/duyet", 409, total="1")
    page = chief.post("/nhuan-but/2026-10/duyet", total="130000")
    assert "Tổng biên tập đã duyệt lúc" in page and "Ghi khoản điều chỉnh" not in page
    secretary.post("/nhuan-but/2026-10/dieu-chinh", 409, **adjustment)
    book = chief.client.get("/desk/nhuan-but?thang=2026-10&xuat=xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name]
        assert "=SUM(A1)" in parts.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets), "no cell is a formula"
    assert any("<v>130000</v>" in sheet for sheet in sheets)
    own = newsroom.sign_in(Role.reporter, "Lan")
    assert "gắn với tài khoản" in own.get("/nhuan-but?thang=2026-10")
    newsroom.link(secretary, "2026-10", "Lan Anh", own)
    page = own.get("/nhuan-but?thang=2026-10")
    assert "phần của tôi" in page and "150.000" in page
    own.post("/nhuan-but/2026-10/nguoi-nhan", 403, author="Mai Hoa", account_id="1")
    assert "chưa có tác phẩm" in newsroom.sign_in(Role.reporter, "Mai Hoa").get("/nhuan-but?thang=2026-10")
    chief.get("/nhuan-but?thang=thang-nay", expect=422)


def test_a_long_month_is_shown_page_by_page_and_summed_whole(
    newsroom: Newsroom, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_LINES", 2)
    for number in range(3):
        publish(sqlite, title=f"Bài thứ {number}", byline="Lan Anh", published_at="2026-10-15T09:00:00+07:00")
    chief = newsroom.sign_in(Role.chief)
    first, second = chief.get("/nhuan-but?thang=2026-10"), chief.get("/nhuan-but?thang=2026-10&trang=2")
    assert "Bài thứ 1" in first and "Bài thứ 2" not in first and "trang=2#lines" in first
    assert "Bài thứ 2" in second and "Bài thứ 1" not in second
    chief.post("/nhuan-but/muc", kind="article", role="", from_month="2026-01", amount="100000")
    assert "Duyệt 300.000 đồng" in words(chief.get("/nhuan-but?thang=2026-10&trang=2"))


def test_royalties_are_shared_to_the_last_dong_and_seen_by_their_author(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite, title="Bài ba người", byline="Lan Anh, Mai Hoa, Hà Vy", published_at="2026-10-15T09:00:00+07:00")
    publish(sqlite, title=EVIL, byline="Lan Anh", published_at="2026-10-31T23:30:00+07:00")
    chief = newsroom.sign_in(Role.chief)
    assert "Duyệt bảng" not in chief.get("/nhuan-but?thang=2026-10"), "nobody approves a sheet that lacks rates"
    chief.post("/nhuan-but/muc", kind="article", role="", from_month="2026-01", amount="100000")
    book = workbook(download(chief, "/nhuan-but?thang=2026-10&xuat=xlsx", "nhuan-but-2026-10.xlsx"))
    totals, lines = list(book.values())
    assert totals[-1] == ["Cộng", 200_000]
    amount = next(at for at, name in enumerate(lines[0]) if str(name).startswith("Thành tiền"))
    shared = [row[amount] for row in lines if "Bài ba người" in row]
    assert sorted(shared) == [33_333, 33_333, 33_334]
    assert any(EVIL in row for row in lines), "published in the last hour of the month, Vietnam's time"
    page = words(chief.get("/nhuan-but?thang=2026-10"))
    assert "200.000" in page and "chia 3" in page and "Duyệt 200.000 đồng" in page
    reporter, other = newsroom.sign_in(Role.reporter, "Hoa"), newsroom.sign_in(Role.reporter, "Mai Hoa")
    newsroom.link(chief, "2026-10", "Mai Hoa", reporter)
    own = words(reporter.get("/nhuan-but?thang=2026-10"))
    namesake = words(other.get("/nhuan-but?thang=2026-10"))
    assert "chưa có tác phẩm" in namesake and "33.33" not in namesake, "a name that is alike gives no right"
    sheets = download(other, "/nhuan-but?thang=2026-10&xuat=xlsx", "nhuan-but-2026-10.xlsx")
    assert "Mai Hoa" not in str(workbook(sheets)), "nor in the file"
    assert "phần của tôi" in own and "Lan Anh" not in own and EVIL not in own


def test_amounts_of_any_size_are_typed_with_their_dots(newsroom: Newsroom, sqlite: Engine) -> None:
    for number in range(3):
        publish(sqlite, title=f"Bài {number}", byline="Lan Anh", published_at="2026-10-15T09:00:00+07:00")
    chief = newsroom.sign_in(Role.chief)
    chief.post("/nhuan-but/muc", kind="article", role="", from_month="2026-01", amount="1.000.000.000")
    chief.post("/nhuan-but/2026-10/dieu-chinh", author="Lan Anh", amount="-150.000", reason="Tạm ứng")
    assert "2.999.850.000" in chief.get("/nhuan-but?thang=2026-10")
    chief.post("/nhuan-but/2026-10/dieu-chinh", 422, author="Lan Anh", amount="1,5 triệu", reason="Thưởng")
    assert "đã duyệt lúc" in chief.post("/nhuan-but/2026-10/duyet", total="2999850000")


def test_a_story_that_was_withdrawn_is_marked_in_its_months_sheet(newsroom: Newsroom, sqlite: Engine) -> None:
    kept = publish(sqlite, title="Bài còn", byline="Lan Anh", published_at="2026-10-15T09:00:00+07:00")
    gone = publish(sqlite, title="Bài đã rút", byline="Lan Anh", published_at="2026-10-16T09:00:00+07:00")
    chief = newsroom.sign_in(Role.chief)
    chief.post("/nhuan-but/muc", kind="article", role="", from_month="2026-01", amount="100000")
    chief.post("/nhuan-but/2026-10/duyet", total="200000")
    page = chief.get("/nhuan-but?thang=2026-10")
    assert "is-withdrawn" not in page
    articles.withdraw(sqlite, gone, "Nguồn tin rút lời", EDITOR)
    page = chief.get("/nhuan-but?thang=2026-10")
    assert page.count("is-withdrawn") == 1 and kept != gone
    assert page.index(f"/desk/bai/{gone}") < page.index("is-withdrawn")
    book = workbook(download(chief, "/nhuan-but?thang=2026-10&xuat=xlsx", "nhuan-but-2026-10.xlsx"))
    assert any("Bài đã rút (đã rút)" in row for row in list(book.values())[1])
