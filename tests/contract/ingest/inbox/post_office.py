"""A mail server of a test's own, which does what the test says."""

import base64
import contextlib
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any


class _Session(socketserver.StreamRequestHandler):
    """What of SMTP a client of ours speaks."""

    def handle(self) -> None:
        office = self.server
        assert isinstance(office, PostOffice)
        with contextlib.suppress(OSError, ValueError):
            office.greet(self._say)
            while line := self.rfile.readline(2000).decode("ascii", "replace").strip():
                verb = line.partition(" ")[0].upper()
                office.said.append(line)
                if verb == "QUIT":
                    self._say("221 bye")
                    return
                if verb == "DATA":
                    self._data(office)
                elif verb == "STARTTLS" and office.tls:
                    self._say("220 go on")
                    self.request = office.tls.wrap_socket(self.request, server_side=True)
                    self.setup()
                else:
                    self._say(office.answer(verb, line))

    def _data(self, office: "PostOffice") -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline(2000)) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            if not line:
                return
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        office.taken.append(message)
        office.after(self._say)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
        self.wfile.flush()


class PostOffice(socketserver.ThreadingTCPServer):
    """`taken` are the messages that came in; `refuses` are addresses that it does not know."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.port = int(self.server_address[1])
        self.taken: list[EmailMessage] = []
        self.said: list[str] = []
        self.refuses: dict[str, str] = {}
        self.password = ""
        self.tls: ssl.SSLContext | None = None
        self.greet: Callable[[Callable[[str], None]], object] = lambda say: say("220 post.example")
        self.after: Callable[[Callable[[str], None]], object] = lambda say: say("250 taken")

    def __enter__(self) -> "PostOffice":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()

    def with_tls(self, certificate: tuple[Path, Path]) -> None:
        """Offer STARTTLS."""
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(*certificate)

    def answer(self, verb: str, line: str) -> str:
        if verb == "EHLO":
            offers = ["250-post.example"]
            offers += ["250-STARTTLS"] if self.tls else []
            offers += ["250-AUTH PLAIN"] if self.password else []
            return "\r\n".join([*offers, "250 SIZE 1000000"])
        if verb == "AUTH":
            given = base64.b64decode(line.rpartition(" ")[2]).decode().split("\0")
            return "235 welcome" if given[1:] == ["toasoan", self.password] else "535 wrong password"
        if verb == "RCPT":
            return next((said for address, said in self.refuses.items() if address in line), "250 known")
        return "250 yes"
