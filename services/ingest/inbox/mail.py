"""The e-mail about some entries of an inbox, and its way to the house's mail server: one deadline for all of it."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from services.ingest.inbox.rules import KINDS
from shared import clock
from shared.http_client import in_time, resolve
from shared.settings import get_settings
from shared.vietnamese.dates import clock_time, short_date
from shared.vietnamese.text import one_line

# Whoever looks for viruses before saying yes takes its time; a lease is twice as long.
SECONDS = 60.0
_CONNECT_SECONDS = 10.0
_NOTE_CHARS = 300
_SUBJECT_CHARS = 150


class Failed(Exception):
    """The server certainly has not taken the message; the words are for people."""


class AddressRefused(Exception):
    """The server takes nothing for this address; the words are the server's."""


class InDoubt(Exception):
    """The connection broke while the message was handed over."""


class NotInHand(Exception):
    """Somebody else has it in hand by now."""


def letter(rows: Sequence[Any], names: Mapping[str, str], address: str) -> EmailMessage:
    """One message about all of these entries."""
    site, desk = get_settings().site_name, f"{get_settings().ingest_url}/desk"
    first = rows[0]
    about = f"{KINDS[first.kind]}: {first.title}" if len(rows) == 1 else f"{len(rows)} việc mới"
    made = EmailMessage(policy=SMTP)
    made["Subject"] = one_line(f"[{site}] {about}")[:_SUBJECT_CHARS]
    made["From"] = sender()
    made["To"] = address
    made["Date"] = format_datetime(clock.moment())
    # The same entries are the same message, for those who look at it.
    made["Message-ID"] = f"<viec.{first.id}.{rows[-1].id}.{len(rows)}@{_host()}>"
    made["Auto-Submitted"] = "auto-generated"
    parts = [_said(row, names, desk) for row in rows]
    parts.append(f"-- \nĐổi cách báo, giờ yên lặng: {desk}/viec/cach-bao\n")
    made.set_content("\n".join(parts), cte="quoted-printable")
    return made


def sender() -> str:
    """The address that e-mails come from."""
    return get_settings().smtp_sender or f"toasoan@{_host()}"


def send(message: EmailMessage, address: str, hand_over: Callable[[], bool]) -> None:
    """Have the house's mail server take a message. `hand_over` is asked just before it may have it.

    Raises Failed, AddressRefused, InDoubt, NotInHand.
    """
    line, given = None, False
    try:
        line = _Line()
        line.enter()
        _expect(line.mail(sender()))
        code, said = line.rcpt(address)
        if 500 <= code < 600:
            raise AddressRefused(_words(code, said))
        _expect((code, said))
        if not hand_over():
            raise NotInHand
        given = True
        answer = line.data(message.as_bytes())
        given = False
        _expect(answer)
    except smtplib.SMTPDataError as error:
        # "Begin" was not said to it: nothing was given.
        raise Failed(_words(error.smtp_code, error.smtp_error)) from error
    except OSError as error:
        raise (InDoubt if given else Failed)(_why(error)) from error
    except UnicodeError as error:
        raise AddressRefused("Địa chỉ có chữ mà máy chủ thư không hiểu.") from error
    finally:
        if line is not None:
            line.leave()


class _Line(smtplib.SMTP):
    """A connection that is cut when its time is over: smtplib bounds each step of a call, and not the call."""

    def __init__(self) -> None:
        settings = get_settings()
        if not settings.smtp_host:
            raise Failed("Chưa đặt máy chủ thư.")
        self._cutter = threading.Timer(SECONDS, self._cut)
        self._cutter.daemon = True
        self._cutter.start()
        try:
            super().__init__(settings.smtp_host, settings.smtp_port, _host(), timeout=SECONDS)
        except BaseException:
            self._cutter.cancel()
            raise

    def enter(self) -> None:
        """Encrypted and signed in as the settings say."""
        settings = get_settings()
        if settings.smtp_tls == "starttls":
            self.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            self.login(settings.smtp_user, settings.smtp_password)
        self.ehlo_or_helo_if_needed()

    def leave(self) -> None:
        """What the server says to that changes nothing."""
        with suppress(OSError):
            self.docmd("QUIT")
        self._cutter.cancel()
        self.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = in_time(lambda: resolve(host, port), _CONNECT_SECONDS)
        made = socket.create_connection((addresses[0], port), _CONNECT_SECONDS)
        made.settimeout(timeout)
        if get_settings().smtp_tls != "tls":
            return made
        try:
            return ssl.create_default_context().wrap_socket(made, server_hostname=host)
        except BaseException:
            made.close()
            raise

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                # Not SSLSocket's own, which takes the encryption from under whoever reads.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _said(row: Any, names: Mapping[str, str], desk: str) -> str:
    lines = [f"{KINDS[row.kind]}: {row.title}"]
    lines.append(", ".join(filter(None, (names.get(row.actor, ""), f"{clock_time(row.at)} {short_date(row.at)}"))))
    if row.day:
        lines.append(f"Hạn: {row.hour} {short_date(row.day)}".replace("  ", " "))
    if note := one_line(row.note or row.plan_note or ""):
        lines.append(note if len(note) <= _NOTE_CHARS else f"{note[:_NOTE_CHARS]}…")
    return "\n".join([*lines, f"{desk}/viec/{row.id}", ""])


def _expect(answer: tuple[int, bytes]) -> None:
    """Raises Failed for anything but yes."""
    if not 200 <= answer[0] < 300:
        raise Failed(_words(*answer))


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(text)}"[:300]


def _why(error: OSError) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"Máy chủ thư không nhận tên hay mật khẩu: {_words(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            return _words(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return "Máy chủ thư không có STARTTLS hay cách đăng nhập này."
        case ssl.SSLCertVerificationError():
            return "Chứng thư bảo mật (TLS) của máy chủ thư không hợp lệ."
        case TimeoutError():
            return "Máy chủ thư trả lời quá chậm."
    return f"Không nối được máy chủ thư ({type(error).__name__})."


def _host() -> str:
    return urlsplit(get_settings().ingest_url).hostname or "localhost"
