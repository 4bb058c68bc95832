"""Readers' figures and the money that follows from articles, on the screen and in the files people take away."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import Engine

from services.ingest.articles.screen import draft_search
from services.ingest.kit.actors import Role
from services.ingest.statistics import screen as statistics
from shared.contracts.commands import (
    ArticleStatistics,
    ArticleStatisticsAnswer,
    LiveNow,
    LiveNowAnswer,
    Query,
    SearchAnswer,
    SearchHit,
    SiteStatistics,
    SiteStatisticsAnswer,
    ViewAudit,
    ViewAuditAnswer,
    ViewAuditHour,
    ViewedArticle,
    ViewPoint,
    ViewShare,
)
from tests.contract.desk_extras.desk import Desk, Person, narrow, running_desk
from tests.contract.desk_extras.test_screens import publish

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EVIL = "=HYPERLINK(1)"


@pytest.fixture
def desk(sqlite: Engine) -> Iterator[Desk]:
    with running_desk(sqlite) as made:
        yield made


class Counter:
    """Stands in for the counter's worker: answers each question, and notes it."""

    def __init__(self) -> None:
        self.asked: list[Query] = []

    def __call__(self, query: Query) -> Any:
        self.asked.append(query)
        at = datetime(2026, 10, 14, 17, tzinfo=UTC)
        story = ViewedArticle(id=1, title=EVIL, path="/x-1", section_name="Kinh tế", views=1234, total=5678)
        points = (ViewPoint(at=at, views=1200, readers=900), ViewPoint(at=at + timedelta(days=1), views=34))
        sources = (ViewShare(key="", name="", views=900), ViewShare(key="tim.example", name="tim.example", views=300))
        answers: dict[type[Query], Any] = {
            SiteStatistics: SiteStatisticsAnswer(
                views=1234, days=points, articles=(story,), sources=sources,
                sections=(ViewShare(key="kinh-te", name="Kinh tế", views=1234),),
                authors=(ViewShare(key="lan-anh", name="@Lan Anh", views=1234),),
            ),
            ArticleStatistics: ArticleStatisticsAnswer(article=story, opening_views=5000, hours=points, days=points),
            LiveNow: LiveNowAnswer(readers=7, views_5_minutes=9, views_60_minutes=88, curve=points, articles=(story,)),
            ViewAudit: ViewAuditAnswer(hours=(ViewAuditHour(at=at, accepted=1200, rejected={"bot": 55}),)),
        }  # fmt: skip
        return answers[type(query)]


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    made = Counter()
    monkeypatch.setattr(statistics, "ask", made)
    return made


def test_statistics_are_shown_as_people_write_numbers(desk: Desk, sqlite: Engine, counter: Counter) -> None:
    story = publish(sqlite)
    chief = desk.sign_in(Role.chief)
    page = words(chief.get("/so-lieu?tu=2026-10-01&den=2026-10-20&muc=kinh-te"))
    assert "1.234 lượt xem từ 01/10/2026 đến 20/10/2026." in page
    assert "5.678" in page and "Vào thẳng, không rõ nguồn" in page and "tim.example" in page
    assert counter.asked[-1] == SiteStatistics(first=date(2026, 10, 1), last=date(2026, 10, 20), section_slug="kinh-te")
    # Days begin at midnight in Vietnam, seven hours before that of UTC.
    assert "15/10/2026" in page
    page = words(chief.get(f"/so-lieu/bai/{story}"))
    assert "5.678 lượt xem từ trước đến nay (gồm 5.000 lượt mang từ trang cũ)" in page
    assert "88" in words(chief.get("/bay-gio")) and "<html" not in chief.get("/bay-gio/phan")
    page = words(chief.get("/so-lieu/kiem-dem"))
    assert "1.200" in page and "máy tự động" in page
    # Nonsense is the last thirty days.
    chief.get("/so-lieu?tu=2026-10-20&den=2026-10-01&ky=12")
    asked = counter.asked[-1]
    assert isinstance(asked, SiteStatistics) and (asked.last - asked.first).days == 29


