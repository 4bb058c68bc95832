"""What a form says, read once a request, with limits."""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from services.ingest.kit.errors import Invalid
from services.ingest.kit.once import Sent
from services.ingest.kit.requests import FORMS, MAX_REQUEST_BYTES, bounded, content_type
from shared.vietnamese.dates import VIETNAM
from shared.vietnamese.text import one_line, plain

_MAX_FIELDS = 2000
# Groups of three, parted by one sign or by none.
_AMOUNT = re.compile(
    r"([-−–]?) ?([0-9]+|[0-9]{1,3}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+|(?:,[0-9]{3})+))(?: ?(?:đ|₫|đồng|vnd|vnđ))?",
    re.IGNORECASE,
)
_AMOUNT_SIGNS = 30
_MAX_ID = 2**31 - 1
RowId = Annotated[int, Path(ge=0, le=_MAX_ID)]
"""An id in a path; what no row can have never reaches SQL."""


class Fields:
    """Texts of a form; what is missing is empty. Every text is clean of control characters, "\\n" ends its lines."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def raw(self, name: str) -> str:
        """The first value as sent, "" for none."""
        return next((value for key, value in self._pairs if key == name), "")

    def text(self, name: str, limit: int = 0) -> str:
        """One line, trimmed. Raises Invalid when it is longer than `limit`."""
        return self._within(name, one_line(self.raw(name)), limit)

    def prose(self, name: str, limit: int = 0) -> str:
        """Running text, trimmed; lines stay. Raises Invalid when it is longer than `limit`."""
        words = plain(self.raw(name).replace("\r\n", "\n")).strip()
        return self._within(name, words, limit)

    def many(self, name: str) -> list[str]:
        """Every value of a field that can stand several times, one line each."""
        return [one_line(value) for key, value in self._pairs if key == name]

    def number(self, name: str) -> int | None:
        """A whole number, None for an empty field. Raises Invalid."""
        words = self.text(name)
        if not words:
            return None
        digits = words.removeprefix("-")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 10 or abs(int(words)) > _MAX_ID:
            raise Invalid.of(name, "Phải là số nguyên.")
        return int(words)

    def amount(self, name: str) -> int | None:
        """Đồng as people write them, "150.000" or "1 500 000 đ"; None for an empty field. Raises Invalid."""
        words = self.text(name)
        if not words:
            return None
        found = _AMOUNT.fullmatch(words)
        if found is None or len(words) > _AMOUNT_SIGNS:
            raise Invalid.of(name, "Số tiền viết như 150.000 hoặc 150000, không có phần lẻ.")
        amount = int(re.sub(r"\D", "", found[2]))
        return -amount if found[1] else amount

    def numbers(self, name: str) -> list[int]:
        """Every value as an id. Raises Invalid."""
        found = self.many(name)
        if any(not (one.isascii() and one.isdigit() and len(one) < 11 and int(one) <= _MAX_ID) for one in found):
            raise Invalid.of(name, "Phải là số nguyên.")
        return [int(one) for one in found]

    def share(self, name: str) -> float:
        """A number from 0 to 1. Raises Invalid."""
        try:
            value = float(self.text(name))
        except ValueError:
            raise Invalid.of(name, "Phải là số từ 0 đến 1.") from None
        if not 0 <= value <= 1:
            raise Invalid.of(name, "Phải là số từ 0 đến 1.")
        return value

    def time(self, name: str) -> datetime | None:
        """A time of an <input type="datetime-local">, which is Vietnam's; None for an empty field. Raises Invalid."""
        words = self.text(name)
        if not words:
            return None
        try:
            return datetime.fromisoformat(words[:19]).replace(tzinfo=VIETNAM)
        except ValueError:
            raise Invalid.of(name, "Không đọc được ngày giờ này.") from None

    def sent(self, user_id: int) -> Sent | None:
        """The form as something that is done once; None where it has no key."""
        key = self.text("once")
        if not key:
            return None
        words = "\n".join(f"{name}={value}" for name, value in self._pairs if name != "csrf")
        return Sent(sha256(words.encode()).hexdigest()[:40], user_id)

    def checked(self, name: str) -> bool:
        return self.raw(name) != ""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def _within(self, name: str, words: str, limit: int) -> str:
        if limit and len(words) > limit:
            raise Invalid.of(name, f"Quá dài: nhiều nhất {limit} ký tự.")
        return words


async def read_form(request: Request) -> Fields:
    """The form of a request; without one: no fields. Raises Invalid, TooLarge."""
    known: Fields | None = getattr(request.state, "fields", None)
    if known is None:
        known = request.state.fields = Fields(await _pairs(request))
    return known


async def _pairs(request: Request) -> list[tuple[str, str]]:
    if content_type(request) not in FORMS:
        return []
    limited = bounded(request, MAX_REQUEST_BYTES)
    try:
        async with limited.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=MAX_REQUEST_BYTES) as form:
            pairs: list[tuple[str, Any]] = list(form.multi_items())
    except (MultiPartException, HTTPException):
        raise Invalid.of("", "Không đọc được biểu mẫu gửi lên.") from None
    texts = [(name, value) for name, value in pairs if isinstance(value, str)]
    for name, value in texts:
        if "\x00" in value or not _is_text(value):
            raise Invalid.of(name[:100], "Có ký tự không lưu được.")
    return texts


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


Form = Annotated[Fields, Depends(read_form)]
"""For `form: Form` in an endpoint."""
