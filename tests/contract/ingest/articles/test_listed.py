"""The list of articles, narrowed by author, day and section; filters that people keep."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.ingest.articles.store import articles as store
from services.ingest.authors.store import authors
from shared.vietnamese.dates import VIETNAM, vietnam_day
from tests.contract.ingest.desk import HOUSE, Desk, Person

TODAY = vietnam_day(datetime.now(UTC))


def titles(who: Person, **asked: Any) -> list[str]:
    page = who.get(f"/bai?{urlencode(asked)}")
    assert page.status_code == 200, page.text[:500]
    return sorted(re.findall(r'class="title-link" href="[^"]+">([^<]+)', page.text))


@pytest.fixture
def stories(desk: Desk) -> Desk:
    """Of yesterday, of today, to come tomorrow, and not out."""
    midnight = datetime.combine(TODAY, datetime.min.time(), VIETNAM)
    for title, at, byline in (
        ("Hôm qua", midnight - timedelta(minutes=1), "Bài: Hòa Bình"),
        ("Hôm nay", midnight, "Bài: Hoa Bình"),
        ("Ngày mai", midnight + timedelta(days=1), "Ảnh: H.B."),
    ):
        id_ = desk.article(title=title, byline=byline, published_at=at.isoformat()).id
        store.publish(desk.store, id_, HOUSE, at=at)
    desk.article(title="Bản nháp", section="van-hoa", byline="Bài: HOÀ BÌNH")
    return desk


def test_stories_are_found_by_who_signed_them_and_when_they_are_out(stories: Desk) -> None:
    who = stories.be("secretary")
    assert titles(who, **{"tac-gia": "Hoà Bình"}) == ["Bản nháp", "Hôm qua"], "and not Hoa"
    person = authors.add(stories.store, HOUSE, "Hòa Bình", None)
    authors.sign(stories.store, HOUSE, "H.B.", person)
    assert titles(who, **{"tac-gia": "h.b."}) == ["Bản nháp", "Hôm qua", "Ngày mai"], "all names of that person"
    assert titles(who, khi="hom-nay") == ["Hôm nay"]
    assert titles(who, khi="hom-qua") == ["Hôm qua"]
    assert titles(who, khi="7-ngay") == ["Hôm nay", "Hôm qua"]
    assert titles(who, khi="sap-toi") == ["Ngày mai"]
    assert titles(who, tu=TODAY) == ["Hôm nay", "Ngày mai"]
    assert titles(who, tu=TODAY, den=TODAY, khi="hom-qua") == ["Hôm nay"]
    assert titles(who, khi="hom-nay", theo="sua") == ["Bản nháp", "Hôm nay", "Hôm qua", "Ngày mai"]
    narrow = {"khi": "hom-nay", "theo": "sua", "status": "draft", "section": stories.section_ids["van-hoa"]}
    assert titles(who, **narrow) == ["Bản nháp"]


def test_what_cannot_be_meant_narrows_nothing(stories: Desk) -> None:
    nonsense = {"status": "sai", "section": "9" * 40, "khi": "x", "theo": "x", "tu": "0001-01-01", "den": "2023-02-30"}
    assert len(titles(stories.be("secretary"), **nonsense)) == 4


def test_a_filter_is_kept_by_whoever_made_it(stories: Desk) -> None:
    mine, other = stories.be("editor", "chi.lan"), stories.be("editor", "anh.tu")
    wanted = {"khi": "hom-nay", "theo": "sua", "status": "draft"}
    said = mine.post("/bai/bo-loc", {**wanted, "name": "Nháp & hôm nay"}, follow_redirects=True)
    assert "Đã giữ bộ lọc." in said.text and titles(mine, **wanted) == ["Bản nháp"]
    links = re.findall(r'href="([^"]+)"[^>]*>Nháp &amp; hôm nay</a>', mine.get("/bai").text)
    assert links == ["/desk/bai?status=draft&amp;theo=sua&amp;khi=hom-nay"]
    assert "Nháp &amp; hôm nay" not in other.get("/bai").text
    (number,) = re.findall(r"/desk/bai/bo-loc/(\d+)/xoa", said.text)
    assert other.post(f"/bai/bo-loc/{number}/xoa").status_code == 404
    # The same name again takes its place; twenty are enough.
    mine.post("/bai/bo-loc", {"mine": "1", "name": "Nháp & hôm nay"})
    assert "/desk/bai?mine=1" in mine.get("/bai").text
    assert mine.post("/bai/bo-loc", {"name": "Không lọc gì"}).status_code == 422
    answers = [mine.post("/bai/bo-loc", {"mine": "1", "name": f"Bộ {n}"}).status_code for n in range(20)]
    assert answers == [303] * 19 + [422]
    assert mine.post(f"/bai/bo-loc/{number}/xoa", follow_redirects=True).status_code == 200
    assert "Nháp &amp; hôm nay" not in mine.get("/bai").text
