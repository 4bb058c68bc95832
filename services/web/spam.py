"""How likely a comment is spam: a sum of plain reasons that a moderator can read. Nothing is thrown away for it."""

import re
from collections.abc import Callable

from shared.vietnamese.text import fold

_LINK = re.compile(r"https?://|www\.|\b[a-z0-9-]{2,}\.(?:com|net|org|vn|info|xyz|top|vip|club|shop|online|bet)\b", re.I)
_PHONE = re.compile(r"(?<!\d)0[ .-]?\d(?:[ .-]?\d){8}(?!\d)")
_REPEATED = re.compile(r"(.)\1{7,}", re.DOTALL)
_ADVERTS = (
    "vay tien, vay von, vay nhanh, lai suat thap, ca cuoc, nha cai, casino, tai xiu, no hu, lo de, soi cau, slot, "
    "kiem tien online, viec nhe luong cao, tuyen ctv, zalo em, ket ban zalo, kich duc, giam can cap toc, "
    "hack, ban so, xem phim sex, dau tu sinh loi, forex, crypto"
).split(", ")
_FOREIGN = re.compile("[\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")

_RULES: tuple[tuple[int, str, Callable[[str], bool]], ...] = (
    (30, "có liên kết", lambda text: len(_LINK.findall(text)) == 1),
    (60, "có nhiều liên kết", lambda text: len(_LINK.findall(text)) > 1),
    (25, "có số điện thoại", lambda text: bool(_PHONE.search(text))),
    (40, "có lời quảng cáo thường gặp", lambda text: any(words in fold(text) for words in _ADVERTS)),
    (20, "lặp một ký tự nhiều lần", lambda text: bool(_REPEATED.search(text))),
    (20, "viết hoa gần hết", lambda text: _capitals(text) > 0.7),
    (40, "phần lớn là chữ nước ngoài", lambda text: len(_FOREIGN.findall(text)) > len(text) * 0.3),
    (15, "rất ngắn", lambda text: len(text) < 5),
    (25, "lặp đi lặp lại một câu", lambda text: _sameness(text) < 0.3),
)


def judge(name: str, text: str, trapped: bool) -> tuple[int, tuple[str, ...]]:
    """(score from 0 to 100, reasons in Vietnamese). `trapped`: a field that people do not see was filled in."""
    found = [(points, reason) for points, reason, fits in _RULES if fits(text)]
    if trapped:
        found.append((100, "điền vào ô mà bạn đọc không thấy"))
    if _LINK.search(name):
        found.append((50, "tên là một liên kết"))
    return min(100, sum(points for points, _ in found)), tuple(reason for _, reason in found)


def _capitals(text: str) -> float:
    letters = [char for char in text if char.isalpha()]
    return sum(char.isupper() for char in letters) / len(letters) if len(letters) > 20 else 0.0


def _sameness(text: str) -> float:
    """Share of different words, of a text long enough to tell."""
    words = fold(text).split()
    return len(set(words)) / len(words) if len(words) > 20 else 1.0
