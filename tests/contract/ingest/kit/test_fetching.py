"""Nothing inside the house's network can be fetched, however it is written; what may be fetched is bounded."""

import gzip
import ipaddress
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.ingest.kit.fetching import SECONDS, Fetcher, FetchFailed, FetchRefused, is_public
from shared.http_client import MAX_BYTES

REFUSED = "Không lấy được từ địa chỉ này."
LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)

INSIDE = """
http://127.0.0.1/ http://127.0.0.1:8001/desk/ http://127.1/ http://127.0.1/ http://0.0.0.0/ http://0/
http://2130706433/ http://0x7f000001/ http://0x7f.1/ http://0177.0.0.1/ http://017700000001/ http://127.255.255.254/
http://localhost/ http://LOCALHOST./ http://[::]/ http://[::1]/ http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/ http://[::127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b:1::1]/ http://[2002:7f00:1::]/
http://[2001:0:7f00:1::]/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://169.254.169.254/latest/meta-data/
http://2852039166/ http://[fd00:ec2::254]/ http://[fe80::1]/ http://[fe80::1%25lo]/ http://[fec0::1]/ http://[fc00::1]/
http://100.64.0.1/ http://100.127.255.255/ http://10.0.0.1/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.1.1/
http://192.0.0.170/ http://198.18.0.1/ http://192.0.2.1/ http://198.51.100.1/ http://203.0.113.1/ http://192.88.99.1/
http://224.0.0.1/ http://[ff02::1]/ http://240.0.0.1/ http://255.255.255.255/ http://[2001:db8::1]/
""".split()
NO_ADDRESS = [
    "file:///etc/passwd", "gopher://8.8.8.8/_x", "ftp://8.8.8.8/", "dict://8.8.8.8:11211/", "data:text/xml,x",
    "//8.8.8.8/", "http://", "http:///x", "", "8.8.8.8", "http://user@8.8.8.8/", "http://a:b@8.8.8.8/",
    "http://8.8.8.8\\@127.0.0.1/", "http://8.8.8.8:25/", "http://8.8.8.8:99999/", "http://8.8.8.8:0/",
    "http://8.8.8.8/\r\nX: y",
    "http://8.8.8.8 /", "http://[::1/", "http://[x]/", "http://8.8.8.8/" + "a" * 3000, "http://khong-co-ten-nay.invalid/",
    "http://.../",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE + NO_ADDRESS)
