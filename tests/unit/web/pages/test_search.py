"""The search page in each of its states."""

from datetime import UTC, datetime

import pytest

from services.web.pages import search
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit
from tests.unit.web.pages.conftest import Paper
from tests.unit.web.pages.reader import Reader

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
    assert "45 bài có “chợ phiên”, trang 1 / 3" in reader.words
    assert "<mark>chợ</mark> đã đông &lt;b&gt;" in page.body
    assert HIT.url in reader.links
    assert "17:59 - Thứ Hai, 09/01/2023" in reader.words
    kept = "q=ch%E1%BB%A3+phi%C3%AAn&section=kinh-te&from=2023-01-01"
    assert f"/tim-kiem?{kept}&trang=2" in reader.links
    assert "/tim-kiem?q=ch%E1%BB%A3+phi%C3%AAn&section=kinh-te&from=2023-01-01&to=2023-12-31" in reader.links
    assert "Kinh tế (1.234)" in reader.words
    assert "noindex" in reader.metas["robots"]


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


def test_nothing_found(paper: Paper) -> None:
    page = paper.make(search.search, SearchArticles(q="zzz"), SearchAnswer(total=0, took_ms=1), "zzz")
    assert "Không tìm thấy bài nào." in page.body


@pytest.mark.parametrize(
    ("total", "nearest", "said"),
    [
        (1234, 3, "1.234 bài có đủ từ, và những bài gần nhất"),
        (0, 20, "Không bài nào có đủ từ; đây là những bài gần nhất"),
        (7, 0, "7 bài có “chợ phiên vùng cao”"),
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
