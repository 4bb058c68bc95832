"""Totals, pages, sections, dates, facets, highlights; and that drafts never leak."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.search.documents import from_state, tombstone
from services.search.engines.base import Index, SearchEngine, SearchFilter
from services.search.queries import plan, read
from shared.contracts.articles import Tag
from tests.contract.search.conftest import Reader, article, put
from tests.contract.search.made_paper import made_paper
from tests.contract.search.processes import state


def test_totals_and_pages_are_honest(engine: SearchEngine, reader: Reader) -> None:
    paper = made_paper(60)
    put(engine, paper)
    total = reader.search("dien bien").total
    assert total == sum("Điện Biên" in f"{one.title} {one.summary} {one.text}" for one in paper)
    for sort in ("relevance", "newest"):
        pages = [reader.ids("dien bien", sort=sort, page=page, size=4) for page in range(1, 30)]
        found = [number for page in pages for number in page]
        assert len(found) == len(set(found)) == total
        assert all(len(page) in (0, 4, total % 4) for page in pages)
    assert reader.search("dien bien", page=500, size=100).total == total
    assert reader.ids("dien bien", page=500, size=100) == []


def test_newest_first(engine: SearchEngine, reader: Reader) -> None:
    paper = made_paper(40)
    put(engine, paper)
    times = {one.id: one.published_at for one in paper}
    for typed in ("", "tet", "dien bien"):
        found = [times[number] for number in reader.ids(typed, sort="newest", size=100)]
        assert found == sorted(found, reverse=True)


def test_sections_authors_and_dates_narrow_down(engine: SearchEngine, reader: Reader) -> None:
    paper = made_paper(60)
    put(engine, paper)
    from_ = datetime(2022, 1, 1, tzinfo=UTC)
    to = datetime(2022, 12, 31, 23, 59, 59, tzinfo=UTC)

    def expected(**wanted: object) -> set[int]:
        return {one.id for one in paper if all(getattr(one, name) == value for name, value in wanted.items())}

    assert set(reader.ids("", section="kinh-te", size=100)) == expected(section_slug="kinh-te")
    assert set(reader.ids("", author="tac-gia-3", size=100)) == expected(authors=(("tac-gia-3", "Tác giả 3"),))
    dated = {one.id for one in paper if from_.timestamp() <= one.published_at <= to.timestamp()}
    assert set(reader.ids("", date_from=from_, date_to=to, size=100)) == dated
    assert dated and len(dated) < 60
    both = reader.search("dien bien", section="thoi-su", date_from=from_, size=100)
    assert {hit.id for hit in both.results} <= expected(section_slug="thoi-su")
    assert reader.search("", section="khong-co").total == 0
    below = reader.ids("", section="kinh-te", below=("thoi-su", "khong-co"), size=100)
    assert set(below) == expected(section_slug="kinh-te") | expected(section_slug="thoi-su")


def test_the_bounds_of_dates_belong_to_them(engine: SearchEngine, reader: Reader) -> None:
    at = datetime(2023, 1, 9, 10, 59, tzinfo=UTC)
    put(engine, [article(1, published_at=int(at.timestamp()))])
    second = timedelta(seconds=1)
    assert reader.search("", date_from=at, date_to=at).total == 1
    assert reader.search("", date_from=at + second).total == 0
    assert reader.search("", date_to=at - second).total == 0


def test_facets_count_what_is_found(engine: SearchEngine, reader: Reader) -> None:
    put(
        engine,
        [
            article(
                1, "Chợ hoa", section_slug="van-hoa", section_name="Văn hoá", authors=(("quang-long", "Quang Long"),)
            ),
            article(
                2,
                "Chợ hoa",
                section_slug="van-hoa",
                section_name="Văn hóa",
                authors=(("an", "An"), ("quang-long", "Quang Long")),
            ),
            article(3, "Chợ hoa", published_at=1_672_506_000),  # 00:00 on 1 January 2023 in Vietnam, still 2022 in UTC
            article(4, "Chợ hoa nháp", status="draft"),
            article(5, "Chuyện khác"),
        ],
    )
    facets = reader.search("chợ hoa").facets
    assert [(row["value"], row["count"]) for row in facets["section"]] == [("van-hoa", 2), ("thoi-su", 1)]
    assert facets["section"][0]["label"] in ("Văn hoá", "Văn hóa")
    assert facets["year"] == [{"value": "2023", "label": "2023", "count": 3}]
    assert facets["author"][0] == {"value": "quang long", "label": "Quang Long", "count": 2}


def test_authors_whose_names_differ_in_a_mark_are_told_apart(engine: SearchEngine, reader: Reader) -> None:
    signed = [(1, "Hoa"), (2, "Hòa"), (3, "HÓA"), (4, "HOÀ"), (5, "Thu Hòa")]
    put(engine, [article(number, "Chợ", authors=(("hoa", name),)) for number, name in signed])
    assert sorted(reader.ids("chợ", author="hoa")) == [1, 2, 3, 4, 5], "the slug that they share"
    assert sorted(reader.ids("chợ", author="Hòa", signed=("Hòa",))) == [2, 4]
    assert sorted(reader.ids("", author="7", signed=("Hòa", "Thu Hòa"))) == [2, 4, 5]
    counted = [(row["label"].casefold(), row["count"]) for row in reader.search("chợ").facets["author"]]
    assert len(counted) == 4 and counted[0] in (("hòa", 2), ("hoà", 2))


def test_a_story_is_found_in_its_second_section_and_drafts_leak_by_none(engine: SearchEngine, reader: Reader) -> None:
    put(
        engine,
        [
            article(1, "Chợ", section_slug="kinh-te", section_name="Kinh tế", second_section="van-hoa"),
            article(2, "Chợ", section_slug="van-hoa", section_name="Văn hóa"),
            article(3, "Chợ", section_slug="kinh-te", section_name="Kinh tế"),
            article(4, "Chợ", section_slug="kinh-te", second_section="van-hoa", status="draft"),
        ],
    )
    assert sorted(reader.ids("chợ", section="van-hoa")) == [1, 2]
    assert sorted(reader.ids("chợ", section="kinh-te")) == [1, 3]
    counted = {row["value"]: (row["label"], row["count"]) for row in reader.search("chợ").facets["section"]}
    assert counted == {"van-hoa": ("Văn hóa", 2), "kinh-te": ("Kinh tế", 2)}
    # Who may read the drafts of one section reads none that another section merely gives it.
    assert sorted(reader.ids("chợ", drafts=True, draft_sections=("van-hoa",))) == [1, 2, 3]
    assert sorted(reader.ids("chợ", drafts=True, draft_sections=("kinh-te",))) == [1, 2, 3, 4]


def test_hits_tell_their_tags_as_they_were_typed(engine: SearchEngine, reader: Reader) -> None:
    tags = (Tag(slug="gia-vang", name="Giá vàng"), Tag(slug="sjc", name="SJC"))
    put(engine, [from_state(state(1, "Chợ hoa", tags=tags))])
    assert reader.hits("cho hoa")[0].tags == tags
    # Stored before tags stood apart: what may be one, and no byline or caption.
    held = article(2, "Chợ cá", extra="Giá vàng\nTin, ảnh: Thu\n" + "Một chú thích dài " * 4)
    assert held.tags == (("gia-vang", "Giá vàng"),)


def test_highlights_keep_the_texts_own_marks(engine: SearchEngine, reader: Reader) -> None:
    put(
        engine,
        [
            article(
                1,
                "Tổng thống <Biden> & Thủ đô",
                "Câu mở đầu. " * 40 + "Người dân đón Tết ở Điện Biên. " + "Câu kết. " * 40,
            )
        ],
    )
    hit = reader.hits("don tet dien bien")[0]
    assert "<mark>đón Tết</mark>" in hit.highlight
    assert "<mark>Điện Biên</mark>" in hit.highlight
    assert len(re.sub("<[^>]*>", "", hit.highlight)) < 320
    assert reader.hits("biden")[0].highlight_title == "Tổng thống &lt;<mark>Biden</mark>&gt; &amp; Thủ đô"


def test_editors_find_drafts_and_readers_do_not(engine: SearchEngine, reader: Reader) -> None:
    statuses = ("draft", "submitted", "edited", "approved", "scheduled", "unpublished")
    for number, status in enumerate(statuses, start=1):
        put(engine, [article(number, "Bí mật phòng tin", status=status, section_slug=f"ban-{number % 2}")])
    put(engine, [article(50, "Bí mật đã đăng", section_slug="ban-0")])
    assert reader.ids("bí mật") == [50]
    assert set(reader.ids("bí mật", drafts=True)) == {1, 2, 3, 4, 5, 6, 50}
    assert set(reader.ids("bí mật", drafts=True, draft_sections=("ban-1",))) == {1, 3, 5, 50}
    assert reader.ids("bí mật", drafts=True, draft_sections=()) == [50]


def test_a_word_that_is_typed_again_and_again_finds_what_it_finds_once(engine: SearchEngine, reader: Reader) -> None:
    put(engine, [article(1, "Tài liệu mật"), article(2, "Chuyện chưa ai biết")])
    assert reader.ids("tài tài tai tài tài") == reader.ids("tài") == [1]


_SECRETS = [
    article(number, "Tài liệu mật", "Chuyện chưa ai biết", status=status, section_slug=f"ban-{desk}", version=2)
    for number, (status, desk) in enumerate(
        ((status, desk) for status in ("published", "draft", "approved", "unpublished") for desk in range(3)), start=1
    )
]


@pytest.fixture
def secrets(engine: SearchEngine) -> Index:
    put(engine, [*_SECRETS, tombstone(90, 1)])
    return engine.current()


@given(
    typed=st.lists(st.sampled_from(["tài", "tai", "mật", '"tài liệu"', "-biết", "chuyện", ""]), max_size=4),
    section=st.sampled_from(["", "ban-0", "ban-2"]),
    drafts=st.booleans(),
    desks=st.one_of(st.none(), st.sets(st.sampled_from(["ban-0", "ban-1", "ban-2"]))),
    sort=st.sampled_from(["relevance", "newest"]),
)
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
def test_no_scope_leaks_a_draft(
    secrets: Index,
    typed: list[str],
    section: str,
    drafts: bool,
    desks: set[str] | None,
    sort: Literal["relevance", "newest"],
) -> None:
    scope = SearchFilter(
        sections=(section,) if section else (),
        drafts=drafts,
        draft_sections=None if desks is None else tuple(sorted(desks)),
    )
    found = secrets.search(plan(read(" ".join(typed))), scope, 0, 50, sort)

    def allowed(status: str, desk: str) -> bool:
        if section and desk != section:
            return False
        return status == "published" or (drafts and (desks is None or desk in desks))

    may = {one.id for one in _SECRETS if allowed(one.status, one.section_slug)}
    assert {one.id for one in found.documents} <= may
    assert found.total == len(found.documents)
    assert sum(count for _, _, count in found.facets["section"]) == found.total
    if not any(typed):
        assert {one.id for one in found.documents} == may


def test_drafts_leak_neither_by_suggestion_nor_by_completion(engine: SearchEngine, reader: Reader) -> None:
    from services.search.answers import Answers
    from shared.contracts.commands import SuggestTitles

    put(engine, [article(1, "Thương vụ Hoàng Gia bí mật", status="draft"), article(2, "Giá vàng hôm nay")])
    assert reader.search("thuong vu hoang gia").suggestion is None
    assert Answers(engine).complete(SuggestTitles(q="thuong vu")).results == ()
