"""The list of articles, narrowed by author, day and section; filters that people keep."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import reading, workflow
from services.ingest.authors.store import authors
from services.ingest.kit.json_input import read_fields
from shared.vietnamese.dates import VIETNAM, vietnam_day
from tests.contract.ingest.desk import HOUSE, Desk, Person

TODAY = vietnam_day(datetime.now(UTC))


def titles(who: Person, **asked: Any) -> list[str]:
    page = who.get(f"/bai?{urlencode(asked)}")
    assert page.status_code == 200, page.text[:500]
    return sorted(re.findall(r'class="title-link"[^>]*>([^<]+)', page.text))


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


def test_a_step_is_taken_with_several_stories_as_they_were_listed(desk: Desk) -> None:
    reporter, editor = desk.be("reporter"), desk.be("editor", section="kinh-te")
    one, two, changed = (desk.article(by=reporter.actor_name, title=f"Bài {n}").id for n in range(3))
    foreign = desk.article(title="Bài của ban khác", section="van-hoa").id
    listed = {"id": [one, two, changed], **{f"version-{id_}": 1 for id_ in (one, two, changed, foreign)}}
    store.replace_article(desk.store, changed, given(title="Đã đổi"), HOUSE, 1)
    said = reporter.post("/bai/buoc", {**listed, "to": "submitted", "mine": "1"}, follow_redirects=True).text
    assert "2 bài chuyển sang bước “Chờ biên tập”. 1 bài không chuyển được" in said
    assert statuses(desk, one, two, changed) == ["submitted", "submitted", "draft"]
    listed = {"id": [one, foreign], **{f"version-{id_}": 2 for id_ in (one, two)}, f"version-{foreign}": 1}
    editor.post("/bai/buoc", {**listed, "to": "edited"})
    assert statuses(desk, one, foreign) == ["edited", "draft"], "another section's stays where it is"
    assert editor.post("/bai/buoc", {**listed, "id": [two], "to": "approved"}).status_code == 403
    assert editor.post("/bai/buoc", {**listed, "id": [two], "to": "draft"}).status_code == 422, "a reason is wanted"
    assert editor.post("/bai/buoc", {"id": [two], "to": "draft", "note": "Thiếu ảnh"}).status_code == 422
    assert editor.post("/bai/buoc", {**listed, "id": [two], "to": "draft", "note": "Thiếu ảnh"}).is_redirect
    assert statuses(desk, two) == ["draft"]


def test_the_next_story_that_waits_is_one_press_away(desk: Desk) -> None:
    editor, reporter = desk.be("editor", section="kinh-te"), desk.be("reporter")
    here, next_, foreign = (desk.article(by=HOUSE.name, title=f"Bài {n}").id for n in range(3))
    waiting = [here, next_]
    for id_ in waiting:
        workflow.move(desk.store, id_, "submitted", HOUSE)
    told = f'Bài tiếp theo chờ bạn: <a href="/desk/bai/{next_}">Bài 1</a>'
    assert told in editor.get(f"/bai/{here}").text
    assert "Bài tiếp theo chờ bạn" not in reporter.get(f"/bai/{here}").text
    editor.post(f"/bai/{next_}/buoc", {"to": "edited"})
    assert "Bài tiếp theo chờ bạn" not in editor.get(f"/bai/{here}").text
    assert statuses(desk, foreign) == ["draft"]


def statuses(desk: Desk, *ids: int) -> list[str]:
    return [str(reading.article(desk.store, id_)["status"]) for id_ in ids]


def given(**fields: Any) -> ArticleInput:
    told = {"title": "Họp chợ phiên", "body": "<p>Chợ họp từ sáng sớm.</p>", "section": "kinh-te", **fields}
    return read_fields(ArticleInput, told)
