"""The readers' HTTP process: fresh pages, validators, packing, odd requests, and what it does when stores are away."""

import gzip
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx2
import orjson
import pytest
from sqlalchemy import delete, text

from services.web import store
from services.web.changes import BLIND_SECONDS
from services.web.pagemaking import GRACE_SECONDS
from services.web.searching import NamesOfToday, with_names_of_today
from services.web.tables import changes
from shared.contracts.events import CommentPublished, RankedArticle, RankingChanged, SectionSaved, ViewTotalsChanged
from shared.database import write
from shared.release import VERSION
from tests.conftest import forget_settings
from tests.contract.web.conftest import START, Site, delivered, published, state, withdrawn
from tests.servers import PostgresServer, RedisServer
from tests.swallow import Swallower
from tests.wait import until

PATH = "/thoi-su/bai-so-1-1"


def talk(site: Site, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send raw bytes in parts, read until the server closes."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
            if pause:
                time.sleep(pause)
        answer = b""
        while data := connection.recv(65536):
            answer += data
    return answer


def views(site: Site, article_id: int, number: int, epoch: int = 0) -> None:
    event = ViewTotalsChanged(totals={article_id: number}, epoch=epoch)
    site.tell(store.set_totals, delivered(event, "totals"))


def test_an_article_appears_changes_and_goes(site: Site) -> None:
    assert site.get(PATH).status_code == 404
    site.tell(store.publish, published(state(1)))
    site.until(PATH, "Nội dung bài 1.")
    site.until("/", "Bài số 1")
    site.tell(store.publish, published(state(1, 2, title="Tên mới", slug="ten-moi")))
    page = site.until("/thoi-su/ten-moi-1", "Tên mới")
    until(lambda: site.get(PATH).headers.get("location") == "/thoi-su/ten-moi-1", 10, "the old address redirects")
    for moved in (PATH, "/khac/gi-do-1", "/thoi-su/ten-moi-1/"):
        answer = site.get(moved)
        assert (answer.status_code, answer.headers["cache-control"]) == (301, "no-cache"), moved
    site.until("/", "Tên mới")
    assert "Bài số 1" not in site.get("/").text
    assert 'name="view-token"' in page.text
    site.tell(store.withdraw, withdrawn(1, 3))
    site.until("/thoi-su/ten-moi-1", "", status=410)
    assert site.get("/api/articles/1").status_code == 410
    assert site.get("/api/articles/2").status_code == 404
    until(lambda: "Tên mới" not in site.get("/").text, 10)


def test_the_number_of_views_is_spliced_in_plain_and_packed(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    site.until(PATH, "Lượt xem: 0")
    for number, printed in ((5546, "5.546"), (1234567, "1.234.567")):
        views(site, 1, number)
        site.until(PATH, f"Lượt xem: {printed}")
        packed = site.get(PATH, headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert f"Lượt xem: {printed}" in packed.text
    assert site.get("/api/articles/1").json()["views"] == 1234567
    raw = talk(site, f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
    plain = talk(site, f"GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert gzip.decompress(raw.partition(b"\r\n\r\n")[2]) == plain.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("GZIP, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("identity", False),
    ],
)
def test_a_page_is_packed_for_whoever_takes_it_so(site: Site, accepted: str, packed: bool) -> None:
    site.tell(store.publish, published(state(1)))
    site.until(PATH, "Nội dung")
    raw = talk(
        site, f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {accepted}\r\nConnection: close\r\n\r\n".encode()
    )
    assert (b"\r\ncontent-encoding: gzip" in raw.partition(b"\r\n\r\n")[0].lower()) is packed


def test_validators_are_strong_and_change_with_every_byte(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    site.until(PATH, "Nội dung")

    def unchanged() -> tuple[str, httpx2.Response] | None:
        # A page asked for before the change was heard of is made once more when it is.
        etag = site.get(PATH).headers["etag"]
        again = site.get(PATH, headers={"if-none-match": f'"other", {etag}'})
        return (etag, again) if again.status_code == 304 else None

    etag, again = until(unchanged, 20, "a page that stayed as it was answers 304")
    assert not etag.startswith("W/")
    assert again.content == b""
    assert again.headers["etag"] == etag
    assert "content-security-policy" in again.headers
    head = site.client.head(PATH, headers={"accept-encoding": "identity"})
    assert head.content == b""
    assert int(head.headers["content-length"]) > 1000
    views(site, 1, 7)
    changed = site.until(PATH, "Lượt xem: 7")
    assert changed.headers["etag"] != etag
    assert site.get(PATH, headers={"if-none-match": etag}).status_code == 200
    assert site.get(PATH, headers={"accept-encoding": "identity"}).headers["etag"] != changed.headers["etag"]


def test_every_page_that_shows_an_article_follows_it(site: Site) -> None:
    def forgets(place: str, words: str) -> bool:
        return words not in site.get(place).text

    site.tell(store.save_sections, delivered(SectionSaved(id=1, version=1, slug="thoi-su", name="Thời sự"), 1))
    site.tell(store.publish, *[published(state(number)) for number in range(1, 9)])
    ranking = RankingChanged(window="24h", version=1, entries=(RankedArticle(id=3, views=40),))
    site.tell(store.set_rankings, delivered(ranking, "24h:"))
    places = ["/", "/thoi-su", "/ngay/2026-03-01", "/rss.xml", "/rss/thoi-su.xml", "/atom.xml", "/feed.json",
              "/thoi-su/bai-so-4-4", "/sitemap-0.xml"]  # fmt: skip
    for place in places:
        site.until(place, "bai-so-3-3")
    site.until("/doc-nhieu", "Bài số 3")
    site.tell(store.publish, published(state(3, 2, title="Đã đổi tên", slug="da-doi-ten")))
    for place in places:
        site.until(place, "da-doi-ten-3")
        until(partial(forgets, place, "bai-so-3-3"), 10, f"{place} forgets the old name")
    site.until("/doc-nhieu", "Đã đổi tên")
    site.tell(store.withdraw, withdrawn(3, 3))
    for place in [*places, "/doc-nhieu"]:
        until(partial(forgets, place, "da-doi-ten"), 10, f"{place} forgets it")


def test_a_comment_appears_when_it_is_approved(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    assert site.get("/api/articles/1/comments").json() == {"comments": [], "number": 0, "more": False}
    event = CommentPublished(id=1, version=2, article_id=1, name="Bạn đọc", text="Bài hay & bổ ích <b>", at=START)
    site.tell(store.save_comments, delivered(event, 1, 2))
    site.until(PATH, "Bài hay &amp; bổ ích &lt;b&gt;")
    assert site.get("/api/articles/1/comments").json()["comments"][0]["text"] == "Bài hay & bổ ích <b>"


def test_requests_in_pieces_and_several_at_once_are_answered_in_order(site: Site) -> None:
    site.tell(store.publish, published(state(1)), published(state(2)))
    site.until(PATH, "Nội dung bài 1.")
    site.until("/thoi-su/bai-so-2-2", "Nội dung bài 2.")
    first = f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    last = b"GET /thoi-su/bai-so-2-2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for parts in (
        [first + last],
        [first[:20], first[20:] + last],
        [first, last[:9], last[9:]],
        [first + last[:30], last[30:]],
    ):
        answer = talk(site, *parts, pause=0.05)
        assert answer.count(b"HTTP/1.1 200 OK") == 2, parts
        assert answer.index("Nội dung bài 1.".encode()) < answer.index("Nội dung bài 2.".encode())


@pytest.mark.parametrize("hosts", [(), ("x", "y"), ("x", "x")])
def test_a_request_names_one_host(site: Site, hosts: tuple[str, ...]) -> None:
    site.tell(store.publish, published(state(1)))
    site.until(PATH, "Bài số 1")
    named = "".join(f"Host: {host}\r\n" for host in hosts)
    for line, more in (
        (f"GET {PATH}", "\r\n"),
        ("GET /khong-co", "\r\n"),
        ("GET /api/articles/1", "\r\n"),
        ("POST /api/views", "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"),
    ):
        answer = talk(site, f"{line} HTTP/1.1\r\n{named}Connection: close\r\n{more}".encode())
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"400"], line
    assert talk(site, f"GET {PATH} HTTP/1.0\r\n\r\n".encode()).startswith(b"HTTP/1.1 200")


def test_a_beacon_before_a_page_keeps_their_order(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    token = site.until(PATH, "view-token").text.partition('name="view-token" content="')[2].partition('"')[0]
    body = orjson.dumps({"token": token})
    beacon = b"POST /api/views HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0 (X11) Firefox/140.0\r\n"
    beacon += b"Content-Length: %d\r\n\r\n" % len(body) + body
    get = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    for parts in ([beacon, get], [beacon + get], [beacon[:-5], beacon[-5:], get]):
        answer = talk(site, *parts, pause=0.02)
        assert answer.startswith(b"HTTP/1.1 204"), answer[:200]
        assert answer.count(b"HTTP/1.1 200 OK") == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/khong-co-muc-nay", 404),
        ("/thoi-su?trang=0", 404),
        ("/thoi-su?trang=1000000000000", 404),
        ("/thoi-su?trang=x", 404),
        ("/ngay/2026-02-30", 404),
        ("/..%2f..%2fetc%2fpasswd", 404),
        ("/media/..%2f..%2fsecret.key", 404),
        ("/%00", 404),
        ("/static/0000000000/site.css", 404),
        ("/" + "a" * 5000, 404),
        ("/api/articles/99999999999999999999", 404),
        ("/api/articles/..%2f1", 404),
        ("/api/most-read?window=2h", 422),
        ("/api/most-read?size=100000", 422),
        ("/api/search?q=", 422),
        ("/api/search?q=a&page=1000000000000", 422),
        ("/api/search?q=a&page=-1", 422),
        ("/api/search?q=a&size=1000000000", 422),
        ("/api/search?q=a&sort=id%27", 422),
        ("/api/search?q=a&from=29/02/2023", 422),
        ("/api/search?q=a&from=0001-01-01", 422),
        ("/api/search?q=a&to=9999-12-31T23:59:59-23:00", 422),
        ("/api/search?q=" + "a" * 501, 422),
    ],
)
def test_addresses_that_cannot_be_meant(shared_site: Site, path: str, status: int) -> None:
    answer = shared_site.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    if path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    else:
        assert 'lang="vi"' in answer.text


def test_other_methods_are_refused(shared_site: Site) -> None:
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        assert shared_site.client.request(method, "/").status_code == 405


def test_health_and_metrics_say_which_release_it_is(shared_site: Site) -> None:
    assert shared_site.client.get("/healthz").text == f"ok {VERSION}\n"
    assert f'toasoan_build_info{{version="{VERSION}"}} 1.0' in shared_site.client.get("/metrics").text


def test_no_cookie_and_the_security_headers_everywhere(shared_site: Site) -> None:
    shared_site.tell(store.publish, published(state(1)))
    shared_site.until(PATH, "Nội dung")
    for path in ("/", PATH, "/api/articles/1", "/khong-co", "/rss.xml", "/healthz", "/tim-kiem"):
        headers = shared_site.get(path).headers
        assert "set-cookie" not in headers, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "unsafe-inline" not in headers["content-security-policy"], path
        assert headers.get_list("content-security-policy") == [headers["content-security-policy"]], path


def test_unknown_parameters_make_no_page_of_their_own(shared_site: Site) -> None:
    shared_site.tell(store.publish, published(state(1)))
    plain = shared_site.until(PATH, "Nội dung")
    tracked = shared_site.get(f"{PATH}?fbclid=abc&utm_source=zalo")
    assert tracked.headers["etag"] == plain.headers["etag"]


def test_search_that_is_away_is_said_with_the_latest_headlines(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    site.until("/", "Bài số 1")
    answer = site.get("/api/search", params={"q": "hội chợ"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    page = site.get("/tim-kiem", params={"q": "hội chợ"})
    assert page.status_code == 503
    assert "Bài số 1" in page.text
    assert "hội chợ" in page.text


def test_pages_go_on_without_redis_and_without_the_database(
    site: Site, broker: RedisServer, counters_redis: RedisServer
) -> None:
    site.tell(store.publish, published(state(1)), published(state(2)))
    site.until(PATH, "Nội dung bài 1.")
    site.until("/", "Bài số 2")
    broker.kill()
    counters_redis.kill()
    assert site.get(PATH).status_code == 200
    # The log of changes is looked at without any hint.
    store.publish(site.engine, [published(state(1, 2, body="<p>Sửa khi mất Redis.</p>"))])
    site.until(PATH, "Sửa khi mất Redis.")
    database = Path(site.engine.url.database or "")
    site.engine.dispose()
    moved = database.with_suffix(".away")
    database.rename(moved)
    database.mkdir()
    try:
        assert site.get(PATH).status_code == 200
        assert site.get("/").status_code == 200
        cold = site.get("/thoi-su/bai-so-2-2")
        # A connection that is still open may know the file; a reader never sees a stack trace in any case.
        assert cold.status_code in (200, 503)
        assert "Traceback" not in cold.text
    finally:
        database.rmdir()
        moved.rename(database)


def test_a_renamed_section_has_its_new_name_wherever_its_articles_stand(site: Site) -> None:
    def named(version: int, name: str) -> SectionSaved:
        return SectionSaved(id=1, version=version, slug="thoi-su", name=name, parent_slug="", position=1)

    places = (PATH, "/", "/thoi-su", "/rss.xml", "/feed.json", "/api/articles/1")
    site.tell(store.save_sections, delivered(named(1, "Thời sự"), 1))
    site.tell(store.publish, published(state(1)))
    for place in places:
        site.until(place, "Thời sự")
    site.tell(store.save_sections, delivered(named(2, "Chuyện hôm nay"), 1, 2))
    for place in places:
        assert "Thời sự" not in site.until(place, "Chuyện hôm nay").text, place


def test_what_search_knows_of_sections_is_told_by_their_names_of_today() -> None:
    found = {
        "results": [{"section": "Thời sự", "section_slug": "thoi-su"}, {"section": "Cũ", "section_slug": "da-bo"}],
        "facets": {"section": [{"value": "thoi-su", "label": "Thời sự", "count": 2}]},
    }
    told = with_names_of_today(found, NamesOfToday({"thoi-su": "Chuyện hôm nay"}))
    assert [hit["section"] for hit in told["results"]] == ["Chuyện hôm nay", "Cũ"]
    assert told["facets"]["section"][0]["label"] == "Chuyện hôm nay"


def test_a_withdrawal_is_heard_from_a_database_that_was_made_anew(site: Site) -> None:
    """Its log of changes counts from one again."""
    for version in range(1, 6):
        site.tell(store.publish, published(state(1, version, title=f"Bản {version}")))
    site.until(PATH, "Bản 5")
    with write(site.engine) as connection:
        connection.execute(delete(changes))
        connection.execute(text("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'changes'"))
    site.tell(store.withdraw, withdrawn(1, 6))
    site.until(PATH, "", status=410)


@pytest.mark.postgres
def test_who_cannot_read_what_changed_shows_nothing_that_may_be_withdrawn(
    tmp_path: Path, broker: RedisServer, counters_redis: RedisServer, postgres: str, postgres_server: PostgresServer
) -> None:
    """The cable between one web process and the database is cut; everybody else goes on."""
    with Swallower(postgres_server.address, postgres_server.port) as cable:
        site = Site(tmp_path / "web.log")
        site.tell(store.publish, published(state(1)), published(state(2)))
        try:
            site.start(TOASOAN_DATABASE_URL=postgres.replace(f":{postgres_server.port}/", f":{cable.port}/"))
            site.until(PATH, "Nội dung bài 1.")
            cable.cut = True
            cable.swallow()
            time.sleep(BLIND_SECONDS + 2)
            # Nothing was announced: pages are served, as when the database is away for all.
            assert site.get(PATH).status_code == 200
            site.tell(store.withdraw, withdrawn(1, 2))
            until(lambda: site.get(PATH).status_code == 503, BLIND_SECONDS + 5, "the page is held back")
            assert site.get("/readyz").status_code == 503
            cable.cut = False
            cable.swallow()
            site.until(PATH, "", status=410)
            until(lambda: site.get("/readyz").status_code == 200, 10, "it is ready again")
            site.until("/thoi-su/bai-so-2-2", "Nội dung bài 2.")
        finally:
            site.close()


@pytest.mark.postgres
def test_a_page_that_nobody_has_yet_waits_while_the_database_starts_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broker: RedisServer, counters_redis: RedisServer
) -> None:
    server = PostgresServer()
    server.start()
    monkeypatch.setenv("TOASOAN_DATABASE_URL", server.new_database())
    forget_settings()
    site = Site(tmp_path / "web.log")
    try:
        site.tell(store.publish, published(state(1)), published(state(2)))
        site.start()
        site.until(PATH, "Nội dung bài 1.")
        server.kill()
        with ThreadPoolExecutor(1) as reader:
            cold = reader.submit(site.get, "/thoi-su/bai-so-2-2")
            time.sleep(0.5)
            server.start()
            assert "Nội dung bài 2." in cold.result().text
        server.kill()
        time.sleep(GRACE_SECONDS + 1)
        began = time.monotonic()
        assert site.get("/tag/khong-ai-biet").status_code == 503, "who is away for long is not waited for"
        assert time.monotonic() - began < GRACE_SECONDS
    finally:
        site.close()
        server.close()


def test_a_rush_on_a_new_page_makes_it_once(site: Site) -> None:
    site.tell(store.publish, published(state(1)))

    def made() -> float:
        lines = site.get("/metrics").text.splitlines()
        found = [line for line in lines if line.startswith('page_render_seconds_count{page="article"}')]
        return float(found[0].split()[-1]) if found else 0.0

    before = made()
    start = threading.Barrier(20)

    def ask() -> int:
        start.wait()
        return site.get(PATH).status_code

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(lambda _: ask(), range(20))) == {200}
    assert made() - before == 1


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for the tests that do it no harm."""
    folder = tmp_path_factory.mktemp("site")
    patch = pytest.MonkeyPatch()
    patch.setenv("TOASOAN_DATA_DIR", str(folder / "data"))
    broker, counters_ = RedisServer(folder / "broker"), RedisServer(folder / "counters")
    from tests.conftest import forget_settings

    try:
        for server, variable in ((broker, "TOASOAN_BROKER_URL"), (counters_, "TOASOAN_REDIS_URL")):
            server.start()
            patch.setenv(variable, server.celery_url if "BROKER" in variable else server.url)
        forget_settings()
        made = Site(folder / "web.log").start()
        try:
            yield made
        finally:
            made.close()
    finally:
        broker.close()
        counters_.close()
        patch.undo()


def test_who_leaves_amid_what_they_send_is_no_fault(site: Site) -> None:
    head = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{{"
    for path in ("/api/articles/1/comments", "/api/views"):
        with socket.create_connection(("127.0.0.1", site.port), 5) as line:
            line.sendall(head.format(path).encode())
    gone = r'^http_requests_total\{.*status="499"\} (\S+)$'
    until(lambda: re.search(gone, site.client.get("/metrics").text, re.MULTILINE), 10, "it is counted")
    assert "Exception" not in site.log and "Traceback" not in site.log
