"""Spelling beyond letters: i and y, one piece or several, numbers, the keys of an input method that was off."""

import pytest

from services.search.answers import Answers
from services.search.engines.base import SearchEngine
from shared.contracts.commands import SuggestTitles
from tests.contract.search.conftest import Reader, article, put


@pytest.fixture(autouse=True)
def _paper(engine: SearchEngine) -> None:
    put(
        engine,
        [
            article(1, "Triển lãm mỹ thuật", "Họa sĩ bày tranh mỹ thuật ở nhà văn hóa."),
            article(2, "Thi kĩ thuật trồng lúa", "Kĩ thuật mới giúp lúa khỏe."),
            article(3, "Thu ngân sách quý III", "Trong quý ba, thu ngân sách vượt kế hoạch."),
            article(4, "TPHCM mở tuyến xe buýt", "Người dân TPHCM đi xe buýt miễn phí."),
            article(5, "TP.HCM đón khách", "Khách đến TP.HCM tăng."),
            article(6, "Chợ đêm TP HCM", "Chợ đêm ở TP HCM mở muộn."),
            article(7, "Tiêm phòng Covid-19", "Vắc xin Covid-19 về tới xã."),
            article(8, "Hết dịch covid19", "Bản không còn ca covid19 nào."),
            article(9, "Đường dây nóng", "Gọi 0912 345 678 khi cần."),
            article(10, "Số trực ban", "Gọi 0987654321 hoặc 0912.345.678 khi có lũ."),
            article(11, "Nghỉ lễ 30/4", "Ngày 30/4 cả nước nghỉ, ngày 3/4 thì không."),
            article(12, "Hội làng 19-5", "Hội mở ngày 19-5 hằng năm."),
            article(13, "Dạy tiếng Việt cho trẻ", "Lớp tiếng Việt của cô giáo trẻ trên núi Mỹ Lý."),
            article(14, "Đường lên Điện Biên Phủ", "Đường lên Điện Biên Phủ đã mở rộng, người dân vui."),
            article(15, "Đầu tư dầu khí", "Nhà đầu tư vào dầu khí. Đầu tư tăng."),
            article(
                17, "Hộ nghèo", "Mười tỷ đồng. Khóa mới. Khả 14, hỗ 80, quả 3, động 15, 15 tỷ động, ký 46, qua III."
            ),
            article(16, "Quý 3 xuất khẩu tăng", "Xe chạy 45 km, dừng ở km 45."),
        ],
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # i and y
        ("mĩ thuật", {1}),
        ("mỹ thuật", {1}),
        ("mi thuat", {1}),
        ("my thuat", {1}),
        ("kỹ thuật", {2}),
        ("ky thuat", {2}),
        ('"kỹ thuật trồng lúa"', {2}),
        ('"ky thuat trong lua"', {2}),
        ("quí III", {3}),
        ("qui III", {3}),
        ("núi Mĩ Lí", {13}),
        # one piece or several
        ("TPHCM", {4, 5, 6}),
        ("TP.HCM", {4, 5, 6}),
        ("TP HCM", {4, 5, 6}),
        ("tp-hcm", {4, 5, 6}),
        ("xe TP.HCM", {4}),
        ("chợ đêm tphcm", {6}),
        ("covid19", {7, 8}),
        ("covid-19", {7, 8}),
        ("Covid 19", {7, 8}),
        ("vắc xin covid19", {7}),
        ("0912345678", {9, 10}),
        ("0912 345 678", {9, 10}),
        ("0912.345.678", {9, 10}),
        ("0987 654 321", {10}),
        ("19/5", {12}),
        ("19-5", {12}),
        ("19.5", {12}),
        ("ngày 30/4", {11}),
        ("quy3", {16}),
        ("km45", {16}),
        # the keys of Telex and VNI
        ("tieesng vieejt", {13}),
        ("tie6ng1 vie6t5", {13}),
        ("ddieenj bieen phur", {14}),
        ("d9ie6n5 bie6n phu3", {14}),
        ("Ddaafu tuw", {15}),
    ],
)
def test_what_a_reader_types_finds_what_is_written_otherwise(reader: Reader, typed: str, found: set[int]) -> None:
    answer = reader.search(typed)
    assert {hit.id for hit in answer.results} == found
    assert answer.total == len(found)


@pytest.mark.parametrize(
    "typed",
    [
        "mĩ thuật", "mỹ thuật", "kỹ thuật", "kĩ thuật", "quí III", "quý III",
        "TPHCM", "TP.HCM", "TP HCM", "covid19", "covid-19", "0912345678", "0912 345 678", "0912345679",
        "ngày 30/4", "30/4", "31/4", "19/5", "19/6", "15 tỷ đồng", "54 dân tộc", "100 triệu", "khóa 14", "80 hộ",
        "quý 3", "km 46", "quí III", "15 tỷ đồng 2024", "u23", "B52", "tiếng Việt", "Điện Biên Phủ", "đường", "đầu tư",
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(reader: Reader, typed: str) -> None:
    assert reader.search(typed).suggestion is None


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tieesng vieejt", "tiếng việt"),
        ("tie6ng1 vie6t5", "tiếng việt"),
        ("DDieenj Bieen Phur", "Điện Biên Phủ"),
        ("mi thuat", "mỹ thuật"),
        ("ky thuat", "kĩ thuật"),
        ("tieng viet", "tiếng việt"),
        ("ngay 30/4", "ngày 30/4"),
        # of the keys some were left out
        ("dieenj bieen phur", "điện biên phủ"),
        ("tiengs vieejt", "tiếng việt"),
        # one key of VNI alone reads like the form that marks have in the index
        ("d9a62u tu7", "đầu tư"),
        ("d9ie6n5 bie6n phu3", "điện biên phủ"),
    ],
)
def test_what_is_offered_is_as_the_paper_writes_it(reader: Reader, typed: str, offered: str) -> None:
    assert reader.search(typed).suggestion == offered


def test_the_found_words_are_marked_as_they_are_written(reader: Reader) -> None:
    assert reader.hits("mĩ thuật")[0].highlight_title == "Triển lãm <mark>mỹ thuật</mark>"
    assert reader.hits("tieesng vieejt")[0].highlight_title == "Dạy <mark>tiếng Việt</mark> cho trẻ"


def test_d_for_a_barred_d_does_not_find_what_has_the_d(engine: SearchEngine, reader: Reader) -> None:
    put(engine, [article(30 + number, "Giá dầu", "Giá dầu giảm. Dầu thô, dầu ăn.") for number in range(3)])
    put(engine, [article(40 + number, "Chuyện tư", "Đầu năm, chuyện riêng tư. Cũng tư.") for number in range(3)])
    assert reader.ids("dầu tư mới vào tỉnh")[0] == reader.ids("đầu tư mới vào tỉnh")[0] == 15


@pytest.mark.parametrize("typed", ["trien lam mi", "triển lãm mĩ th", "Thi ky thu", "kỹ thuật tr", "tp.hcm đ"])
def test_headlines_are_completed_however_they_are_written(engine: SearchEngine, typed: str) -> None:
    assert Answers(engine).complete(SuggestTitles(q=typed, size=8)).results
