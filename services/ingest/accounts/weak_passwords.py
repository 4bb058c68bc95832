"""Passwords that are guessed first: those that leaked most often, and those made of the house's own words.

common_passwords.txt holds what zxcvbn's list of leaked passwords (MIT licence) has in the length that we ask for.
"""

import re
from pathlib import Path

from shared.settings import get_settings
from shared.vietnamese.text import fold

_COMMON = Path(__file__).parent / "common_passwords.txt"
_OWN_WORDS = ("toasoan", "matkhau", "password", "admin", "bientap", "baochi", "phongvien")
# What must be left of a password without such words, digits and marks.
_LEAST_LEFT = 4
_LEAST_DIFFERENT = 5
_NO_LETTER = re.compile(r"[\W\d_]+")


def is_weak(password: str, email: str = "") -> bool:
    """Whether a password (of permitted length) would be among the first that are tried.

    >>> is_weak("toasoan@2026"), is_weak("đò đưa sông Mã 1906")
    (True, False)
    """
    plain = fold(password)
    if len(set(plain)) < _LEAST_DIFFERENT or _is_common(plain):
        return True
    letters = _NO_LETTER.sub("", plain)
    words = [*_OWN_WORDS, fold(get_settings().site_name).replace(" ", ""), fold(email.partition("@")[0])]
    left = letters
    for word in sorted(filter(None, (_NO_LETTER.sub("", word) for word in words)), key=len, reverse=True):
        left = left.replace(word, "")
    return left != letters and len(left) < _LEAST_LEFT


def _is_common(plain: str) -> bool:
    # Read anew each time: passwords are changed seldom, and memory is dear.
    return plain in _COMMON.read_text().splitlines()
