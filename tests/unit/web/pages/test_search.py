"""The search page in each of its states."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast
from unittest.mock import Mock

import pytest

from services.web import only_ones
from services.web.asked import State
from services.web.page import Page, Site
from services.web.pages import search
from services.web.responding import Responder
from services.web.searching import BadQuery, NamesOfToday, read_query, with_names_of_today
from shared.contracts.articles import Tag
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit
from shared.contracts.events import AuthorsChanged, SigningAuthor
from shared.vietnamese.dates import VIETNAM, vietnam_day
from tests.contract.web.conftest import delivered
from tests.unit.web.pages.conftest import Paper
from tests.unit.web.pages.reader import Reader

THU_HOA = delivered(AuthorsChanged(version=1, authors=(SigningAuthor(id=7, names=("Thu Hòa", "Hòa")),)), 1)
HIT = SearchHit(
    id=40,
    title="Chợ phiên",
    url="/kinh-te/cho-phien-muong-suong-40",
    section="Kinh tế",
    section_slug="kinh-te",
    published_at=datetime(2023, 1, 9, 10, 59, tzinfo=UTC),
    summary="Tóm tắt",
    highlight="Sáng sớm, <mark>chợ</mark> đã đông &lt;b&gt;",
)
FACETS = {
    "section": [{"value": "kinh-te", "label": "Kinh tế", "count": 1234}],
    "year": [{"value": 2023, "label": "2023", "count": 5}],
}


def test_results_with_marks_facets_and_the_next_page(paper: Paper) -> None:
    query = SearchArticles(q="chợ phiên", section="kinh-te", date_from=datetime(2023, 1, 1, tzinfo=UTC))
    answer = SearchAnswer(total=45, took_ms=2, suggestion="chợ phiên vùng cao", results=(HIT,), facets=FACETS)
    page = paper.make(search.search, query, answer, "chợ phiên")
    reader = Reader(page.body)
    assert page.status == 200
    assert "45 bài cho “chợ phiên”, trang 1 / 3" in reader.words
    assert "<mark>chợ</mark> đã đông &lt;b&gt;" in page.body
    assert HIT.url in reader.links
    assert "17:59 - Thứ Hai, 09/01/2023" in reader.words
    kept = "q=ch%E1%BB%A3+phi%C3%AAn&section=kinh-te&from=2023-01-01"
    assert f"/tim-kiem?{kept}&trang=2" in reader.links
    assert "/tim-kiem?q=ch%E1%BB%A3+phi%C3%AAn&section=kinh-te&from=2023-01-01&to=2023-12-31" in reader.links
    assert "Kinh tế (1.234)" in reader.words
    assert "noindex" in reader.metas["robots"]


def test_other_names_of_places_are_told(paper: Paper) -> None:
    answer = SearchAnswer(total=1, took_ms=1, also=("Bắc Ninh",), results=(HIT,))
    page = paper.make(search.search, SearchArticles(q="Bắc Giang"), answer, "Bắc Giang")
    assert "theo tên trước hay sau sáp nhập: Bắc Ninh. Đặt tên đã gõ trong ngoặc kép" in Reader(page.body).words


def test_a_result_shows_the_small_picture_that_lists_show(paper: Paper) -> None:
    unknown = HIT.model_copy(update={"id": 999, "image": "/media/aa/elsewhere.jpg"})
    answer = SearchAnswer(total=2, took_ms=1, results=(HIT, unknown))
    body = paper.make(search.search, SearchArticles(q="chợ"), answer, "chợ").body
    assert "-480.webp 480w" in body
    assert 'fetchpriority="high"' in body
    assert "elsewhere.jpg" not in body


def test_search_away_is_said_honestly(paper: Paper) -> None:
    page = paper.make(search.search, SearchArticles(q="chợ"), None, "chợ")
    assert page.status == 503
    assert "Chức năng tìm kiếm đang tạm nghỉ." in page.body
    assert 'value="chợ"' in page.body
    assert "\x00part:latest\x00" in page.body


@pytest.mark.parametrize(("typed", "problem", "status"), [("", "", 200), ("x" * 300, "Câu tìm dài quá.", 422)])
def test_the_form_alone_and_what_cannot_be_meant(paper: Paper, typed: str, problem: str, status: int) -> None:
    page = paper.make(search.search, None, None, typed, problem)
    assert page.status == status
    assert problem in page.body


def test_nothing_found_is_said_once_with_what_to_try(paper: Paper) -> None:
    query = SearchArticles(q="zzz", section="kinh-te", author="ai-do")
    page = paper.make(search.search, query, SearchAnswer(total=0, took_ms=1), "zzz")
    reader = Reader(page.body)
    assert reader.words.count("Không tìm thấy bài nào có “zzz”.") == 1
    assert "0 bài" not in reader.words
    assert {"/tim-kiem?q=zzz", "/doc-nhieu", "/kinh-te"} <= set(reader.links)


def test_what_narrows_the_search_is_seen_and_can_be_taken_away(paper: Paper) -> None:
    first, last = datetime(2023, 1, 1, tzinfo=VIETNAM), datetime(2023, 12, 31, 23, 59, 59, tzinfo=VIETNAM)
    query = SearchArticles(q="chợ", section="kinh-te", date_from=first, date_to=last)
    reader = Reader(paper.make(search.search, query, SearchAnswer(total=1, took_ms=1, results=(HIT,)), "chợ").body)
    assert "Bỏ điều kiện Chuyên mục: Kinh tế" in reader.words and "Bỏ điều kiện Năm 2023" in reader.words
    assert "/tim-kiem?q=ch%E1%BB%A3&from=2023-01-01&to=2023-12-31" in reader.links
    assert "/tim-kiem?q=ch%E1%BB%A3&section=kinh-te" in reader.links
    page = paper.make(search.search, query.model_copy(update={"sort": "newest"}), SearchAnswer(total=1, took_ms=1), "")
    assert "Bỏ điều kiện Mới nhất trước" in Reader(page.body).words
    # What is seen so needs no open form above the results.
    assert "<details>" in page.body
    today = vietnam_day(datetime.now(UTC)).isoformat()
    assert f"/tim-kiem?q=ch%E1%BB%A3&section=kinh-te&from={today}&to={today}" in reader.links


def test_what_a_facet_has_narrowed_to_is_told_from_what_it_could(paper: Paper) -> None:
    query = SearchArticles(q="chợ", section="kinh-te")
    facets = {"section": [*FACETS["section"], {"value": "thoi-su", "label": "Thời sự", "count": 2}]}
    body = paper.make(search.search, query, SearchAnswer(total=1, took_ms=1, results=(HIT,), facets=facets), "chợ").body
    assert re.findall('aria-current="true">(.*?)</a>', body) == ["Kinh tế (1.234)"]


def test_what_is_called_so_stands_above_the_articles(paper: Paper) -> None:
    page = paper.make(search.search, SearchArticles(q="kinh te"), SearchAnswer(total=0, took_ms=1), "kinh te")
    assert "Chuyên mục: Kinh tế" in Reader(page.body).words


@pytest.mark.parametrize(
    ("typed", "above"),
    [
        ("quang long", ["Tác giả: Quang Long"]),
        ("tin của quang long", ["Tác giả: Quang Long"]),
        ("Quảng Long", []),
        ("kinh tế nông nghiệp", ["Chuyên mục: Kinh tế", "Chuyên mục: Nông nghiệp"]),
        ("tet", ["Từ khóa: Tết"]),
        ("tet o ban", []),
    ],
)
def test_authors_tags_and_sections_that_are_meant_stand_above(paper: Paper, typed: str, above: list[str]) -> None:
    """Of one word only just that is meant: many names have it."""
    hit = HIT.model_copy(update={"tags": (Tag(slug="tet", name="Tết"), Tag(slug="khong-co", name="Bản"))})
    facets = {"author": [{"value": "quang-long", "label": "Quang Long", "count": 3}]}
    answer = SearchAnswer(total=1, took_ms=1, results=(hit,), facets=facets)
    body = paper.make(search.search, SearchArticles(q=typed), answer, typed).body
    stands = re.search(r'aria-label="Trang riêng">(.*?)</nav>', body, re.DOTALL)
    assert re.findall("<strong>(.*?)</strong>", stands[1] if stands else "") == above


def test_hits_have_the_tags_of_today() -> None:
    hit = HIT.model_copy(update={"tags": (Tag(slug="covid", name="Covid"), Tag(slug="covid-19", name="Covid-19"))})
    found = SearchAnswer(total=1, took_ms=1, results=(hit,)).model_dump()
    now = with_names_of_today(found, NamesOfToday(merged={"covid": Tag(slug="covid-19", name="Covid-19")}))
    assert now["results"][0]["tags"] == [{"slug": "covid-19", "name": "Covid-19"}]


def test_days_that_cannot_be_meant_stay_in_the_form(paper: Paper) -> None:
    asked = {"q": "chợ", "from": "2023-02-01", "to": "2023-01-01"}
    with pytest.raises(BadQuery) as bad:
        read_query(asked)
    assert [error["field"] for error in bad.value.errors] == ["to"]
    page = paper.make(search.search, None, None, "chợ", str(bad.value), asked)
    assert page.status == 422 and "Ngày cuối phải từ ngày đầu trở đi." in page.body
    assert 'value="2023-02-01"' in page.body and 'value="2023-01-01"' in page.body


def test_what_is_wrong_is_called_by_its_name_where_no_field_shows_it(paper: Paper) -> None:
    """A page that no field of the form has; blanks that look like nothing."""
    with pytest.raises(BadQuery, match=r"^Số trang phải từ 1 đến 500\.$"):
        read_query({"q": "chợ", "page": "999"})
    with pytest.raises(BadQuery, match=r"^Không có ngày như vậy; ngày viết như 2023-01-09\.$"):
        read_query({"q": "chợ", "from": "2026-13-01"})
    page = paper.make(search.search, None, None, "  ", "Hãy nhập từ cần tìm.")
    assert "<title>Tìm kiếm - " in page.body


@pytest.mark.parametrize(
    ("total", "nearest", "said"),
    [
        (1234, 3, "1.234 bài có đủ từ, và những bài gần nhất"),
        (0, 20, "Không bài nào có đủ từ; đây là những bài gần nhất"),
        (7, 0, "7 bài cho “chợ phiên vùng cao”"),
    ],
)
def test_it_is_said_what_has_all_the_words(paper: Paper, total: int, nearest: int, said: str) -> None:
    answer = SearchAnswer(total=total, nearest=nearest, took_ms=1, results=(HIT,))
    page = paper.make(search.search, SearchArticles(q="chợ phiên vùng cao"), answer, "chợ phiên vùng cao")
    assert said in Reader(page.body).words


def test_a_highlight_with_foreign_markup_is_not_believed(paper: Paper) -> None:
    hit = HIT.model_copy(update={"highlight": "<img src=x onerror=alert(1)>", "highlight_title": "<b>x</b>"})
    page = paper.make(search.search, SearchArticles(q="x"), SearchAnswer(total=1, took_ms=1, results=(hit,)), "x")
    assert "<img src=x" not in page.body
    assert "<b>x" not in page.body


class _Reads:
    """As a Responder reads, without its threads."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    async def work(self, read: Callable[[Site], object]) -> object:
        return self._paper.make(cast("Callable[..., Page]", read))


