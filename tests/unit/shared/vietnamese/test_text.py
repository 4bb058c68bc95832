"""Composing, folding, slugs, the alphabet's order, and what never gets in."""

import random
import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnamese import text
from shared.vietnamese.matching import written
from shared.vietnamese.text import fold, nfc, nfd, one_line, plain, slug, sort_key
from tests.unit.shared.vietnamese.every_syllable import SYLLABLES

# What people and machines send, and what could break.
ANY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("aàĐđ ưỡ\u0301\u0323\u0302\u0309\u031b\u200b\u202e\n\t-<&İßǅΣ①𝔸한"))
)

# (as typed, slug, folded, as lists are searched)
TABLE = [
    ("Điện Biên Phủ đón Tết", "dien-bien-phu-don-tet", "dien bien phu don tet",
     "dien|điên5 bien|biên phu|phu3 don|đon1 tet|têt1"),
    ("ĐIỆN BIÊN", "dien-bien", "dien bien", "dien|điên5 bien|biên"),
    ("Hoà Bình", "hoa-binh", "hoa binh", "hoa|hoa2 binh|binh2"),
    ("Hòa Bình", "hoa-binh", "hoa binh", "hoa|hoa2 binh|binh2"),
    ("Thúy, thuý", "thuy-thuy", "thuy, thuy", "thuy|thuy1 thuy|thuy1"),
    ("giữ rừng", "giu-rung", "giu rung", "giu|giư4 rung|rưng2"),
    ("Quý Mão 2023", "quy-mao-2023", "quy mao 2023", "quy|quy1 mao|mao4 2023|2023"),
    ("TP.HCM: giá xăng +5%", "tp-hcm-gia-xang-5", "tp.hcm: gia xang +5%", "tp|tp hcm|hcm gia|gia1 xang|xăng 5|5"),
    ("Đắk Lắk – Krông Nô", "dak-lak-krong-no", "dak lak – krong no", "dak|đăk1 lak|lăk1 krong|krông no|nô"),
    ("“Người về”…", "nguoi-ve", "“nguoi ve”…", "nguoi|ngươi2 ve|vê2"),
    ("café Zürich ñandú", "cafe-zurich-nandu", "cafe zurich nandu", "cafe|cafe1 zurich|zürich nandu|nandu1"),
    ("ÐÀ NẴNG, ð", "da-nang-d", "da nang, d", "da|ða2 nang|năng4 d|ð"),
    ("a_b/c\\d", "a-b-c-d", "a_b/c\\d", "a|a b|b c|c d|d"),
    ("Điện\tBiên\n\nPhủ", "dien-bien-phu", "dien\tbien\n\nphu", "dien|điên5 bien|biên phu|phu3"),
    ("北京 – 서울", "", "北京 – 서울", "北京|北京 서울|서울"),
    ("😀 --- !", "", "😀 --- !", ""),
    ("", "", "", ""),
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("typed", "address", "folded", "searched"), TABLE)
def test_a_text_in_all_its_forms(
    form: Literal["NFC", "NFD"], typed: str, address: str, folded: str, searched: str
) -> None:
    typed = unicodedata.normalize(form, typed)
    assert (slug(typed), fold(typed), written(typed).strip()) == (address, folded, searched)


def test_every_syllable_folds_to_its_letters_in_any_case_and_form() -> None:
    for syllable, newer in SYLLABLES.items():
        bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", syllable)).replace("đ", "d")
        assert bare.isascii()
        for given_form in (syllable, newer, unicodedata.normalize("NFD", syllable), newer.upper(), syllable.title()):
            assert fold(given_form) == slug(given_form) == bare


@pytest.mark.parametrize(
    ("most", "cut"),
    [(20, "mot-hai-ba"), (10, "mot-hai-ba"), (9, "mot-hai"), (7, "mot-hai"), (6, "mot"), (3, "mot"), (2, "mo")],
)
def test_a_slug_is_cut_between_words_where_there_are_any(most: int, cut: str) -> None:
    assert slug("Một Hai Ba", most) == cut


@pytest.mark.parametrize("word", ["ă", "ộ".upper(), unicodedata.normalize("NFD", "ữ")])
def test_a_slug_of_any_writing_is_as_long_as_it_may_be(word: str) -> None:
    assert len(slug(word * 1_000_000)) == 120


