"""A whole house behind a real nginx: what was withdrawn is shown by nothing of ours, also while web cannot say so."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.house import House
from tests.production.compose import example_environment, filled, raw
from tests.production.nginx import Nginx
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(300)]

SITE, DESK = "bao.test", "toasoan.test"
TITLE, BODY, TAG = "Chuyến đò Sông Mã", "Đò rời bến lúc bình minh.", "sông Mã"
WORDS = (TITLE, BODY, "chuyen-do-song-ma")


class Edge:
    """A house and the nginx before it."""

    def __init__(self, folder: Path) -> None:
        media = folder / "media"
        media.mkdir()
        self.house = House(folder / "house")
        ports = {"WEB_UPSTREAM": self.house.web_port, "INGEST_UPSTREAM": self.house.ingest_port}
        variables = filled(raw()["services"]["nginx"]["environment"], example_environment())
        variables |= {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        variables |= {"GRAFANA_UPSTREAM": "127.0.0.1:1", "SITE_HOST": SITE, "DESK_HOST": DESK}
        self.nginx = Nginx(folder / "nginx", media, variables).start()
        pages = f"http://127.0.0.1:{self.nginx.ports['STATUS_LISTEN']}/pages"
        self.house.environment["TOASOAN_EDGE_CACHE_URL"] = pages
        self.house.start()

    def get(self, path: str, form: str = "identity") -> httpx2.Response:
        """What a reader gets. One machine asks for all of them here, faster than nginx lets one do: it waits."""
        while (answer := self.nginx.get(SITE, path, headers={"Accept-Encoding": form})).status_code == 429:
            time.sleep(0.2)
        return answer

    def kill(self, *roles: str) -> None:
        """For good: the supervisor stands still, and starts nothing again before `wake`."""
        pids = [int(self.house.role(role)["pid"]) for role in roles]
        assert self.house.process
        self.house.process.send_signal(signal.SIGSTOP)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def wake(self) -> None:
        assert self.house.process
        self.house.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        with suppress(AssertionError):
            self.wake()
        self.house.close()
        self.nginx.close()


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    made = Edge(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("killed", [("web.http",), ("web.http", "web.worker")], ids=" and ".join)
def test_nothing_withdrawn_is_shown_while_web_is_away(edge: Edge, killed: tuple[str, ...]) -> None:
    house = edge.house
    fields = {"title": TITLE, "body": BODY, "section": "Kinh tế", "tags": [TAG], "byline": "Quang Long"}
    story, other = house.push(**fields), house.push(title="Chợ phiên vùng cao", section="Kinh tế")
    path, day = story["url"].removeprefix(house.web_url), "2026"
    house.until_page(other["url"])
    api = house.get(f"/api/articles/{story['id']}").json()
    day = api["published_at"][:10]
    pages = ["/", "/kinh-te", "/tu-khoa/song-ma", "/tac-gia/quang-long", f"/ngay/{day}", "/rss.xml", "/rss/kinh-te.xml",
             "/atom.xml", "/feed.json", f"/sitemap-{story['id'] // 1000}.xml", "/news-sitemap.xml", path,
             f"/api/articles/{story['id']}"]  # fmt: skip
    asked = [*pages, "/doc-nhieu", "/anh", "/sitemap.xml", "/api/search?q=s%C3%B4ng", "/api/suggest?q=chuyen"]
    asked += ["/tim-kiem?q=s%C3%B4ng", "/api/most-read", f"/api/articles/{story['id']}/comments"]
    asked += [f"{one}?fbclid=IwAR1" for one in pages] + [f"{one}?tr%61ng=1" for one in pages]
    wanted = [(one, form) for one in asked for form in ("gzip", "identity")]

    def showing() -> list[tuple[str, str]]:
        answers = [(one, edge.get(*one)) for one in wanted]
        return [one for one, answer in answers if any(word in answer.text for word in WORDS)]

    until(lambda: {one for one, _ in showing()} >= set(pages), 30, "nginx has copies of all that shows the article")
    edge.kill(*killed)
    # Readers go on reading while nothing was withdrawn.
    until(lambda: edge.get(path).headers["X-Cache"] == "STALE", 30, "nginx stands in for web")
    assert {one for one, _ in showing()} >= set(pages)

    reason = {"reason": "Nhầm ảnh"}
    assert house.api("POST", f"/api/articles/{story['id']}/withdraw", json=reason).status_code == 200
    until(lambda: showing() == [], 30, "nothing shows it", interval_s=0.05)
    assert edge.get(path).status_code == 503

    edge.wake()
    until(lambda: edge.get(path).status_code == 410, 60, "web says that it is gone")
    until(lambda: edge.get("/kinh-te").status_code == 200, 60, "web is back")
    # A page that web made just before it heard of the withdrawal is kept for as long as any.
    until(lambda: showing() == [], 10, "nothing shows it")
    assert showing() == []
