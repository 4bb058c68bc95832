"""Readers' comments on their way in: checked, judged, handed to ingest, held there until an editor approves them.

Reports of comments and likes go the same way.
"""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from services.web.aside import Aside, Work
from services.web.comment_journal import CommentJournal, Sent
from services.web.spam import judge
from shared.addresses import blocks
from shared.ask import AskFunction, NoAnswer
from shared.celery_factory import BROKER_ERRORS, publisher
from shared.contracts.from_readers import HELD_TOKENS, LikeComment, ListHeldComments, ReportComment, SubmitComment
from shared.limits import AddressLimit, Bound, SharedLimiter
from shared.publishing import send_command
from shared.settings import get_settings
from shared.telemetry import log
from shared.vietnamese.text import one_line, plain

MAX_NAME, MAX_EMAIL, MAX_TEXT = 100, 254, 3000
MAX_BYTES, MAX_POINTED_BYTES = 64_000, 1_000
# A carrier's /48 has 65,536 phones. One of twenty reading within the hour and one of a hundred of those writing are 33
# comments, where a flood out of all its /64 gets 60 at once and 720 an hour.
RATE, SITE_RATE = Bound(5, 20.0), Bound(60, 5.0)
REPORT_RATE, SITE_REPORT_RATE = Bound(10, 60.0), Bound(60, 5.0)
# Of one address a comment is liked once: the bound holds what goes over the broker, not what is counted.
LIKE_RATE, SITE_LIKE_RATE = Bound(30, 10.0), Bound(120, 2.0)
_FOLLOW_SECONDS, _ANSWER_SECONDS = 10.0, 5.0
TRAP = "website"
"""A field that people do not see: programs fill it in."""


@dataclass(frozen=True, slots=True)
class CommentForm:
    """What a reader typed, cleaned. `errors` are {"field", "message"} in Vietnamese."""

    name: str
    email: str
    text: str
    parent_id: int | None
    trapped: bool
    errors: list[dict[str, str]] = field(default_factory=list)


def read_comment(fields: dict[str, Any]) -> CommentForm:
    """The fields of a form or a JSON object."""
    errors: list[dict[str, str]] = []
    texts = {}
    for name, label, least, most in (
        ("name", "Tên", 2, MAX_NAME),
        ("email", "Địa chỉ thư", 0, MAX_EMAIL),
        ("text", "Ý kiến", 2, MAX_TEXT),
    ):
        value = fields.get(name) or ""
        if not isinstance(value, str) or "\x00" in value or _has_surrogate(value):
            errors.append({"field": name, "message": f"{label} phải là chữ."})
            value = ""
        else:
            value = plain(value).strip() if name == "text" else one_line(value)
            if len(value) < least:
                errors.append({"field": name, "message": f"{label} còn trống hoặc quá ngắn."})
            elif len(value) > most:
                errors.append({"field": name, "message": f"{label} dài quá {most} ký tự."})
        texts[name] = value
    if texts["email"] and ("@" not in texts["email"] or " " in texts["email"]):
        errors.append({"field": "email", "message": "Địa chỉ thư chưa đúng."})
    parent = "" if fields.get("parent_id") is None else str(fields["parent_id"])
    if parent and not (parent.isascii() and parent.isdigit() and len(parent) < 10 and int(parent)):
        errors.append({"field": "parent_id", "message": "Không có bình luận này."})
        parent = ""
    return CommentForm(
        **texts, parent_id=int(parent) if parent else None, trapped=bool(fields.get(TRAP)), errors=errors
    )


