"""The house, as `toasoan up` runs it."""

import re
from pathlib import Path
from typing import Any

import httpx2
import psutil

from benchmarks import stories, tools
from benchmarks.peers.readers import Reader, request
from benchmarks.peers.system import Counter, Site
from benchmarks.tools import SECRET
from shared.views.token import ViewTokens
from tests.house import House as RunningHouse
from tests.wait import until

_TOKEN = re.compile(r'name="view-token" content="([^"]+)"')
_COUNTING = ("web.http", "counter.worker", "redis.broker", "redis.counters")


class House(Site, Counter):
    """All its processes on SQLite, its own Redis and tantivy."""

    name = "Tòa Soạn"
    version = "this one"
    setup = "`toasoan up`: SQLite, Redis, tantivy"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._tokens = ViewTokens(SECRET)
        self._house = RunningHouse(
            folder / "house",
            TOASOAN_SECRET_KEY=SECRET,
            TOASOAN_TRUSTED_PROXIES="127.0.0.1",
            TOASOAN_LOG_LEVEL="warning",
        )
        self.port = self._house.web_port

    def start(self) -> None:
        self._house.start(180)
        self._key = {"authorization": f"Bearer {self._house.key}"}

    def close(self) -> None:
        self._house.close()
        super().close()

    def pids(self) -> list[int]:
        return [pid for pid in tools.pids(self._house).values() if psutil.pid_exists(pid)]

    def publish(self, story: dict[str, Any]) -> str:
        answer = self.client.post(f"{self._house.ingest_url}/api/articles", json=story, headers=self._key)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"]).removeprefix(self.url)

    # ------------------------------------------------------------ views: an article is "id path"

    def new_article(self, number: int) -> str:
        path = self.publish(stories.sent(number))
        page = until(lambda: self._page(path), 30, f"{path} is there")
        token = _TOKEN.search(str(page))
        assert token, path
        return f"{self._tokens.read(token[1]).article_id} {path}"

    def _page(self, path: str, reader: Reader | None = None) -> str:
        answer = self.client.get(self.url + path, headers=reader.headers if reader else None)
        return answer.text if answer.status_code == 200 else ""

    def open(self, article: str, reader: Reader) -> bytes:
        page = self._page(article.partition(" ")[2], reader)
        token = _TOKEN.search(page)
        assert token, article
        return self._sent(token[1], reader)

    def beacon(self, article: str, reader: Reader) -> bytes:
        return self._sent(self._tokens.issue(int(article.partition(" ")[0])), reader)

    def _sent(self, token: str, reader: Reader) -> bytes:
        headers = {"origin": self.url, "sec-fetch-site": "same-origin", "content-type": "text/plain", **reader.headers}
        return request("POST", "/api/views", self.port, headers, b'{"token":"%s"}' % token.encode())

    def shown(self, article: str) -> int:
        try:
            answer = self.client.get(f"{self.url}/api/articles/{article.partition(' ')[0]}")
        except httpx2.TransportError:
            return -1
        return int(answer.json()["views"]) if answer.status_code == 200 else -1

    def kill_counting(self) -> None:
        # The supervisor starts them again.
        for role in _COUNTING:
            self._house.signal_role(role)