@given(ANY_TEXT, st.integers(1, 40))
def test_any_text_makes_a_slug_or_none(given_text: str, most: int) -> None:
    made = slug(given_text, most)
    assert len(made) <= most
    assert re.fullmatch("(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", made)
    assert slug(made, most) == made


@given(ANY_TEXT)
def test_folding_twice_is_folding_once_and_no_form_matters(given_text: str) -> None:
    assert fold(fold(given_text)) == fold(given_text)
    assert fold(unicodedata.normalize("NFD", given_text)) == fold(nfc(given_text))


@given(ANY_TEXT)
def test_plain_text_is_composed_and_stays_as_it_is(given_text: str) -> None:
    made = plain(given_text)
    assert nfc(made) == made == plain(made)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", made)
    assert " ".join(made.split()) == one_line(given_text) == one_line(one_line(given_text))


def test_a_letter_parted_from_its_tone_by_what_cannot_be_seen_is_whole_again() -> None:
    assert plain("Ho\u200ba\u2060\u0300 e\u00ad\u0302\u202e\u0301") == "Hoà ế"


@pytest.mark.parametrize(
    "unseen",
    ["\0", "\x1b", "\x7f", "\x85", "\u00ad", "\u061c", "\u180e", "\u200b", "\u200c", "\u200e", "\u202e", "\u2060",
     "\u2063", "\u2066", "\u206a", "\ufeff", "\ufff9", "\uffff"],
)  # fmt: skip
def test_what_cannot_be_seen_does_not_get_in(unseen: str) -> None:
    assert plain(f"Tin{unseen} mới{unseen}") == one_line(f"{unseen}Tin {unseen} mới") == "Tin mới"


@pytest.mark.parametrize("letter", ["x", "ж"])
def test_of_very_many_marks_on_one_letter_the_first_are_kept(letter: str) -> None:
    for form in (nfc, nfd):
        assert form(letter + "\u0335" * 40) == letter + "\u0335" * 30
        assert form((letter + "\u0335" * 20) * 9) == (letter + "\u0335" * 20) * 9
    assert len(nfd("\u0f73" * 100)) == 60


def test_what_is_seen_and_the_breaks_of_lines_stay() -> None:
    seen = "Một\n\n\tHai\r\n “ba” – 5 °C, 👩\u200d🌾 ☀\ufe0f 한국 ①½ […]"
    assert plain(seen) == seen
    assert one_line("  Một \n\t hai\u00a0ba\u2003 ") == "Một hai ba"


ALPHABET = "a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z".split()
# Each line in the order of a Vietnamese dictionary.
IN_ORDER = [
    ALPHABET,
    ["ma", "mà", "mả", "mã", "má", "mạ"],
    ["an", "ăn", "ân", "ba", "da", "đa", "đà", "e", "ê"],
    ["hoa", "hòa", "hỏa", "hóa", "họa", "hoan", "hoàn", "hô"],
    ["Hoà An", "Hoa Bình", "Hòa Bình", "Hóa Bình", "Hoan"],
    ["Lê An", "Lê Ân", "Lê Bá", "Lên"],
    ["Đặng Văn An", "Đặng Văn Ân", "Đinh Thị Ba", "Em"],
    ["ở", "ợ", "pa"],
    ["", "a", "z", "1"],
]


@pytest.mark.parametrize("names", IN_ORDER)
def test_names_stand_in_the_order_of_the_alphabet(names: list[str]) -> None:
    shuffled = random.Random(7).sample(names, len(names))
    assert sorted(shuffled, key=sort_key) == names
    spelled = [unicodedata.normalize("NFD", name.upper()) for name in shuffled]
    assert sorted(spelled, key=sort_key) == [unicodedata.normalize("NFD", name.upper()) for name in names]


@given(ANY_TEXT)
def test_any_name_has_its_place(name: str) -> None:
    assert sort_key(name) == sort_key(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize("mark", "\u0300\u0301\u0303\u0309\u0323\u0340\u0341")
def test_a_tone_on_what_can_have_none_breaks_no_list(mark: str) -> None:
    assert sorted(["c", f"b{mark}a", mark, "bă"], key=sort_key) == [mark, f"b{mark}a", "bă", "c"]


def test_numbers_are_printed_with_points() -> None:
    assert [text.thousands(number) for number in (0, 999, 5546, 1_234_567, -1200)] == [
        "0", "999", "5.546", "1.234.567", "-1.200",
    ]  # fmt: skip