class Comments:
    """The way to ingest."""

    def __init__(self, journal: CommentJournal, ask: AskFunction, aside: Callable[[Work], None] | None = None) -> None:
        self._rate = AddressLimit("comment", RATE, SITE_RATE, SharedLimiter(), spare_private=False)
        self._reports = AddressLimit("report", REPORT_RATE, SITE_REPORT_RATE, SharedLimiter(), spare_private=False)
        self._likes = AddressLimit("like", LIKE_RATE, SITE_LIKE_RATE, SharedLimiter(), spare_private=False)
        self._journal = journal
        self._ask = ask
        self._aside = aside or Aside()

    def wait(self, address: str) -> float:
        """Seconds until this address may send a comment; 0.0: now, once."""
        return self._rate.wait(address)

    def send(self, article_id: int, typed: CommentForm, address: str) -> None:
        """Hold a comment on disk and hand it over; the same words from the same reader are the same comment.

        Raises OSError when it cannot be held.
        """
        score, reasons = judge(typed.name, typed.text, typed.trapped)
        visitor = visitor_key(address)
        said = f"{visitor}|{article_id}|{typed.parent_id}|{typed.name}|{typed.text}"
        comment = SubmitComment(
            token=sha256(said.encode()).hexdigest(),
            article_id=article_id,
            parent_id=typed.parent_id,
            name=typed.name,
            email=typed.email,
            text=typed.text,
            at=datetime.now(UTC),
            spam_score=score,
            spam_reasons=reasons,
            visitor=visitor,
        )
        self._hold(comment)

    def wait_to_report(self, address: str) -> float:
        """Seconds until this address may report a comment; 0.0: now, once."""
        return self._reports.wait(address)

    def report(self, article_id: int, comment_id: int, address: str) -> None:
        """Tell the moderators that a reader thinks ill of a comment, as `send` does. Raises OSError."""
        self._say(ReportComment, article_id, comment_id, address)

    def wait_to_like(self, address: str) -> float:
        """Seconds until this address may like a comment; 0.0: now, once."""
        return self._likes.wait(address)

    def like(self, article_id: int, comment_id: int, address: str) -> None:
        """Count that a reader likes a comment, as `send` does. Raises OSError."""
        self._say(LikeComment, article_id, comment_id, address)

    def _say(self, kind: type[ReportComment | LikeComment], article_id: int, comment_id: int, address: str) -> None:
        visitor, at = visitor_key(address), datetime.now(UTC)
        self._hold(kind(comment_id=comment_id, article_id=article_id, visitor=visitor, at=at))

    def _hold(self, sent: Sent) -> None:
        self._journal.keep(sent)
        self._aside(partial(_hand_over, sent))

    async def follow(self) -> None:
        """For ever: see that what was taken arrives."""
        while True:
            await asyncio.sleep(_FOLLOW_SECONDS)
            try:
                await asyncio.to_thread(self.look)
            except (NoAnswer, OSError, *BROKER_ERRORS) as error:
                log.warning("comments, reports or likes wait on disk", error=repr(error)[:200])

    def look(self) -> None:
        """Forget the comments, reports and likes that ingest holds, send the others again.

        Ingest's answer comes behind what was sent before: what it does not know then is lost on the way.
        Raises NoAnswer, OSError, the broker's errors.
        """
        waiting = self._journal.waiting(_FOLLOW_SECONDS)
        for first in range(0, len(waiting), HELD_TOKENS):
            part = waiting[first : first + HELD_TOKENS]
            asked = ListHeldComments(
                tokens=tuple(one.token for one in part if isinstance(one, SubmitComment)),
                reports=tuple(one.of for one in part if isinstance(one, ReportComment)),
                likes=tuple(one.of for one in part if isinstance(one, LikeComment)),
            )
            answer = self._ask(asked, _ANSWER_SECONDS)
            held: dict[type[Sent], set[Any]] = {
                SubmitComment: set(answer.tokens),
                ReportComment: set(answer.reports),
                LikeComment: set(answer.likes),
            }
            for one in part:
                if (one.token if isinstance(one, SubmitComment) else one.of) in held[type(one)]:
                    self._journal.forget(one)
                else:
                    _publish(one)


def visitor_key(address: str) -> str:
    """Who writes, as moderators tell people apart: the same for one IPv4 address or /64, and nobody without the
    house's secret finds the address in it."""
    secret = b"commenter:" + get_settings().secret_key.encode()
    return hmac.digest(secret, blocks(address)[0].encode(), "sha256").hex()[:32]


def _hand_over(sent: Sent) -> None:
    try:
        _publish(sent)
    except BROKER_ERRORS as error:
        log.warning("comment, report or like waits on disk", error=repr(error)[:200])


def _publish(sent: Sent) -> None:
    send_command(publisher("web"), sent, len(sent.text) if isinstance(sent, SubmitComment) else 0)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