def test_statistics_as_files_hold_numbers_and_no_formulas(desk: Desk, counter: Counter) -> None:
    chief = desk.sign_in(Role.chief)
    where = "/so-lieu?tu=2026-10-01&den=2026-10-20&xuat="
    table = download(chief, where + "csv", "so-lieu-2026-10-01-2026-10-20.csv")
    assert table.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(table.decode("utf-8-sig")))
    assert header == ["Mã", "Tên bài", "Chuyên mục", "Lượt xem trong kỳ", "Tổng lượt xem"]
    assert row == ["1", f"'{EVIL}", "Kinh tế", "1234", "5678"]
    book = workbook(download(chief, where + "xlsx", "so-lieu-2026-10-01-2026-10-20.xlsx"))
    assert list(book) == ["Bài", "Ngày", "Chuyên mục", "Tác giả", "Nguồn"]
    assert book["Bài"][1] == [1, EVIL, "Kinh tế", 1234, 5678]
    assert book["Tác giả"][1] == ["@Lan Anh", 1234]
    assert book["Nguồn"][1] == ["Vào thẳng, không rõ nguồn", 900]


def test_royalties_are_shared_to_the_last_dong_and_seen_by_their_author(desk: Desk, sqlite: Engine) -> None:
    publish(sqlite, title="Bài ba người", byline="Lan Anh, Mai Hoa, Hà Vy", published_at="2026-10-15T09:00:00+07:00")
    publish(sqlite, title=EVIL, byline="Lan Anh", published_at="2026-10-31T23:30:00+07:00")
    chief = desk.sign_in(Role.chief)
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
    own = words(desk.sign_in(Role.reporter, "Mai Hoa").get("/nhuan-but?thang=2026-10"))
    assert "phần của tôi" in own and "Lan Anh" not in own and EVIL not in own


def test_drafts_are_searched_within_ones_own_desks(desk: Desk, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    hit = SearchHit(
        id=1, title="Mùa <cà phê>", url="/x-1", section="Kinh tế", section_slug="kinh-te", published_at=None,
        summary="", highlight="Vụ <mark>cà phê</mark> mới", status="draft",
    )  # fmt: skip

    def search(query: Any) -> SearchAnswer:
        asked.append(query)
        return SearchAnswer(total=1, took_ms=1.0, results=(hit,))

    monkeypatch.setattr(draft_search, "ask", search)
    publish(sqlite, status="draft")
    page = desk.sign_in(Role.chief).get("/tim?q=cà phê&xep=moi")
    assert "Mùa &lt;cà phê&gt;" in page and "<mark>cà phê</mark>" in page and "Bản nháp" in page
    assert asked[-1].drafts and asked[-1].draft_sections is None and asked[-1].sort == "newest"
    reporter = desk.sign_in(Role.reporter)
    narrow(sqlite, "reporter1@bao.example")
    reporter.get("/tim?q=cà phê")
    assert asked[-1].draft_sections == ()


def words(page: str) -> str:
    """A page's text, blanks as one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def download(who: Person, path: str, name: str) -> bytes:
    answer = who.client.get(f"/desk{path}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    return answer.content


def workbook(content: bytes) -> dict[str, list[list[Any]]]:
    """Sheet name → rows of what cells hold, empty ones left out; fails on a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [one.get("name", "") for one in fromstring(parts.read("xl/workbook.xml")).iter(f"{_SHEET}sheet")]
        texts = [
            "".join(part.text or "" for part in one.iter(f"{_SHEET}t"))
            for one in fromstring(parts.read("xl/sharedStrings.xml")).iter(f"{_SHEET}si")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            sheet = fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
            assert sheet.find(f".//{_SHEET}f") is None, f"a formula in {name}"
            found[name] = [[_cell(cell, texts) for cell in row] for row in sheet.iter(f"{_SHEET}row")]
    return found


def _cell(cell: Any, texts: list[str]) -> Any:
    value = cell.findtext(f"{_SHEET}v", "")
    return texts[int(value)] if cell.get("t") == "s" else float(value) if value else ""
