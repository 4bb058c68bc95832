"""The edge's rules, before services that only say what reached them."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from services.web import store
from services.web.edge_cache import EdgeCache
from services.web.routes import ROUTES
from services.web.searching import read_query
from shared.database import engine, migrate
from tests.contract.web.conftest import published, state, withdrawn
from tests.production.compose import example_environment, filled, raw
from tests.production.nginx import Nginx
from tests.servers import free_port
from tests.wait import until

SITE, DESK = "bao.test", "toasoan.test"


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
    declared = filled(raw()["services"]["nginx"]["environment"], example_environment())
    ours = {"WEB_UPSTREAM": web.address, "INGEST_UPSTREAM": ingest.address, "GRAFANA_UPSTREAM": ingest.address}
    return declared | ours | {"SITE_HOST": SITE, "DESK_HOST": DESK}


@pytest.fixture
def nginx(tmp_path: Path, web: Service, ingest: Service) -> Iterator[Nginx]:
    media = tmp_path / "media"
    (media / "ab").mkdir(parents=True)
    (media / "ab" / "anh.webp").write_bytes(b"RIFF....WEBP")
    (media / "ab" / ".new-1.webp").write_bytes(b"half")
    (media / "ab" / "doc.html").write_text("<script>alert(1)</script>")
    (tmp_path / "outside.webp").write_bytes(b"secret")
    (media / "ab" / "link.webp").symlink_to(tmp_path / "outside.webp")
    server = Nginx(tmp_path / "nginx", media, variables(web, ingest)).start()
    yield server
    server.close()


def test_an_unknown_host_gets_no_answer(nginx: Nginx, web: Service) -> None:
    for host in ("evil.test", "127.0.0.1", "bao.test.evil.test"):
        with pytest.raises(httpx2.TransportError):
            nginx.get(host, "/")
    with socket.create_connection(("127.0.0.1", nginx.ports["HTTP_LISTEN"])) as bare:
        bare.sendall(b"GET / HTTP/1.1\r\n\r\n")  # HTTP/1.1 without Host
        assert b" 200 " not in bare.recv(200)
    assert web.requests == []


def test_each_host_leads_to_its_own_service(nginx: Nginx, web: Service, ingest: Service) -> None:
    assert nginx.get(SITE, "/thoi-su").status_code == 200
    assert nginx.get(DESK, "/desk/").status_code == 200
    assert [path for _, path in web.requests] == ["/thoi-su"]
    assert [path for _, path in ingest.requests] == ["/desk/"]


def test_what_a_client_says_of_its_address_is_replaced(nginx: Nginx) -> None:
    lies = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.1",
        "X-Real-IP": "203.0.113.9",
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "for=203.0.113.9;host=evil.test",
        "Proxy": "http://evil.test",
    }
    for host in (SITE, DESK):
        seen = {name.lower(): value for name, value in nginx.get(host, "/x", headers=lies).json()["headers"].items()}
        assert seen["x-forwarded-for"] == seen["x-real-ip"] == "127.0.0.1"
        assert seen["host"] == host
        assert seen["x-forwarded-proto"] == "http"
        assert not {"x-forwarded-host", "forwarded", "proxy"} & set(seen)


def test_a_load_balancer_before_us_is_believed(tmp_path: Path, web: Service, ingest: Service) -> None:
    settings = variables(web, ingest) | {"EDGE_PROXY": "127.0.0.1"}
    server = Nginx(tmp_path / "nginx", tmp_path, settings).start()
    try:
        seen = server.get(SITE, "/", headers={"X-Forwarded-For": "203.0.113.9"}).json()["headers"]
    finally:
        server.close()
    assert seen["X-Forwarded-For"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("addresses", "are_one"),
    [
        ([f"2001:db8:1:2:{part:x}::9" for part in range(25)], True),
        ([f"2001:db8::{part:x}:1:1:1" for part in range(1, 26)], True),
        ([f"2001:db8::{part:x}:1:1:1:1" for part in range(1, 26)], False),
        ([f"2001:db8:1:{part:x}::9" for part in range(1, 26)], False),
        (["203.0.113.9"] * 25, True),
        ([f"203.0.113.{part}" for part in range(25)], False),
        (["::ffff:203.0.113.9"] * 25, True),
        ([f"::ffff:203.0.113.{part}" for part in range(25)], False),
    ],
)
def test_a_client_of_ipv6_is_its_64_bit_network(
    tmp_path: Path, web: Service, ingest: Service, addresses: list[str], are_one: bool
) -> None:
    server = Nginx(tmp_path / "nginx", tmp_path, variables(web, ingest) | {"EDGE_PROXY": "127.0.0.1"}).start()
    try:
        answers = [
            server.get(DESK, "/desk/dang-nhap", headers={"X-Forwarded-For": one}).status_code for one in addresses
        ]
    finally:
        server.close()
    assert (429 in answers) == are_one


@pytest.mark.parametrize(
    ("host", "method", "path"),
    [
        (DESK, "POST", "/desk/dang-nhap"),
        (SITE, "POST", "/api/articles/1/comments"),
        (SITE, "GET", "/api/search?q=x"),
    ],
)
def test_a_flood_out_of_all_of_a_48_is_held_and_as_many_houses_are_not(
    tmp_path: Path, web: Service, ingest: Service, host: str, method: str, path: str
) -> None:
    web.headers = {"Cache-Control": "no-store"}
    server = Nginx(tmp_path / "nginx", tmp_path, variables(web, ingest) | {"EDGE_PROXY": "127.0.0.1"}).start()

    def asked(addresses: list[str]) -> list[int]:
        with ThreadPoolExecutor(8) as pool:
            said = [{"X-Forwarded-For": one} for one in addresses]
            return list(pool.map(lambda own: server.get(host, path, method, headers=own).status_code, said))

    try:
        houses = asked([f"2001:db8:{part:x}:1::9" for part in range(700)] + [f"203.0.113.{n}" for n in range(200)])
        flood = asked([f"2001:db8:ffff:{part:x}::9" for part in range(1500)])
    finally:
        server.close()
    assert set(houses) == {200}
    # The burst; a slow machine's flood gets what heals meanwhile, too.
    assert flood[:60] == [200] * 60 and 429 in flood


def test_who_comes_by_ipv6_is_answered_and_known_by_that_address(nginx: Nginx) -> None:
    answer = httpx2.get(f"http://[::1]:{nginx.ports['HTTP_LISTEN']}/x", headers={"Host": SITE}, trust_env=False)
    assert answer.json()["headers"]["X-Real-IP"] == "::1"


def test_a_page_whose_maker_breaks_off_is_asked_for_once_more(nginx: Nginx, web: Service, ingest: Service) -> None:
    web.breaks = ingest.breaks = 1
    assert nginx.get(SITE, "/thoi-su").status_code == 200
    assert nginx.get(DESK, "/desk/").status_code == 200
    assert (len(web.requests), len(ingest.requests)) == (2, 2)
    web.breaks = 9
    broken = nginx.get(SITE, "/van-hoa")
    assert (broken.status_code, broken.headers["Retry-After"]) == (503, "10")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_a_service_may_have_begun_is_not_begun_again(nginx: Nginx, ingest: Service, method: str) -> None:
    ingest.breaks = 1
    answer = nginx.get(DESK, "/api/articles", method, content=b"{}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert len(ingest.requests) == 1


def test_a_view_is_sent_again_and_an_import_is_not(nginx: Nginx, web: Service, ingest: Service) -> None:
    web.breaks = ingest.breaks = 1
    assert nginx.get(SITE, "/api/views", "POST", content=b"{}").status_code == 200
    assert nginx.get(DESK, "/api/articles:batch", "POST", content=b"{}").status_code == 503
    assert (len(web.requests), len(ingest.requests)) == (2, 1)


def test_what_took_too_long_is_not_asked_again(nginx: Nginx, web: Service) -> None:
    web.slow = 11
    assert nginx.get(SITE, "/lau").status_code == 503
    assert len(web.requests) == 1


def test_a_page_is_kept_as_long_as_web_says(nginx: Nginx, web: Service) -> None:
    first, second = nginx.get(SITE, "/bai-1"), nginx.get(SITE, "/bai-1")
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert len(web.requests) == 1
    until(lambda: nginx.get(SITE, "/bai-1").headers["X-Cache"] in ("EXPIRED", "MISS"), 10, "the copy grows old")
    assert len(web.requests) == 2


@pytest.mark.parametrize("control", ["private, max-age=60", "no-store", "no-cache", None])
def test_what_web_does_not_call_public_is_not_kept(nginx: Nginx, web: Service, control: str | None) -> None:
    web.headers = {"Cache-Control": control} if control else {}
    assert "HIT" not in [nginx.get(SITE, "/rieng").headers["X-Cache"] for _ in range(3)]
    assert len(web.requests) == 3


def test_spellings_of_accept_encoding_share_two_copies(nginx: Nginx, web: Service) -> None:
    packed = ("gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "GZIP", "br , x-gzip ; q=0.001", "*", "identity;q=0, *;q=0.5")
    plain = ("identity", "", "gzip;q=0", "gzip; q=0.000, br", "gzip ;Q=0", "gzip;q=0, *", "*;q=0", "notgzip", "gzip;q=x")
    for forms, seen in ((packed, "gzip"), (plain, "")):
        for accepted in forms:
            told = nginx.get(SITE, "/bai-2", headers={"Accept-Encoding": accepted}).json()["headers"]
            assert told.get("Accept-Encoding", "") == seen, accepted
    assert len(web.requests) == 2


def test_parameters_that_no_page_reads_share_the_page_s_copy(nginx: Nginx, web: Service) -> None:
    unread = ("", "?", "?fbclid=IwAR1", "?utm_source=zalo&utm_medium=x%26y", "?a&b=&c.d=1", "?gclid=a=b", "?x=trang=3")
    assert {nginx.get(SITE, f"/bai-5{query}").json()["path"] for query in unread} == {"/bai-5"}
    numbered = ("?trang=2", "?fbclid=x&trang=2", "?trang=2&zarsrc=1", "?a=1&trang=2&b=2")
    assert {nginx.get(SITE, f"/muc{query}").json()["path"] for query in numbered} == {"/muc?trang=2"}
    # What web may read in another way is nobody else's.
    for query in ("?tr%61ng=3", "?trang=2&trang=3", "?trang=3&tr%61ng=4", "?trang=02", "?p=77", "?q=x&fbclid=1", "?a+b=1"):
        assert nginx.get(SITE, f"/muc{query}").json()["path"] == f"/muc{query}", query


def test_every_parameter_that_web_reads_is_part_of_what_a_copy_is_known_by(nginx: Nginx) -> None:
    class Asked(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            read.add(name)
            return "x" if name == "q" else default

    read = {name for route in ROUTES for name in route.parameters} | {"p"}
    read_query(Asked())
    assert {"trang", "q", "from"} <= read
    for name in sorted(read):
        assert nginx.get(SITE, f"/x?{name}=1").json()["path"] == f"/x?{name}=1", name


def test_what_is_not_found_is_kept_for_nobody(nginx: Nginx, web: Service) -> None:
    web.status = 404
    assert nginx.get(SITE, "/doc.php?id=8").status_code == 404
    web.status = 200
    assert nginx.get(SITE, "/doc.php?id=7").json()["path"] == "/doc.php?id=7"


def test_a_rush_on_one_page_is_one_request(nginx: Nginx, web: Service) -> None:
    web.slow = 0.3
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: nginx.get(SITE, "/tin-nong").status_code, range(20)))
    assert answers == [200] * 20
    assert len(web.requests) == 1


def test_yesterdays_copy_is_shown_in_trouble_and_only_then(nginx: Nginx, web: Service) -> None:
    web.headers["Cache-Control"] = "public, max-age=1"
    assert nginx.get(SITE, "/bai-3").status_code == 200
    web.status = 500
    stale = until(lambda: (got := nginx.get(SITE, "/bai-3")).headers["X-Cache"] == "STALE" and got, 10)
    assert stale.status_code == 200
    assert stale.json()["path"] == "/bai-3"
    web.status = 410  # withdrawn: not a trouble
    assert until(lambda: nginx.get(SITE, "/bai-3").status_code == 410, 10)


def test_what_was_withdrawn_does_not_come_back_when_web_cannot_answer(nginx: Nginx, web: Service) -> None:
    migrate("web")
    store.publish(engine("web"), [published(state(1))])
    pages = f"http://127.0.0.1:{nginx.ports['STATUS_LISTEN']}/pages"
    cache = EdgeCache(engine("web"), pages)
    cache.look()
    addresses = ("/", "/rss.xml", "/thoi-su/bai-1", "/thoi-su/bai-1?tr%61ng=1")
    asked = [(address, accepted) for address in addresses for accepted in ("gzip", "identity")]

    def answers() -> set[tuple[int, str]]:
        got = [nginx.get(SITE, path, headers={"Accept-Encoding": form}) for path, form in asked]
        return {(one.status_code, one.headers.get("X-Cache", "")) for one in got}

    assert answers() == {(200, "MISS")}
    store.publish(engine("web"), [published(state(2))])
    cache.look()
    web.status = 503
    # A publication takes no copy away.
    assert until(lambda: answers() == {(200, "STALE")}, 10)
    store.withdraw(engine("web"), [withdrawn(1, 2)])
    cache.look()
    assert {status for status, _ in answers()} == {503}


def test_no_reader_and_no_other_method_deletes_a_copy(nginx: Nginx, web: Service) -> None:
    assert nginx.get(SITE, "/pages/0/", method="DELETE").json()["path"] == "/pages/0/"
    inside = f"http://127.0.0.1:{nginx.ports['STATUS_LISTEN']}/pages/0/"
    for method in ("GET", "PUT", "MKCOL", "COPY", "MOVE"):
        assert httpx2.request(method, inside, trust_env=False).status_code in (403, 405), method


def test_without_web_and_without_a_copy_it_says_so_in_vietnamese(tmp_path: Path, web: Service, ingest: Service) -> None:
    away = {"WEB_UPSTREAM": f"127.0.0.1:{free_port()}"}
    nginx = Nginx(tmp_path / "nginx", tmp_path, variables(web, ingest) | away).start()
    try:
        page = nginx.get(SITE, "/lanh")
        asked = nginx.get(SITE, "/api/articles/7")
        viewed = nginx.get(SITE, "/api/views", method="POST", content=b"{}")
    finally:
        nginx.close()
    assert (page.status_code, page.headers["Cache-Control"]) == (503, "no-store")
    assert int(page.headers["Retry-After"]) > 0
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Tạm thời chưa mở được trang" in page.text
    assert (asked.status_code, asked.json()["status"]) == (503, 503)
    assert viewed.status_code == 503


def test_the_houses_own_addresses_are_not_for_readers(nginx: Nginx, web: Service, ingest: Service) -> None:
    paths = ("/metrics", "/healthz", "/readyz", "//metrics", "/x/../metrics", "/%6detrics", "/-/trouble/busy.html")
    for host in (SITE, DESK):
        for path in paths:
            assert nginx.statuses(f"GET {host} {path}") == [404], path
    assert web.requests == ingest.requests == []


def test_figures_stand_on_a_port_of_their_own(nginx: Nginx) -> None:
    base = f"http://127.0.0.1:{nginx.ports['STATUS_LISTEN']}"
    assert "Active connections" in httpx2.get(f"{base}/stub_status", trust_env=False).text
    assert httpx2.get(f"{base}/", trust_env=False).status_code == 404


def test_pictures_cannot_run_anything(nginx: Nginx, web: Service) -> None:
    for host in (SITE, DESK):
        picture = nginx.get(host, "/media/ab/anh.webp")
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "immutable" in picture.headers["Cache-Control"]
        assert nginx.get(host, "/media/ab/doc.html").headers["Content-Type"] == "application/octet-stream"
        assert nginx.get(host, "/media/ab/anh.webp", method="POST").status_code == 403
        for hidden in ("ab/.new-1.webp", "ab/", "ab/link.webp", "ab%00"):
            assert nginx.statuses(f"GET {host} /media/{hidden}")[0] in (400, 403, 404), hidden
    assert web.requests == []


def test_bodies_are_bounded(nginx: Nginx, web: Service, ingest: Service) -> None:
    assert nginx.get(SITE, "/api/views", method="POST", content=b"x" * 9_000).status_code == 413
    assert nginx.get(SITE, "/api/articles/1/comments", method="POST", content=b"x" * 70_000).status_code == 413
    assert nginx.get(DESK, "/api/media", method="POST", content=b"x" * 1_000_000).json()["bytes"] == 1_000_000
    assert web.requests == []


def test_readers_behind_one_address_are_not_held_back(nginx: Nginx) -> None:
    assert set(nginx.statuses(*[f"POST {SITE} /api/views"] * 900, body="{}")) == {200}
    assert set(nginx.statuses(*[f"GET {SITE} /bai-{number % 9}" for number in range(600)])) == {200}


def test_a_machine_is_held_back(nginx: Nginx) -> None:
    asked = nginx.statuses(*(f"GET {SITE} /api/search?q={number}" for number in range(300)))
    assert asked.count(200) >= 100
    assert 429 in asked
    tried = nginx.statuses(*[f"POST {DESK} /desk/dang-nhap"] * 100, body="x=1")
    assert tried.count(200) <= 30
    held = until(lambda: (got := nginx.get(SITE, "/api/search?q=x")).status_code == 429 and got, interval_s=0)
    assert held.json()["status"] == 429
    assert int(held.headers["Retry-After"]) > 0


def test_a_client_that_sends_slowly_is_let_go(tmp_path: Path, web: Service, ingest: Service) -> None:
    shorter = {
        "client_header_timeout 10s": "client_header_timeout 1s",
        "client_body_timeout 10s": "client_body_timeout 1s",
    }
    server = Nginx(tmp_path / "nginx", tmp_path, variables(web, ingest), shorter=shorter).start()
    head = b"GET / HTTP/1.1\r\nHost: bao.test\r\nX-Slow: "
    body = b"POST /api/views HTTP/1.1\r\nHost: bao.test\r\nContent-Length: 100\r\n\r\nx"
    try:
        for begun in (head, body):
            with socket.create_connection(("127.0.0.1", server.ports["HTTP_LISTEN"]), timeout=30) as slow:
                slow.sendall(begun)
                with suppress(ConnectionResetError):
                    assert slow.recv(500)[:12] in (b"", b"HTTP/1.1 408")
    finally:
        server.close()
    assert web.requests == []


def test_tls(tmp_path: Path, web: Service, ingest: Service) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    for name, host in (("site", SITE), ("desk", DESK)):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
             "-keyout", certificates / f"{name}.key", "-out", certificates / f"{name}.crt"],
            check=True, capture_output=True,
        )  # fmt: skip
    server = Nginx(tmp_path / "nginx", tmp_path, variables(web, ingest), certificates).start()
    try:
        moved = server.get(SITE, "/bai?x=1")
        assert (moved.status_code, moved.headers["Location"]) == (
            308,
            f"https://{SITE}:{server.ports['HTTPS_LISTEN']}/bai?x=1",
        )
        assert moved.headers["Cache-Control"] == "max-age=3600"
        for name, host in (("site", SITE), ("desk", DESK)):
            answer = _over_tls(server.ports["HTTPS_LISTEN"], host, certificates / f"{name}.crt")
            assert answer.startswith("HTTP/1.1 200")
            assert "strict-transport-security: max-age=31536000" in answer.lower()
            assert '"X-Forwarded-Proto": "https"' in answer
        with pytest.raises(ssl.SSLError):
            _over_tls(server.ports["HTTPS_LISTEN"], "evil.test", certificates / "site.crt")
    finally:
        server.close()


def _over_tls(port: int, host: str, authority: Path) -> str:
    context = ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    return received.decode()
