"""Readers' comments in WordPress exports: those that were public there, without a trace of who can be written to.

Names that are addresses, and addresses in what somebody wrote, are not published again.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timezone
from hashlib import sha256
from xml.etree.ElementTree import Element

from services.ingest.articles.sanitise import to_text
from services.ingest.comments.store.imported import FormerComment
from services.ingest.exchange.importers.feed import words
from services.ingest.exchange.importers.tree import tree
from services.ingest.exchange.importers.xml import text
from services.ingest.kit.errors import Refused
from shared import clock
from shared.vietnamese.foreign_dates import read_time
from shared.vietnamese.legacy import mended
from shared.vietnamese.text import one_line, plain

COMMENT = "bình luận"
NOBODY = "Bạn đọc"
_APPROVED = ("1", "approve", "approved")
_STATES = {
    "0": "chờ duyệt ở nơi cũ", "hold": "chờ duyệt ở nơi cũ", "unapproved": "chờ duyệt ở nơi cũ", "spam": "thư rác",
    "trash": "đã bỏ ở nơi cũ", "post-trashed": "đã bỏ ở nơi cũ",
}  # fmt: skip
_LINKS_BACK = ("pingback", "trackback")
_OF_READERS = ("", "comment")
_NAME, _TEXT = 200, 10_000
_BLOCK_ENDS = re.compile(r"<br[^<>]{0,20}>|</(?:p|div|li|blockquote|pre)>", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,6}")
_NETWORK = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_HIDDEN_MAIL, _HIDDEN_NETWORK = "[địa chỉ thư]", "[địa chỉ mạng]"
_SHORTEST_NETWORK = 6


def approved(
    found: Iterable[Element], article: str, dates: Sequence[str], zone: timezone
) -> tuple[list[FormerComment], Counter[tuple[str, str]]]:
    """(the comments that were public, how many others there are of each kind and reason) of the article with this
    external id; one whose date cannot be read is of the article's `dates`."""
    left: Counter[tuple[str, str]] = Counter()
    taken: dict[str, FormerComment] = {}
    above: dict[str, str] = {}
    for element in found:
        one = _Comment(element)
        token = _token(article, one.own("id") or one.own("content"))
        if one.own("parent").strip("0 "):
            above[token] = _token(article, one.own("parent"))
        if fault := one.fault():
            left[fault] += 1
        elif token in taken:
            left[COMMENT, "hai lần trong tệp"] += 1
        elif not (said := _said(one.own("content"), one.own("author_IP"))):
            left[COMMENT, "không có chữ"] += 1
        elif (at := _at(one, dates, zone)) is None:
            left[COMMENT, "không đọc được ngày"] += 1
        else:
            taken[token] = FormerComment(token, "", _name(one.own("author")), said, at)
    return [_below(one, taken, above) for one in taken.values()], left


class _Comment:
    def __init__(self, element: Element) -> None:
        self._element = element
        self._space = element.tag.removesuffix("comment")

    def own(self, name: str) -> str:
        return text(self._element, f"{self._space}comment_{name}")

    def fault(self) -> tuple[str, str] | None:
        """(kind, reason) of what is not taken."""
        kind, state = self.own("type").lower(), self.own("approved").lower()
        if kind in _LINKS_BACK:
            return "liên kết ngược", "không phải lời bạn đọc"
        if kind not in _OF_READERS:
            return f"bình luận loại {kind[:30]}", "không phải lời bạn đọc"
        return None if state in _APPROVED else (COMMENT, _STATES.get(state, "trạng thái không rõ ở nơi cũ"))


def _token(article: str, number: str) -> str:
    return sha256(f"former comment|{article}|{number}".encode("utf-8", "replace")).hexdigest()


def _below(one: FormerComment, taken: dict[str, FormerComment], above: dict[str, str]) -> FormerComment:
    """The comment as an answer to the topmost one that is public."""
    top, at, seen = "", one.token, {one.token}
    while (at := above.get(at, "")) and at not in seen:
        seen.add(at)
        top = at if at in taken else top
    return FormerComment(one.token, top, one.name, one.text, one.at)


def _at(one: _Comment, dates: Sequence[str], zone: timezone) -> datetime | None:
    utc, local = one.own("date_gmt"), one.own("date")
    offset = datetime.now(zone).strftime("%z")
    now = clock.moment()
    for said in (f"{utc}+00:00" if utc else "", f"{local}{offset}" if local else "", *dates):
        if said and not said.startswith("0000"):
            try:
                return min(read_time(said).astimezone(UTC), now)
            except ValueError:
                continue
    return None


def _name(author: str) -> str:
    name = one_line(_MAIL.sub("", mended(words(author))[0])).strip(" ()<>[]-–,;")
    return NOBODY if not name or _NETWORK.search(name) else name[:_NAME]


def _said(content: str, network: str) -> str:
    """The words of a comment, its lines kept."""
    broken = _BLOCK_ENDS.sub("\n", content)
    try:
        read = "".join(tree(broken).itertext())
    except Refused:
        read = to_text(broken)
    lines = [" ".join(line.split()) for line in plain(mended(read)[0]).splitlines()]
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    said = said.replace(network, _HIDDEN_NETWORK) if len(network) > _SHORTEST_NETWORK else said
    return _MAIL.sub(_HIDDEN_MAIL, said)[:_TEXT]
