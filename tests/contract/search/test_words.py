"""What editors say of readers' words: other names, and the article that answers a query. Live without reindexing."""

import pytest

from services.search.engines.base import SearchEngine
from services.search.engines.choose import make_engine
from shared.contracts.events import SearchRule
from tests.contract.search.conftest import Reader, article, put
from tests.wait import until

RULES = (
    SearchRule(words=("UBND", "Ủy ban nhân dân")),
    SearchRule(words=("giá vàng", "vàng hôm nay"), article_id=4),
)
STORIES = [
    article(1, "UBND huyện họp", "Lãnh đạo bàn việc làm đường."),
    article(2, "Ủy ban nhân dân tỉnh trả lời", "Dân hỏi về đất."),
    article(3, "Ủy viên nhân đạo thăm dân bản", "Ban tổ chức đi cùng."),
    article(4, "Bảng giá hôm nay", "Cập nhật từng giờ."),
    article(5, "Giá vàng tăng", "Vàng miếng đắt hơn."),
]


@pytest.fixture(autouse=True)
def _paper(engine: SearchEngine) -> None:
    put(engine, STORIES)


def test_other_names_are_found_by_either(engine: SearchEngine, reader: Reader) -> None:
    assert reader.ids("UBND") == [1]
    engine.keep_words(1, RULES)
    assert set(reader.ids("UBND")) == {1, 2}
    assert set(reader.ids("ubnd họp")) == {1}
    for typed in ("ủy ban nhân dân", "uy ban nhan dan", "uỷ ban nhân dân"):
        assert {1, 2} <= set(reader.ids(typed)[:2])
    assert reader.search("UBND").total == 2
    assert reader.ids('"UBND"') == [1]  # in quotes just these letters


def test_the_article_that_editors_put_first_leads(engine: SearchEngine, reader: Reader) -> None:
    engine.keep_words(1, RULES)
    assert reader.ids("giá vàng") == [4, 5]
    assert reader.ids("gia vang")[0] == 4
    assert reader.ids("Vàng hôm nay")[0] == 4
    assert reader.ids("giá vắng")[0] != 4  # other marks are another word
    assert reader.ids("giá vàng tăng")[0] == 5
    assert reader.ids("giá vàng", sort="newest") == [5]
    assert 4 not in reader.ids("giá vàng", section="the-thao")
    put(engine, [article(4, version=2, status="unpublished")])
    assert reader.ids("giá vàng") == [5]


def test_every_process_knows_them_within_seconds_and_older_ones_come_too_late(engine: SearchEngine) -> None:
    other = make_engine()
    try:
        engine.keep_words(2, RULES)
        engine.keep_words(1, ())
        until(lambda: other.words().version == 2, 5, "who only asks knows them")
        engine.begin()
        engine.switch()  # the words do not go with the index
        until(lambda: not other.current().documents([1]), 5, "the new index is searched")
        assert other.words().version == 2
    finally:
        other.close()
