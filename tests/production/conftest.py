"""A real nginx before services that only say what reached them."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.production.compose import example_environment, filled, raw
from tests.production.nginx import Nginx

SITE, DESK = "bao.test", "toasoan.test"
PICTURE, LINK = "ab/" + "0" * 32, "ab/" + "1" * 32


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm, wbufsize = True, 65_536
    server: "Service"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path))
        if self.server.slow:
            time.sleep(self.server.slow)
        if self.server.breaks:
            self.server.breaks -= 1
            self.close_connection = True
            return
        answer = json.dumps({"headers": dict(self.headers.items()), "bytes": len(body), "path": self.path}).encode()
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_: object) -> None:
        pass


class Service(ThreadingHTTPServer):
    """Stands for a service: answers what it was asked, and counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str]] = []
        self.status, self.slow = 200, 0.0
        self.breaks = 0
        """So many requests are read, and never answered."""
        self.headers = {"Cache-Control": "public, max-age=2", "Vary": "Accept-Encoding"}
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@pytest.fixture
def web() -> Iterator[Service]:
    service = Service()
    yield service
    service.shutdown()


@pytest.fixture
def ingest() -> Iterator[Service]:
    service = Service()
    service.headers = {"Cache-Control": "no-store"}
    yield service
    service.shutdown()


def variables(web: Service, ingest: Service) -> dict[str, str]:
    """The container's environment, the services being ours."""
    declared: dict[str, str] = filled(raw()["services"]["nginx"]["environment"], example_environment())
    ours = {"WEB_UPSTREAM": web.address, "INGEST_UPSTREAM": ingest.address, "GRAFANA_UPSTREAM": ingest.address}
    return declared | ours | {"SITE_HOST": SITE, "DESK_HOST": DESK}


@pytest.fixture
def nginx(tmp_path: Path, web: Service, ingest: Service) -> Iterator[Nginx]:
    media = tmp_path / "media"
    (media / "ab").mkdir(parents=True)
    for size in ("", "-480"):
        (media / f"{PICTURE}{size}.webp").write_bytes(b"RIFF....WEBP")
    (media / "ab" / ".new-1.webp").write_bytes(b"half")
    for suffix in ("pdf", "vtt"):
        (media / f"{PICTURE}.{suffix}").write_bytes(b"words")
    (media / f"{PICTURE}.html").write_text("<script>alert(1)</script>")
    (tmp_path / "outside.webp").write_bytes(b"secret")
    (media / f"{LINK}.webp").symlink_to(tmp_path / "outside.webp")
    server = Nginx(tmp_path / "nginx", media, variables(web, ingest)).start()
    yield server
    server.close()
