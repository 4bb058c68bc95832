"""What a reader sees marked: the text's own words, wherever they were meant, and never markup of somebody else's."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnamese.forms import syllables
from shared.vietnamese.highlight import Highlighter, aligned, highlight
from shared.vietnamese.text import fold, nfc
from tests.unit.shared.vietnamese.every_syllable import SYLLABLES
from tests.unit.shared.vietnamese.test_text import ANY_TEXT

STORY = (
    "Sáng nay trời mưa. Bà con xuống chợ từ sớm, hàng quán đông vui. Chợ phiên họp mỗi tuần một lần ở bản. "
    "Người Thái, người Mông bán rau, vải và mật ong. Đường lên Điện Biên Phủ đã mở rộng, xe khách chạy hằng ngày. "
    "Chiều về, chợ tan. Trẻ con đá bóng trên sân cỏ, người già uống trà dưới hiên. Tối đến cả bản nghe kể chuyện."
)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Điện Biên đón Tết", "dien bien", "<mark>Điện Biên</mark> đón Tết"),
        ("Điện Biên đón Tết", "ĐIỆN", "<mark>Điện</mark> Biên đón Tết"),
        ("Hoà Bình và Hòa An", "hòa", "<mark>Hoà</mark> Bình và <mark>Hòa</mark> An"),
        ("Bò ăn cỏ, bỏ đi", "bỏ", "Bò ăn cỏ, <mark>bỏ</mark> đi"),
        ("Bò ăn cỏ", "bỏ", "<mark>Bò</mark> ăn cỏ"),
        ("Bò bỏ đi", "bo", "<mark>Bò bỏ</mark> đi"),
        ("nước Mỹ, mỹ thuật", "mĩ", "nước <mark>Mỹ</mark>, <mark>mỹ</mark> thuật"),
        ("chợ, chợ\nchợ", "chợ", "<mark>chợ</mark>, <mark>chợ chợ</mark>"),
        ("Biên, Biêng, biên", "bien", "<mark>Biên</mark>, Biêng, <mark>biên</mark>"),
        ("A&B <b>chợ</b> \"c\" 'd'", "cho", "A&amp;B &lt;b&gt;<mark>chợ</mark>&lt;/b&gt; &quot;c&quot; &#x27;d&#x27;"),
        ("<script>chợ</script>", "script", "&lt;<mark>script</mark>&gt;chợ&lt;/<mark>script</mark>&gt;"),
        ("Ba bà già, bá", "ba bà", "<mark>Ba bà</mark> già, <mark>bá</mark>"),
        ("2023 – 한국 Điện 😀", "điện 한국", "2023 – <mark>한국 Điện</mark> 😀"),
        (" a\nb ", "", "a b"),
        ("a < b", "", "a &lt; b"),
        ("a b", "mark", "a b"),
        ("", "chợ", ""),
    ],
)
def test_words_are_marked(text: str, query: str, marked: str) -> None:
    for form in ("NFC", "NFD"):
        assert highlight(unicodedata.normalize(form, text), unicodedata.normalize(form, query)) == nfc(marked)


def test_every_syllable_is_marked_by_any_writing_of_it() -> None:
    syllables_ = list(SYLLABLES)
    # Some in one text, lest each is searched alone.
    for at in range(0, len(syllables_), 12):
        some = syllables_[at : at + 12]
        assert highlight(", ".join(some), " ".join(SYLLABLES[one] for one in some)) == ", ".join(
            f"<mark>{one}</mark>" for one in some
        )
        assert highlight(" ".join(some).upper(), " ".join(map(fold, some))) == f"<mark>{' '.join(some).upper()}</mark>"


def without_marks(marked: str) -> str:
    return html.unescape(re.sub("</?mark>", "", marked))


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_stays_whole_and_brings_no_markup(text: str, query: str) -> None:
    marked = highlight(text, query)
    assert without_marks(marked) == nfc(text).replace("\n", " ").strip()
    assert set(re.findall("<[^>]*>?", marked)) <= {"<mark>", "</mark>"}
    assert re.sub("<mark>[^<]+</mark>", "", marked).count("mark>") == 0


@given(ANY_TEXT, st.lists(st.sampled_from(sorted(SYLLABLES)), max_size=5), ANY_TEXT)
def test_a_searched_word_between_any_others_is_found(before: str, words: list[str], after: str) -> None:
    for word in words:
        assert f"{word}</mark>" in highlight(f"{before} {word} {after}", word)


@given(ANY_TEXT)
def test_places_in_a_text_and_in_its_folded_form_are_the_same(text: str) -> None:
    folded = aligned(text)
    assert len(folded) == len(text)
    for char, bare in zip(text, folded, strict=True):
        assert bare in (fold(char), char, " ")


def test_words_fold_alike_whatever_stands_beside_them() -> None:
    """Texts of Vietnamese letters alone are folded by another way than those with others."""
    words = ", ".join(pair for both in SYLLABLES.items() for pair in both)
    assert aligned(words) == fold(words) == aligned(f"{words}😀")[:-1]
    assert aligned(words.upper()) == fold(words)


@pytest.mark.parametrize(
    ("query", "length", "cut"),
    [
        # With the sentence, where it begins near.
        ("điện biên phủ", 60, "… Đường lên <mark>Điện Biên Phủ</mark> đã mở rộng, xe khách chạy hằng ngày. …"),
        ("xuống chợ", 40, "… Bà con <mark>xuống chợ</mark> từ sớm, hàng quán đông …"),
        # With some words before, where it does not.
        ("mật ong", 40, "… rau, vải và <mark>mật ong</mark>. Đường lên Điện Biên …"),
        ("kể chuyện", 30, "… bản nghe <mark>kể chuyện</mark>."),
        ("sáng", 18, "<mark>Sáng</mark> nay trời mưa. …"),
        ("qwx", 40, "Sáng nay trời mưa. Bà con xuống chợ từ …"),
        ("", 18, "Sáng nay trời mưa. …"),
    ],
)
def test_the_cut_is_where_the_words_stand(query: str, length: int, cut: str) -> None:
    assert Highlighter(syllables(query)).cut(STORY, length) == cut


def test_the_cut_is_where_most_of_the_words_stand_side_by_side() -> None:
    text = f"Điện về bản. {'Không có gì. ' * 20}Điện Biên Phủ. {'Không có gì. ' * 20}Phủ Biên."
    assert "<mark>Điện Biên Phủ</mark>" in Highlighter(syllables("điện biên phủ")).cut(text, 60)


@given(ANY_TEXT, st.text("ab ộđ.\n<", max_size=200), st.integers(1, 100))
def test_a_cut_of_any_text_is_a_piece_of_it(query: str, text: str, length: int) -> None:
    whole = nfc(text)
    cut = Highlighter(syllables(query)).cut(text, length)
    kept = without_marks(cut.removeprefix("… ").removesuffix(" …"))
    assert kept in whole.replace("\n", " ")
    assert len(kept) <= max(length, 1) or " " not in kept.strip()
    if len(whole) <= length:
        assert cut == Highlighter(syllables(query)).whole(text)


def test_of_many_words_the_first_are_looked_for() -> None:
    assert highlight("một chợ", "một " * 10_000 + "chợ") == "<mark>một</mark> chợ"
    assert highlight("chợ " * 100_000, "chợ") == f"<mark>{'chợ ' * 99_999}chợ</mark>"
