"""What is typed into a list's search finds what it means."""

import re

import pytest

from shared.vietnamese.matching import name_key, patterns, written


def finds(typed: str, text: str) -> bool:
    """As SQL's LIKE does."""
    kept = written(text)
    return all(any(re.fullmatch(_regex(one), kept) for one in any_of) for any_of in patterns(typed))


def _regex(pattern: str) -> str:
    return ".*".join(map(re.escape, pattern.split("%")))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("điện biên", "ĐIỆN BIÊN PHỦ đón Tết"),
        ("ĐIỆN", "Điện về bản"),
        ("dien bien", "Điện Biên Phủ"),
        ("hoà", "Hòa Bình"),
        ("hòa", "Hoà Bình"),
        ("hoa", "Hòa Bình"),
        ("phu điện", "Điện Biên Phủ"),
        ("bie", "Điện Biên"),
        ("đương", "Đường mới"),
        ("mĩ", "Nước Mỹ"),
        ("ddieejn bieen", "Điện Biên"),
        ("tp.hcm", "TP. HCM"),
        ("50%", "Giảm 50%"),
    ],
)
def test_found(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("bò", "Bỏ phố về quê"), ("hòa", "Hoa ban nở"), ("đa", "Da trời"), ("ien", "Điện Biên"), ("cá %", "cà phê")],
)
def test_not_found(typed: str, text: str) -> None:
    assert not finds(typed, text)


def test_a_word_that_is_written_out_is_no_beginning_of_another_and_a_tone_ends_one() -> None:
    assert patterns("hoa binh") == [["% hoa|%"], ["% binh%"]]
    assert patterns("đương hòa ở") == [["%|đương%"], ["%|hoa2 %"], ["%|ơ3 %"]]


def test_names_are_one_by_case_and_place_of_the_tone_alone() -> None:
    assert name_key("Thu HOÀ") == name_key("Thu  Hòa") == name_key("thu hòa")
    assert name_key("Thu  HOÀ") == "thu hoa2"
    assert len({name_key(name) for name in ("Hoa", "Hòa", "HÓA", "Hoá Thu")}) == 4
