"""Old encodings and wrongly read UTF-8 are found out and made right; what is right stays."""

import json
import unicodedata
from pathlib import Path

import pytest

from shared.vietnamese import legacy

TEXT = (
    "Sáng nay, lễ hội khai mạc tại trung tâm tỉnh với sự tham gia của hàng nghìn người dân và du khách gần xa. "
    "Đường lên bản đã thông, bà con trồng ngô, nuôi ong, giữ rừng; quyết định hưởng trợ cấp, quyển vở, khuỷu tay"
)
TABLES = json.loads(Path(legacy.__file__).with_name("legacy.json").read_text("utf-8"))
TONES = "\u0300\u0301\u0303\u0309\u0323"


def written_in(name: str) -> str:
    back = {letter: written for written, letter in TABLES[name].items()}
    return "".join(back.get(char, char) for char in TEXT)


def in_windows_1258() -> bytes:
    """Vowels as they are, tones behind them."""
    made = b""
    for char in TEXT:
        parts = unicodedata.normalize("NFD", char)
        tones = "".join(part for part in parts if part in TONES)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        made += (base + tones).encode("cp1258")
    return made


@pytest.mark.parametrize("name", legacy.NAMES)
def test_text_of_old_fonts_becomes_unicode(name: str) -> None:
    assert legacy.mended(written_in(name)) == (TEXT, name)


@pytest.mark.parametrize("read_as", ["cp1252", "latin-1"])
def test_utf8_that_was_read_as_western_letters_is_read_again(read_as: str) -> None:
    wrong = TEXT.encode().decode(read_as, "ignore" if read_as == "latin-1" else "toasoan")
    assert legacy.mended(wrong) == (TEXT, legacy.DOUBLE)


def test_a_syllable_that_was_torn_apart_is_one_again() -> None:
    right = "Sáng nay, ngày hội vào mùa: hàng nghìn người dân và du khách là khách quý, nhà nào cũng vậy"
    wrong = right.encode().decode("cp1252", "toasoan")
    assert legacy.mended(" ".join(wrong.split())) == (right, legacy.DOUBLE)


def test_a_letter_whose_second_byte_was_lost_comes_back() -> None:
    assert legacy.mended("Äiá»‡n BiÃªn Ä‘Ã³n khÃ¡ch") == ("Điện Biên đón khách", legacy.DOUBLE)


@pytest.mark.parametrize(
    "right",
    [TEXT, "", "abc", "café élan vital déjà vu", "Müller und Gauß in Köln, Straße", "naïve", "«Â»",
     "Plasseringen på kartet er ikke så viktig",
     "Trường THPT ở Đắk Lắk", "Pleiku, Krông Nô", "80 °C – 5 µm", "été à Québec"],
)  # fmt: skip
def test_what_is_right_stays(right: str) -> None:
    assert legacy.mended(right) == (right, "")


@pytest.mark.parametrize(
    ("raw", "declared", "encoding"),
    [
        (TEXT.encode(), "", "utf-8"),
        (TEXT.encode(), "iso-8859-1", "utf-8"),
        (TEXT.encode("utf-8-sig"), "", "utf-8"),
        (TEXT.encode("utf-16"), "", "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-8", "utf-16-le"),
        (TEXT.encode("utf-16-be"), "", "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-8", "utf-32"),
        (TEXT.encode("utf-32-le"), "", "utf-32-le"),
        (TEXT.encode("utf-32-be"), "", "utf-32-be"),
        (in_windows_1258(), "", "cp1258"),
        (in_windows_1258(), "utf-8", "cp1258"),
        (in_windows_1258(), "windows-1258", "cp1258"),
        (in_windows_1258(), "no-such-thing", "cp1258"),
    ],
)
def test_bytes_are_read_by_what_they_are_not_by_what_is_said(raw: bytes, declared: str, encoding: str) -> None:
    found = legacy.decode(raw, declared)
    assert (found.text, found.encoding) == (TEXT, encoding)


def test_a_stray_byte_leaves_the_rest_alone() -> None:
    assert legacy.decode(TEXT.encode() + b" \x96 xong").text == f"{TEXT} – xong"


def test_bytes_that_are_half_a_letter_stay_beside_each_other() -> None:
    assert legacy.decode(TEXT.encode() + b" \xe1\xbb xong").text == f"{TEXT} á» xong"


def test_the_beginning_of_a_file_may_end_within_a_letter_a_whole_one_may_not() -> None:
    cut = b"abc" + "ế".encode()[:2]
    assert legacy.encoding_of(cut, is_whole=False) == "utf-8"
    assert legacy.encoding_of(cut) != "utf-8"
    assert legacy.encoding_of(b"a\xe9b" + cut, is_whole=False) != "utf-8"
    assert legacy.encoding_of(b"a\xe9b", is_whole=False) != "utf-8"


def test_some_wrong_bytes_make_no_other_encoding_and_many_do() -> None:
    line = TEXT.encode() + b" \x96 "
    assert legacy.encoding_of(line * 300) != "utf-8"  # nobody counts on for ever
    assert legacy.encoding_of(line * 100) == "utf-8"
    assert legacy.encoding_of("é".encode() * 10 + b"\x96") != "utf-8"
    assert legacy.encoding_of("é".encode() * 11 + b"\x96") == "utf-8"


def test_fonts_tell_their_encoding_and_capitals() -> None:
    assert [legacy.name_of_font(font) for font in (".VnTime", "'VNI-Times', serif", "VPS Times", "Arial")] == [
        "TCVN3", "VNI", "VPS", "",
    ]  # fmt: skip
    assert [legacy.name_of_font(font) for font in ('"vni-helve"', " .VNARIAL , serif", "Times, .VnTime", "vps")] == [
        "VNI", "TCVN3", "", "",
    ]  # fmt: skip
    assert list(legacy.words_of("Céng hoa, “hßa”... 5 %")) == ["Céng", "hßa"]
    assert legacy.in_unicode("Céng hßa", "TCVN3", ".VnTimeH") == "CỘNG HÒA"


@pytest.mark.parametrize(
    ("word", "right"),
    [("nghĩa", True), ("Đường", True), ("quyển", True), ("giữ", True), ("xoèn", True), ("khuỷu", True), ("gì", True),
     ("nghÜa", False), ("cé", False), ("kà", False), ("các", True), ("càc", False), ("été", False), ("ÑÔ", False)],
)  # fmt: skip
def test_syllables(word: str, right: bool) -> None:
    assert legacy.is_syllable(word) is right
