"""Provinces and communes are found by their names before and after the mergers of 2025, behind exact ones."""

import pytest

from services.search.engines.base import SearchEngine
from services.search.places import Places, places
from shared.contracts.events import SearchRule
from shared.vietnamese.forms import syllables
from tests.contract.search.conftest import Reader, article, put

STORIES = [
    article(1, "Vải thiều được mùa", "Nông dân tỉnh Bắc Giang thu hoạch vải."),
    article(2, "Bắc Ninh đón khách", "Bắc Ninh mở hội Lim. Tỉnh Bắc Ninh mời khách. Bắc Ninh vui."),
    article(3, "Bắc cầu qua sông Giang", "Người dân Ninh Bình góp công."),
    article(4, "Đường mới", "Xã Mường Phăng khởi công đường vào bản."),
    article(5, "Họp chợ phiên", "Xã Nà Nhạn mở chợ phiên vùng cao."),
    article(6, "Đàm phán hòa bình", "Hai bên gặp nhau ở Phú Thọ."),
    article(7, "Tàu vượt Thái Bình Dương", "Hải trình dài."),
    article(8, "Hưng Yên được mùa nhãn", "Nhãn lồng Hưng Yên."),
    article(9, "Chợ nổi", "Thành phố Hồ Chí Minh và sông nước."),
]


@pytest.fixture(autouse=True)
def _paper(engine: SearchEngine) -> None:
    put(engine, STORIES)


def test_either_name_finds_both_and_the_exact_one_first(reader: Reader) -> None:
    for typed in ("Bắc Giang", "bac giang", "tỉnh Bắc Giang"):
        assert reader.ids(typed)[0] == 1
        assert 2 in reader.ids(typed)
    assert reader.ids("Bắc Ninh")[:2] == [2, 1]
    assert reader.search("Bắc Giang").also == ("Bắc Ninh",)
    assert reader.ids("vải thiều Bắc Ninh")[0] == 1
    assert 9 in reader.ids("Bình Dương")
    assert reader.ids("xã Nà Nhạn") == [5, 4]
    assert reader.search("Bắc Giang").total == 3  # of "bắc" and "giang" apart as well


def test_writings_of_one_name_are_the_same(engine: SearchEngine, reader: Reader) -> None:
    put(
        engine,
        [
            article(21, "Chợ đêm TP.HCM", "TP.HCM mở chợ đêm."),
            article(22, "Chợ đêm ở phố cổ", "Thành công của một phố nghề."),
            article(23, "Bình Dương mở chợ", "Chợ ở Bình Dương."),
            article(24, "Bắc Cạn giữ rừng", "Rừng Bắc Cạn."),
        ],
    )
    # Before places that are a part of it now, and before what only has some of the words.
    assert set(reader.ids("chợ đêm thành phố Hồ Chí Minh")[:2]) == {9, 21}
    assert set(reader.ids("thành phố hồ chí minh")[:2]) == {9, 21}
    assert set(reader.ids("tphcm")[:2]) == {9, 21}
    assert reader.ids("Bắc Kạn")[0] == 24
    assert "TP HCM" not in reader.search("thành phố hồ chí minh").also


@pytest.mark.parametrize("typed", ["bawcs giang", "ba8c1 giang"])
def test_a_place_is_known_by_its_keys(reader: Reader, typed: str) -> None:
    assert reader.ids(typed)[:2] == [1, 2]


def test_precise_words_stay_precise(reader: Reader) -> None:
    assert reader.ids('"Bắc Giang"') == [1]
    assert 2 not in reader.ids("Bắc Giang", sort="newest")
    assert reader.ids("hòa bình") == [6] and not reader.search("hòa bình").also
    assert reader.ids("Thái Bình Dương") == [7]
    assert 4 not in reader.ids("nà nhạn")  # a commune is called one
    assert reader.search("bắc giảng").also == ()  # with other marks it is no place


def test_editors_may_do_without(engine: SearchEngine, reader: Reader) -> None:
    engine.keep_words(1, (SearchRule(words=("UBND", "Ủy ban nhân dân")),), places=False)
    assert 2 not in reader.ids("Bắc Giang")
    assert reader.search("Bắc Giang").also == ()
    engine.keep_words(2, (), places=True)
    assert 2 in reader.ids("Bắc Giang")


def test_the_table_has_all_that_were_merged() -> None:
    def also(typed: str) -> set[str]:
        return {name[0] for place in places().named(syllables(typed)) for name in place.others}

    assert also("lũ ở Lâm Đồng") == {"Bình Thuận", "Đắk Nông"}
    assert also("daklak") == {"Phú Yên"}
    assert also("họp tại phường Bến Nghé") == {"Phường Sài Gòn"}
    assert also("tỉnh Hòa Bình") == {"Phú Thọ"} and not also("hòa bình")
    assert not also("Tân An") and not also("xã Tân Lập")  # there were many
    assert len(places().named(syllables("Bắc Giang " * 40))) == 3


def test_names_within_longer_ones_are_not_these() -> None:
    table = Places(["A Ninh\tB Lâm\tC Sơn|C Núi", "B Lâm Dương"])
    found = table.named(syllables("đi b lâm dương rồi c núi"))
    assert [(place.start, place.end, place.others) for place in found] == [(5, 7, (("A Ninh",),))]