@pytest.mark.parametrize(
    ("section", "below"), [("kinh-te", ("nong-nghiep",)), ("nong-nghiep", ()), ("khong-co", ()), ("", ())]
)
def test_a_section_is_searched_with_all_below_it(paper: Paper, section: str, below: tuple[str, ...]) -> None:
    web = State(cast(Responder, _Reads(paper)), Mock(), Mock(), Mock())
    assert asyncio.run(web.meant(SearchArticles(q="chợ", section=section))).below == below


def test_who_is_asked_for_by_name_or_number_is_one_person(paper: Paper) -> None:
    only_ones.set_authors(paper.engine, [THU_HOA])
    web = State(cast(Responder, _Reads(paper)), Mock(), Mock(), Mock())
    asked = {
        "7": ("Thu Hòa", "Hòa"),
        "HOÀ": ("Thu Hòa", "Hòa"),
        "Hoa": ("Hoa",),
        "hoa": (),
        "8": (),
    }
    for author, names in asked.items():
        assert asyncio.run(web.meant(SearchArticles(author=author, q=""))).signed == names, author


def test_facets_name_people_and_count_what_they_sign_with_all_names(paper: Paper) -> None:
    only_ones.set_authors(paper.engine, [THU_HOA])
    rows = (("hòa", "HÒA", 3), ("hoa", "Hoa", 2), ("thu hòa", "Thu Hòa", 1))
    facets = {"author": [{"value": value, "label": label, "count": count} for value, label, count in rows]}
    answer = SearchAnswer(total=6, took_ms=2, results=(HIT,), facets=facets)
    reader = Reader(paper.make(search.search, SearchArticles(q="chợ"), answer, "chợ").body)
    assert "Thu Hòa (4)" in reader.words and "Hoa (2)" in reader.words
    assert {"/tim-kiem?q=ch%E1%BB%A3&author=7", "/tim-kiem?q=ch%E1%BB%A3&author=Hoa"} <= set(reader.links)
    narrowed = Reader(paper.make(search.search, SearchArticles(q="chợ", author="7"), answer, "chợ").body)
    assert "Tác giả: Thu Hòa" in narrowed.words
