"""The edge's rules, before services that only say what reached them."""

import shutil
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from services.web import store
from services.web.edge_cache import EdgeCache
from shared.database import engine, migrate
from tests.contract.web.conftest import published, state
from tests.production.conftest import DESK, LINK, PICTURE, SITE, Service, variables
from tests.production.nginx import Nginx
from tests.servers import free_port
from tests.wait import until


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


def test_the_desk_hears_of_the_tighter_form_for_its_scripts_alone(nginx: Nginx) -> None:
    accepted = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    for path, seen in (("/desk/static/built/richtext.js?v=1", "br, gzip"), ("/desk/bai/1", "gzip")):
        assert nginx.get(DESK, path, headers=accepted).json()["headers"]["Accept-Encoding"] == seen
    none = nginx.get(DESK, "/desk/static/desk.css", headers={"Accept-Encoding": "gzip;q=0, br;q=0.0"})
    assert none.json()["headers"].get("Accept-Encoding", "") == ""


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
        first = asked([f"2001:db8:ffff:{part:x}::9" for part in range(60)])
        flood = asked([f"2001:db8:ffff:{part:x}::9" for part in range(60, 1500)])
    finally:
        server.close()
    assert set(houses) == {200}
    # The burst; a slow machine's flood gets what heals meanwhile, too.
    assert first == [200] * 60 and 429 in flood


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


def test_the_live_board_is_passed_on_as_it_is_told(tmp_path: Path, web: Service) -> None:
    heard = threading.Event()

    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"event: change\ndata: {}\n\n")
            heard.wait(20)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as desk:
        threading.Thread(target=desk.serve_forever, args=(0.02,), daemon=True).start()
        settings = variables(web, web) | {"INGEST_UPSTREAM": f"127.0.0.1:{desk.server_port}"}
        server = Nginx(tmp_path / "nginx", tmp_path, settings).start()
        base = f"http://127.0.0.1:{server.ports['HTTP_LISTEN']}/desk/bang/dong"
        try:
            with httpx2.stream("GET", base, headers={"Host": DESK}, trust_env=False, timeout=10) as answer:
                # Before the answer has come to its end: nothing waits in a buffer.
                assert next(answer.iter_lines()) == "event: change"
        finally:
            heard.set()
            server.close()
            desk.shutdown()


def test_a_view_is_sent_again_and_an_import_is_not(nginx: Nginx, web: Service, ingest: Service) -> None:
    web.breaks = ingest.breaks = 1
    assert nginx.get(SITE, "/api/views", "POST", content=b"{}").status_code == 200
    assert nginx.get(DESK, "/api/articles:batch", "POST", content=b"{}").status_code == 503
    assert (len(web.requests), len(ingest.requests)) == (2, 1)


def test_what_took_too_long_is_not_asked_again(nginx: Nginx, web: Service) -> None:
    web.slow = 11
    assert nginx.get(SITE, "/lau").status_code == 503
    assert len(web.requests) == 1


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


def test_pictures_cannot_run_anything(nginx: Nginx) -> None:
    picture = nginx.get(SITE, f"/media/{PICTURE}.webp")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert nginx.get(SITE, f"/media/{PICTURE}.html").headers["Content-Type"] == "application/octet-stream"
    assert "Content-Disposition" not in picture.headers
    document = nginx.get(SITE, f"/media/{PICTURE}.pdf").headers
    assert (document["Content-Type"], document["Content-Disposition"]) == ("application/pdf", "attachment")
    assert nginx.get(SITE, f"/media/{PICTURE}.vtt").headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert nginx.get(SITE, f"/media/{PICTURE}.webp", method="POST").status_code == 403
    for hidden in ("ab/.new-1.webp", "ab/", f"{LINK}.webp", "ab%00", f"../media/{PICTURE}", f"{PICTURE}.webp%0d%0aX"):
        assert nginx.statuses(f"GET {SITE} /media/{hidden}")[0] in (400, 403, 404), hidden


def test_a_picture_is_sent_as_long_as_web_calls_it_public(nginx: Nginx, web: Service) -> None:
    web.headers |= {"Cache-Control": "public, max-age=2, stale-if-error=86400", "ETag": '"a"', "Cache-Tag": "media:x"}
    for _ in range(20):
        for size in ("", "-480"):
            sent = nginx.get(SITE, f"/media/{PICTURE}{size}.webp")
            assert (sent.status_code, sent.headers["Cache-Control"]) == (200, web.headers["Cache-Control"])
            assert sent.headers["Cache-Tag"] == "media:x"
    assert web.requests[0] == ("GET", f"/-/media/{PICTURE}")
    assert len(web.requests) < 20, "what web said is kept for a moment"
    again = nginx.get(SITE, f"/media/{PICTURE}.webp", headers={"If-None-Match": nginx.etag(f"/media/{PICTURE}.webp")})
    assert again.status_code == 304
    web.status = 404
    gone = until(lambda: (got := nginx.get(SITE, f"/media/{PICTURE}.webp")).status_code == 404 and got, 10)
    assert gone.headers["Cache-Control"] == "no-store"
    assert nginx.get(SITE, f"/media/{PICTURE}-480.webp").status_code == 404
    assert nginx.get(DESK, f"/media/{PICTURE}.webp").json()["path"] == f"/media/{PICTURE}.webp", "ingest's to decide"


def test_a_picture_that_was_seen_is_sent_while_web_is_away_unless_it_was_taken_from_readers(
    nginx: Nginx, web: Service
) -> None:
    migrate("web")
    address = f"/media/{PICTURE}.webp"
    store.publish(engine("web"), [published(state(1, body=f'<img src="{address}">'))])
    cache = EdgeCache(engine("web"), f"http://127.0.0.1:{nginx.ports['STATUS_LISTEN']}/pages")
    cache.look()
    assert nginx.get(SITE, address).status_code == 200
    web.status, asked = 503, len(web.requests)
    until(lambda: nginx.get(SITE, address).status_code == 200 and len(web.requests) > asked, 10, "web is asked again")
    assert nginx.get(SITE, address).status_code == 200, "what web said is old by now"
    unknown = nginx.get(SITE, f"/media/{LINK}.webp")
    assert (unknown.status_code, unknown.headers["Retry-After"]) == (503, "10")
    # The article stays, with another picture.
    store.publish(engine("web"), [published(state(1, 2, body="<p>Không còn ảnh.</p>"))])
    cache.look()
    assert nginx.get(SITE, address).status_code == 503


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
        for host in (SITE, DESK):
            refused = server.get(host, "/api/articles", headers={"Authorization": "Bearer ts_key"})
            assert (refused.status_code, "location" in refused.headers) == (403, False), "a key in plain is noticed"
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
