""" "Tin liên quan" as stories come, change and go."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.search.documents import IndexDocument, from_state, tombstone
from services.search.engines.base import SearchEngine
from services.search.related import Related
from shared.contracts.events import RelatedArticlesChanged
from tests.contract.search.conftest import article
from tests.contract.search.processes import state

FLOOD = "Lũ quét ở suối Nậm Rốm cuốn trôi cầu Bản Lầu trong đêm, bộ đội dựng cầu tạm cho dân."
Comes = Callable[..., dict[int, list[int]]]


@pytest.fixture
def told() -> list[RelatedArticlesChanged]:
    """All that web is told."""
    return []


@pytest.fixture
def comes(engine: SearchEngine, tmp_path: Path, told: list[RelatedArticlesChanged]) -> Iterator[Comes]:
    """These come into the index; then what web knows of each article's related ones."""
    related = Related(engine, tmp_path / "related.db", told.extend)
    known: dict[int, RelatedArticlesChanged] = {}

    def come(*documents: IndexDocument) -> dict[int, list[int]]:
        engine.apply(documents)
        related.indexed(documents)
        while related.run_once():
            pass
        for event in told:
            if event.article_id not in known or event.version > known[event.article_id].version:
                known[event.article_id] = event
        return {article_id: list(event.related) for article_id, event in known.items()}

    yield come


def test_stories_know_those_that_came_after_them(comes: Comes) -> None:
    assert comes(article(1, "Lũ cuốn cầu Bản Lầu", FLOOD)) == {1: []}
    assert comes(article(2, "Quyên góp cho Bản Lầu", FLOOD)) == {1: [2], 2: [1]}
    assert comes(article(3, "Đội bóng áo sọc thắng trận", "Bán kết ở Qatar."))[1] == [2]


def test_what_changed_or_went_is_no_longer_related(comes: Comes, told: list[RelatedArticlesChanged]) -> None:
    comes(article(1, "Lũ cuốn cầu Bản Lầu", FLOOD), article(2, "Dựng cầu Bản Lầu", FLOOD))
    comes(article(3, "Quyên góp cho Bản Lầu", FLOOD))
    assert comes(tombstone(3, 2))[1] == [2]
    assert comes(article(2, "Đội bóng áo sọc thắng trận", "Bán kết ở Qatar.", version=2)) == {1: [], 2: [], 3: [2, 1]}
    told.clear()
    comes(article(4, "Giá vàng hôm nay", "Vàng miếng tăng giá."))
    assert [event.article_id for event in told] == [4]  # what is as it was is not told again


def test_tags_and_section_say_what_is_related(comes: Comes) -> None:
    related = comes(
        article(1, "Cô đỡ của bản", "Chị giữ cuốn sổ ghi tên trẻ sinh ở bản cao.", extra="Y tế cơ sở\nTin: Thu"),
        article(2, "Máy siêu âm về xã", "Người già không phải đi xa nữa.", extra="Y tế cơ sở"),
        article(3, "Trẻ ở bản cao học đàn", "Ở bản cao có lớp học đàn.", extra="Âm nhạc", section_slug="van-hoa"),
    )
    assert related[1][0] == 2


def test_who_wrote_and_what_is_pictured_relates_nothing(comes: Comes) -> None:
    comes(*(article(number, f"Chuyện số {number}", "Ở bản cao, chị giữ rừng.", tags=()) for number in range(4, 9)))
    same, health = "Chị giữ cuốn sổ ghi tên trẻ sinh ở bản cao.", (("y-te", "Y tế"),)
    related = comes(
        article(1, "Cô đỡ của bản", same, extra="Y tế\nAn\nSuối Lạ", tags=health),
        article(2, "Máy siêu âm về", same, extra="Y tế\nThu", tags=health),
        article(3, "Trẻ học đàn", same, extra="Âm nhạc\nAn\nSuối Lạ", tags=(("am-nhac", "Âm nhạc"),)),
    )
    assert related[1][0] == 2


def test_what_an_editor_linked_to_comes_first(comes: Comes) -> None:
    body = '<p>Xem <a href="/the-thao/tran-dau-3">trận đấu</a>, <a href="https://example.org/a/b-2">ngoài</a></p>'
    links = from_state(state(4, "Lũ cuốn cầu Bản Lầu", f"<p>{FLOOD}</p>{body}"))
    assert comes(article(2, "Dựng cầu", FLOOD), article(3, "Trận đấu", "Bán kết ở Qatar."), links)[4] == [3, 2]
