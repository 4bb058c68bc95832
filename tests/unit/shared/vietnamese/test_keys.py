"""Telex and VNI typed with the input method off, and the i and y that are one."""

import pytest

from shared.vietnamese.forms import syllables, twins, written
from shared.vietnamese.keys import decoded, plausible


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tieesng", "tiếng"), ("tieengs", "tiếng"), ("vieejt", "việt"), ("dduwowngf", "đường"), ("dduongwf", "đường"),
        ("nguwowif", "người"), ("nguwoif", "người"), ("nguoiwf", "người"), ("nwowcs", "nước"), ("twf", "từ"),
        ("ddi", "đi"), ("hocj", "học"), ("nhaf", "nhà"), ("muaw", "mưa"), ("giuwax", "giữa"), ("quyeenr", "quyển"),
        ("thuyr", "thủy"), ("hoaf", "hòa"), ("bieen", "biên"), ("xuana", "xuân"), ("khuyeens", "khuyến"),
        ("tie6ng1", "tiếng"), ("tie61ng", "tiếng"), ("vie6t5", "việt"), ("d9ie6n5", "điện"), ("d9u7o7ng2", "đường"),
        ("d9uo72ng", "đường"), ("ho6i5", "hội"), ("phu3", "phủ"), ("na8m", "năm"), ("as", "á"),
        ("ddaat", "đât"), ("dinhd", "đinh"), ("dau6", "dâu"), ("ruo6ng5", "ruộng"),
    ],
)  # fmt: skip
def test_keys_give_the_syllable(typed: str, meant: str) -> None:
    key = decoded(syllables(typed)[0])
    assert key is not None
    assert key == syllables(meant)[0]
    assert written(key.exact) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "tieng", "viet", "xe", "con", "tiếng", "đường", "facebook", "covid19", "u23", "b52", "km45", "h5n1", "khoa14",
        "2023", "tphcm", "ubnd", "windows", "york", "a", "w", "đi1", "ß1", "x" * 400, "s" * 12, "汉1", "a9", "catf",
        "bacf", "sachr", "hopx",
    ],
)  # fmt: skip
def test_other_words_are_no_keys(typed: str) -> None:
    assert decoded(syllables(typed)[0]) is None


@pytest.mark.parametrize(
    ("word", "other"),
    [("mĩ", "mỹ"), ("kỹ", "kĩ"), ("quí", "quý"), ("hy", "hi"), ("lí", "lý"), ("sỹ", "sĩ"), ("tỷ", "tỉ"), ("my", "mi")],
)
def test_i_and_y_are_one_after_these_letters(word: str, other: str) -> None:
    one, same = twins(syllables(word)[0])
    assert (one, same) == (syllables(word)[0], syllables(other)[0])
    assert twins(same) == (same, one)


@pytest.mark.parametrize(
    "word", ["tay", "tai", "thuý", "thúi", "vi", "vỹ", "ny", "my1x", "mymy", "quyt", "y", "i", "mï"]
)
def test_and_nowhere_else(word: str) -> None:
    assert twins(syllables(word)[0]) == (syllables(word)[0],)


def test_syllables_are_told_from_other_words() -> None:
    assert all(map(plausible, "nghieng quynh oan ba giuong khuya yeu thuyen".split()))
    assert not any(map(plausible, "covid tphcm hanoi vietnam ubnd 19 b52 boost tieesng".split()))
