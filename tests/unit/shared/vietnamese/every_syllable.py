"""Every syllable that Vietnamese spelling allows, in both orthographies: some 16,000, many of them words nowhere.

The rimes stand here as they are written with a tone on them, so that where a tone belongs is not worked out by the
code that is tested.
"""

import os
import unicodedata
from collections.abc import Iterator
from itertools import islice

ACUTE, GRAVE, HOOK, TILDE, DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"

# With a grave where all tones can be, with an acute where only acute and dot can: before c, ch, p and t.
_PLAIN = """
à ài ào àu ày àm àn àng ành ác ách áp át ằm ằn ằng ắc ắp ắt ầu ầy ầm ần ầng ấc ấp ất
ò òi òm òn òng óc óp ót oòng oóc ồ ồi ồm ồn ồng ốc ốp ốt ờ ời ờm ờn ớp ớt
ù ùi ùm ùn ùng úc úp út ùa uồi uồm uồn uồng uốc uốt ừ ừi ừu ừm ừn ừng ức ứt ừa ười ườu ườm ườn ường ước ướp ướt
""".split()
_FRONT = (
    "è èo èm èn èng éc ép ét ề ều ềm ền ềnh ếch ếp ết ì ìu ìm ìn ình ích íp ít ìa iều iềm iền iềng iếc iếp iết".split()
)
# Where no consonant stands before them, i and iê are written y and yê.
_ALONE = "ỳ yều yềm yền yềng yết".split()
_ROUNDED = """
òa oài oào oày oàm oàn oàng oành oác oách oát oằm oằn oằng oắc oắt òe oèo oèn oét uầy uần uầng uất uề uều uềnh uếch
uờ ùy uỳa uỳu uỳn uỳnh uých uýt uýp uyền uyết
""".split()
_AFTER_Q = """
uà uài uào uàu uày uàm uàn uàng uành uác uách uát uằm uằn uằng uắc uắp uắt uầy uần uầng uất uè uèo uèn uét uề uều uền
uềnh uếch uết uì uình uích uít uờ uời uờn uớt uốc uỳ uỳnh uých uýt uyền uyết
""".split()
_AFTER_GI = """
à ài ào àu ày àm àn àng ành ác ách áp át ằm ằn ằng ắc ắp ắt ầu ầy ầm ần ầng ấc ấp ất è èo èm èn ép ét ền ềng ết
ò òi òm òn òng óc óp ót ồ ồi ồm ồn ồng ốc ốp ốt ờ ời ờm ờn ớp ớt
ù ùi ùm ùn úc úp út uồi uồng uốc ừ ừm ừng ứt ừa ười ường ướp
""".split()
_BOTH = "b ch d đ h kh l m n nh ph r s t th tr v x".split()
_BACK, _FRONT_ONLY = "c g ng".split(), "k gh ngh".split()
# The newer orthography sets the tone on the second of these, where nothing follows.
_NEWER = {"oa": 1, "oe": 1, "uy": 1}


def _parts() -> Iterator[tuple[str, str]]:
    """(onset, rime) with the first tone that the rime can have."""
    for onset, rimes in (
        *((onset, _PLAIN + _FRONT + _ROUNDED) for onset in _BOTH),
        *((onset, _PLAIN + _ROUNDED) for onset in _BACK),
        *((onset, _FRONT) for onset in _FRONT_ONLY),
        ("", _PLAIN + _FRONT + _ROUNDED + _ALONE),
        ("q", _AFTER_Q),
        ("gi", _AFTER_GI),
        ("g", ["ì", "ìn"]),
    ):
        for rime in rimes:
            yield onset, rime
    for onset in ("h", "k", "l", "m", "s", "t", "v"):
        yield onset, "ỳ"


def older() -> Iterator[tuple[str, str]]:
    """(syllable, the same with the tone where the newer orthography has it), in the older one; composed, small."""
    for onset, rime in _parts():
        parts = unicodedata.normalize("NFD", rime)
        tone = next(char for char in parts if char in (ACUTE, GRAVE))
        before, after = parts.split(tone)
        letters = _nfc(before + after)
        for other in (ACUTE, DOT) if tone == ACUTE else ("", ACUTE, GRAVE, HOOK, TILDE, DOT):
            written = _nfc(onset + before + other + after)
            at = None if onset == "q" else _NEWER.get(letters)
            yield written, written if at is None else _nfc(onset + letters[: at + 1] + other + letters[at + 1 :])


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# Where each call costs a hundred times as much (tests/mutants.py), a part of them.
SYLLABLES = dict(islice(older(), 0, None, int(os.environ.get("ONE_SYLLABLE_OF", "1"))))