def test_addresses_inside_are_refused_alike(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        Fetcher(seconds=3).get(url)
    assert refused.value.detail == REFUSED


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "103.28.36.1", "2606:4700:4700::1111", "2404:6800::1"])
def test_addresses_of_the_open_internet_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Site)
        self.server.asked.append((self.path, self.headers["Host"]))
        self.server.answer(self)

    do_POST = do_GET

    def log_message(self, *_arguments: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    """A server at 127.0.0.1 that notes what it is asked and answers as told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str]] = []
        self.released = threading.Event()
        self.body, self.status = b"xin chao", 200
        self.headers: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.port = self.server_address[1]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        target = self.redirects.get(request.path)
        headers = {"Content-Length": str(len(self.body)), **self.headers, **({"Location": target} if target else {})}
        request.send_response(302 if target else self.status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(self.body)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.released.set()
    made.shutdown()
    made.server_close()
    thread.join(10)


def fetcher(
    site: Site,
    names: dict[str, list[str]] | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    seconds: float = SECONDS,
    tls: ssl.SSLContext | None = None,
) -> Fetcher:
    """One that may speak to the site, and finds names in a table."""
    table = {"bao.example": ["127.0.0.1"], **(names or {})}

    def resolver(host: str, _port: int) -> list[str]:
        return table.get(host, [host])

    return Fetcher(resolver=resolver, allowed=LOOPBACK, max_bytes=max_bytes, seconds=seconds, tls=tls)


def test_a_name_inside_is_refused_and_never_spoken_to(site: Site) -> None:
    with pytest.raises(FetchRefused):
        Fetcher(resolver=lambda _host, _port: ["127.0.0.1"]).get(f"http://noi-bo.example:{site.port}/")
    assert site.asked == []


@pytest.mark.parametrize("second", ["10.0.0.5", "::1", "169.254.169.254", "khong phai dia chi"])
def test_one_address_inside_among_public_ones_refuses_the_name(site: Site, second: str) -> None:
    with pytest.raises(FetchRefused):
        fetcher(site, {"hai.example": ["127.0.0.1", second]}).get(f"http://hai.example:{site.port}/")
    assert site.asked == []


def test_rebinding_the_checked_address_is_the_one_spoken_to(site: Site) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def changing(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    got = Fetcher(resolver=changing, allowed=LOOPBACK).get(f"http://doi-y.example:{site.port}/a?b=c")
    assert got.body == b"xin chao"
    assert asked == ["doi-y.example"]
    assert site.asked == [("/a?b=c", f"doi-y.example:{site.port}")]


def test_redirects_are_followed_each_checked_anew(site: Site) -> None:
    site.redirects = {"/cu": "/moi", "/vao-trong": "http://10.1.2.3/", "/tep": "file:///etc/passwd"}
    site.redirects["/meta"] = "http://169.254.169.254/latest/meta-data/"
    site.redirects["/vong"] = "/vong"
    work = fetcher(site)
    got = work.get(f"http://bao.example:{site.port}/cu")
    assert (got.status, got.url) == (200, f"http://bao.example:{site.port}/moi")
    for path in ("/vao-trong", "/tep", "/meta"):
        with pytest.raises(FetchRefused) as refused:
            work.get(f"http://bao.example:{site.port}{path}")
        assert refused.value.detail == REFUSED
    with pytest.raises(FetchFailed, match="chuyển hướng"):
        work.get(f"http://bao.example:{site.port}/vong")


def test_redirect_to_a_name_that_has_turned_inside_is_refused(site: Site) -> None:
    site.redirects = {"/": "http://bao.example/again"}
    answers = iter([["127.0.0.1"], ["192.168.0.1"]])
    with pytest.raises(FetchRefused):
        Fetcher(resolver=lambda _host, _port: next(answers), allowed=LOOPBACK).get(f"http://bao.example:{site.port}/")


def test_posts_are_sent_and_not_redirected(site: Site) -> None:
    site.redirects = {"/moc": "http://bao.example/khac"}
    got = fetcher(site).post(f"http://bao.example:{site.port}/moc", b"{}", {"Content-Type": "application/json"})
    assert got.status == 302
    assert len(site.asked) == 1


def test_addresses_with_vietnamese_letters_are_encoded(site: Site) -> None:
    fetcher(site).get(f"http://bao.example:{site.port}/điện-biên?mục=thời sự".replace(" ", "%20"))
    assert site.asked[0][0] == "/%C4%91i%E1%BB%87n-bi%C3%AAn?m%E1%BB%A5c=th%E1%BB%9Di%20s%E1%BB%B1"


def test_too_large_bodies_are_cut_off_packed_or_not(site: Site) -> None:
    url = f"http://bao.example:{site.port}/"
    site.body = b"x" * 2_000_001
    with pytest.raises(FetchFailed, match="2 MB"):
        fetcher(site, max_bytes=2_000_000).get(url)
    site.body, site.headers = gzip.compress(b"\0" * 50_000_000), {"Content-Encoding": "gzip"}
    with pytest.raises(FetchFailed, match="2 MB"):
        fetcher(site, max_bytes=2_000_000).get(url)
    site.body = gzip.compress(b"vua")
    assert fetcher(site).get(url).body == b"vua"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"not packed", {"Content-Encoding": "gzip"}),
        (gzip.compress(b"cut off" * 100, mtime=0)[:30], {"Content-Encoding": "gzip"}),
        (b"x", {"Content-Encoding": "br"}),
        (b"short", {"Content-Length": "500"}),
    ],
)
def test_broken_bodies_are_failures(site: Site, body: bytes, headers: dict[str, str]) -> None:
    site.body, site.headers = body, headers
    with pytest.raises(FetchFailed):
        fetcher(site, seconds=5).get(f"http://bao.example:{site.port}/")


def test_a_server_that_drips_is_left_at_the_deadline(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not site.released.wait(0.05):
            request.wfile.write(b"X-Slow: 1\r\n")

    monkeypatch.setattr(site, "answer", drip)
    with pytest.raises(FetchFailed, match="chậm"):
        fetcher(site, seconds=1).get(f"http://bao.example:{site.port}/")


def test_nobody_listening_is_a_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFailed, match="kết nối"):
            Fetcher(allowed=LOOPBACK).get(f"http://127.0.0.1:{taken.getsockname()[1]}/")


def test_https_checks_the_certificate_against_the_name(site: Site, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bao.example"]
    names = ["-addext", "subjectAltName=DNS:bao.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    site.socket = server.wrap_socket(site.socket, server_side=True)
    trusting = ssl.create_default_context(cafile=str(certificate))
    table = {"khac.example": ["127.0.0.1"]}
    assert fetcher(site, tls=trusting).get(f"https://bao.example:{site.port}/").body == b"xin chao"
    for host, tls in (("khac.example", trusting), ("bao.example", None)):
        with pytest.raises(FetchFailed, match="TLS"):
            fetcher(site, table, tls=tls).get(f"https://{host}:{site.port}/")
