"""Edge caches and WebSub hubs hear of changes, from a real receiver's side."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import orjson
import pytest

from services.web import keys, store
from services.web.outside import Outside, _post, feeds_of
from shared.database import engine, migrate
from shared.settings import get_settings
from tests.contract.web.conftest import published, state
from tests.wait import until


class Receiver(ThreadingHTTPServer):
    """Keeps what it is POSTed; refuses the first `refusals` of them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, bytes]] = []
        self.refusals = 0


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Receiver)
        body = self.rfile.read(int(self.headers["content-length"]))
        refused = server.refusals > 0
        server.refusals -= refused
        if not refused:
            server.got.append((self.path, body))
        self.send_response(503 if refused else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_edge_and_the_hub_are_told_even_if_they_fail_at_first(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = f"http://127.0.0.1:{receiver.server_port}"
    monkeypatch.setenv("TOASOAN_PURGE_URL", f"{base}/purge")
    monkeypatch.setenv("TOASOAN_WEBSUB_HUB", f"{base}/hub")
    monkeypatch.setenv("TOASOAN_SITE_URL", "https://bao.example")
    get_settings.cache_clear()
    migrate("web")
    receiver.refusals = 1
    Outside(engine("web"), get_settings()).start()

    def told() -> dict[str, bytes]:
        return dict(receiver.got)

    number = 0

    def publish_until_told() -> bool:
        # The follower begins with what comes after it has looked for the first time.
        nonlocal number
        number += 1
        store.publish(engine("web"), [published(state(number))])
        return len(told()) == 2

    until(publish_until_told, 20, "both are told", interval_s=0.3)
    tags = orjson.loads(told()["/purge"])["tags"]
    assert {"list:all", "list:s:thoi-su"} <= set(tags)
    sent = parse_qsl(told()["/hub"].decode())
    assert ("hub.mode", "publish") in sent
    urls = {value for name, value in sent if name == "hub.url"}
    assert urls == {
        f"https://bao.example{path}" for path in ("/rss.xml", "/atom.xml", "/feed.json", "/rss/thoi-su.xml")
    }


def test_a_hub_leads_nobody_anywhere(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is somebody else's: what it names may stand inside the house's network."""
    visits: list[str] = []
    monkeypatch.setattr(Handler, "do_GET", lambda self: visits.append(self.path), raising=False)

    def lead_inside(self: Handler) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(302)
        self.send_header("location", f"http://127.0.0.1:{receiver.server_port}/inside")
        self.end_headers()

    monkeypatch.setattr(Handler, "do_POST", lead_inside)
    with pytest.raises(OSError, match="302"):
        _post(f"http://127.0.0.1:{receiver.server_port}/hub", b"", "text/plain")
    assert visits == []


def test_nobody_is_told_where_nobody_is_set() -> None:
    assert not Outside(engine("web"), get_settings()).is_wanted


def test_a_new_entry_of_a_live_coverage_is_news_of_its_own_feed() -> None:
    assert feeds_of({keys.live(7), keys.article(7)}) == ["/truc-tiep/7.xml"]
