"""Readers' tips on their way in: checked, held on disk, handed to ingest with their photos one by one."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from services.web.aside import Aside
from services.web.commenting import TRAP, visitor_key
from services.web.tip_journal import TipJournal
from shared.ask import AskFunction, NoAnswer
from shared.celery_factory import BROKER_ERRORS, publisher
from shared.contracts.from_readers import (
    HELD_TIPS,
    TIP_PHOTO_BYTES,
    TIP_PHOTOS,
    ListHeldTips,
    SubmitTip,
    SubmitTipPhoto,
)
from shared.limits import AddressLimit, Bound, SharedLimiter
from shared.publishing import send_command
from shared.telemetry import log
from shared.vietnamese.text import one_line, plain

MAX_NAME, MAX_CONTACT, MAX_TEXT = 100, 200, 5000
# A tip may bring 32 MB with it: of one address 10 lie on disk in the first hour, of one /48 some 40.
RATE, SITE_RATE = Bound(4, 600.0), Bound(20, 180.0)
_LOOK_SECONDS, _ANSWER_SECONDS = 5.0, 5.0
_PHOTOS_AT_ONCE = 4
"""Photos on the broker at most, from one process."""


@dataclass(frozen=True, slots=True)
class TipForm:
    """What a reader typed, cleaned; `problems` are Vietnamese sentences."""

    name: str
    contact: str
    text: str
    problems: tuple[str, ...]
    trapped: bool


def read_tip(fields: Mapping[str, str], photos: Sequence[bytes]) -> TipForm:
    problems = []
    name, contact = one_line(fields.get("name", "")), one_line(fields.get("contact", ""))
    text = plain(fields.get("text", "").replace("\r\n", "\n")).strip()
    if len(text) < 10:
        problems.append("Nội dung còn trống hoặc quá ngắn: hãy viết chuyện gì, ở đâu, khi nào.")
    for words, label, most in (
        (name, "Tên", MAX_NAME),
        (contact, "Cách liên lạc", MAX_CONTACT),
        (text, "Nội dung", MAX_TEXT),
    ):
        if len(words) > most:
            problems.append(f"{label} dài quá {most} ký tự.")
    if len(photos) > TIP_PHOTOS:
        problems.append(f"Mỗi lần gửi được nhiều nhất {TIP_PHOTOS} ảnh.")
    for number, photo in enumerate(photos[:TIP_PHOTOS], 1):
        if len(photo) > TIP_PHOTO_BYTES:
            problems.append(f"Ảnh thứ {number} nặng hơn {TIP_PHOTO_BYTES // 1_000_000} MB.")
        elif not _is_picture(photo):
            problems.append(f"Tệp thứ {number} không phải là ảnh JPEG, PNG, WebP, HEIC hoặc AVIF.")
    if problems and photos:
        problems.append("Trình duyệt không giữ ảnh đã chọn: hãy chọn lại ảnh rồi gửi.")
    return TipForm(name, contact, text, tuple(problems), bool(fields.get(TRAP)))


class Tips:
    """The way to ingest."""

    def __init__(self, journal: TipJournal, ask: AskFunction) -> None:
        self._rate = AddressLimit("tip", RATE, SITE_RATE, SharedLimiter(), spare_private=False)
        self._journal = journal
        self._ask = ask
        self._aside = Aside()

    def wait(self, address: str) -> float:
        """Seconds until this address may send a tip; 0.0: now, once."""
        return self._rate.wait(address)

    def send(self, typed: TipForm, photos: Sequence[bytes], address: str) -> None:
        """Hold a tip on disk and hand it over; the same from the same reader is the same tip. Raises OSError."""
        visitor = visitor_key(address)
        said = [visitor, typed.name, typed.contact, typed.text, *(sha256(photo).hexdigest() for photo in photos)]
        tip = SubmitTip(
            token=sha256("|".join(said).encode()).hexdigest(),
            name=typed.name,
            contact=typed.contact,
            text=typed.text,
            photos=len(photos),
            at=datetime.now(UTC),
            visitor=visitor,
        )
        self._journal.keep(tip, photos)
        self._aside(partial(_hand_over, tip))

    async def follow(self) -> None:
        """For ever: see that what was taken arrives."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await asyncio.to_thread(self.look)
            except (NoAnswer, OSError, *BROKER_ERRORS) as error:
                log.warning("tips wait on disk", error=repr(error)[:200])

    def look(self) -> None:
        """Forget the tips that ingest holds whole, send what it lacks of the others: photos only while it answers, and
        a few at a time. Raises NoAnswer, OSError, the broker's errors."""
        waiting = self._journal.waiting(_LOOK_SECONDS)[:HELD_TIPS]
        if not waiting:
            return
        answer = self._ask(ListHeldTips(tokens=tuple(one.token for one in waiting)), _ANSWER_SECONDS)
        for token, place in answer.lacking[:_PHOTOS_AT_ONCE]:
            data = self._journal.photo(token, place)
            _publish(SubmitTipPhoto(token=token, place=place, data=b64encode(data)), len(data))
        held, lacking = set(answer.tokens), {token for token, _ in answer.lacking}
        for one in waiting:
            if one.token not in held:
                _publish(one)
            elif one.token not in lacking:
                self._journal.forget(one)


def _hand_over(tip: SubmitTip) -> None:
    try:
        _publish(tip)
    except BROKER_ERRORS as error:
        log.warning("tip waits on disk", error=repr(error)[:200])


def _publish(sent: SubmitTip | SubmitTipPhoto, size: int = 0) -> None:
    send_command(publisher("web"), sent, size)


def _is_picture(data: bytes) -> bool:
    """By its first bytes; whether one can be made of it ingest finds out, in a bounded process."""
    return (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or data[:4] + data[8:12] == b"RIFFWEBP"
        or (data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"))
    )
