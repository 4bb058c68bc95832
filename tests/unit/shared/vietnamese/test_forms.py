"""The tokens that engines rank: one for each way of writing a syllable, whatever the keyboard sent."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnamese import legacy
from shared.vietnamese.forms import (
    MAX_SYLLABLE,
    Syllable,
    exact_pairs,
    folded_text,
    forms,
    pair_token,
    syllables,
    twins,
    written,
)
from shared.vietnamese.keys import plausible
from tests.unit.shared.vietnamese.every_syllable import SYLLABLES
from tests.unit.shared.vietnamese.test_text import ANY_TEXT


def exact(word: str) -> str:
    (found,) = syllables(word)
    return found.exact


def test_the_table_has_what_people_write() -> None:
    """Lest the properties below hold of too little."""
    text = """nghiêng ngả khuỷu tay khuya khoắt quyển quýnh quốc giặm giếng giữa gìn gì gội yểu điệu yêu ỷ uyển uể oải
        thuở huơ xoong goòng moóc ngoằn ngoèo xuề xòa đẫy đà ườn ưỡn ọp ẹp ích kỷ hý trượt hươu rượu chuột luống"""
    assert set(text.split()) <= SYLLABLES.keys()
    assert [SYLLABLES[word] for word in "hòa khỏe thủy quý hoàn thuyền gìn".split()] == (
        "hoà khoẻ thuỷ quý hoàn thuyền gìn".split()
    )
    assert len(SYLLABLES) > 15_000


def test_every_syllable_comes_back_as_it_is_written() -> None:
    for syllable, newer in SYLLABLES.items():
        for typed in (syllable, newer, unicodedata.normalize("NFD", syllable), syllable.upper(), newer.title()):
            assert written(exact(typed)) == syllable


def test_no_two_syllables_are_one_token_and_no_two_orthographies_are_two() -> None:
    tokens = {syllables(syllable)[0].token for syllable in SYLLABLES}
    assert len(tokens) == len(SYLLABLES)
    assert tokens == {syllables(newer)[0].token for newer in SYLLABLES.values()}


def test_every_syllable_is_known_for_one() -> None:
    assert [word for pair in SYLLABLES.items() for word in pair if not legacy.is_syllable(word)] == []
    # oo stands in loanwords only (xoong, moóc), where Telex has its key for ô.
    unlikely = {word for one in SYLLABLES for word in [syllables(one)[0].folded] if not plausible(word)}
    assert all("oo" in word for word in unlikely)


@pytest.mark.parametrize("letters", ["b1", "1", "5", "", "covid", "ñ4", "北京2", "tr3", "a"])
def test_what_is_no_syllable_is_left_as_it_is(letters: str) -> None:
    assert written(letters) == letters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hoà HÒA", [("hoa", "hoa2"), ("hoa", "hoa2")]),
        ("TP.HCM,50%", [("tp", "tp"), ("hcm", "hcm"), ("50", "50")]),
        ("a_b-c", [("a", "a"), ("b", "b"), ("c", "c")]),
        ("đô-la Đ", [("do", "đô"), ("la", "la"), ("d", "đ")]),
        ("Straße", [("straße", "straße")]),
        ("\u0301 – ", []),
        ("x" * 100, [("x" * MAX_SYLLABLE, "x" * MAX_SYLLABLE)]),
    ],
)
def test_the_words_of_a_text(text: str, found: list[tuple[str, str]]) -> None:
    assert syllables(text) == [Syllable.of(folded, exact) for folded, exact in found]


def test_a_word_says_whether_it_is_marked_and_whether_it_counts() -> None:
    words = syllables("bỏ bo đi 30 covid19 III xi VIII mười")
    assert [word.exact for word in words if word.marked] == ["bo3", "đi", "mươi2"]
    assert [word.folded for word in words if word.number] == ["30", "covid19", "iii", "viii"]


def test_all_forms_of_a_text() -> None:
    assert forms("Bỏ điểm, sàn!") == (
        "bo diem san",
        "bo|bo3 diem|điêm3 san|san2",
        "bo_diem diem_san",
        "bo_diem|bo3_điêm3 diem_san|điêm3_san2",
    )
    assert forms("Đi") == ("di", "di|đi", "", "")
    assert forms("") == ("", "", "", "")


@given(st.one_of(ANY_TEXT, st.lists(st.sampled_from(sorted(SYLLABLES)), max_size=8).map(" ".join)))
def test_the_forms_of_any_text_are_of_its_words(text: str) -> None:
    words = syllables(text)
    made = forms(text)
    pairs = [pair_token(*pair) for pair in pairwise(words)]
    assert made.folded == folded_text(text) == " ".join(word.folded for word in words)
    assert made.exact.split() == [word.token for word in words]
    assert made.exact_pairs == exact_pairs(text) == " ".join(pairs)
    assert made.pairs.split() == [pair.partition("|")[0] for pair in pairs]
    assert all(0 < len(word.exact) <= MAX_SYLLABLE + 1 for word in words)
    assert syllables(unicodedata.normalize("NFD", text)) == words


def test_twins_are_one_sound_and_each_other_s() -> None:
    written_alike = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
    for syllable in SYLLABLES:
        (word,) = syllables(syllable)
        for other in twins(word):
            assert set(twins(other)) == set(twins(word))
            assert written(other.exact).translate(written_alike) == syllable.translate(written_alike)
