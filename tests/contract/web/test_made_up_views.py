"""A machine behind the address of a carrier: its views go again, the readers' beside them stay. Over HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.counter import store as counter
from services.web import store
from shared.database import migrate
from tests.contract.counter.test_exact_under_faults import Process
from tests.contract.web.conftest import Site, published, state
from tests.servers import RedisServer
from tests.wait import until

CARRIER = "171.224.8.9"
_TOKEN = re.compile(r'name="view-token" content="([^"]+)"')


@pytest.fixture
def site(tmp_path: Path, broker: RedisServer, counters_redis: RedisServer) -> Iterator[Site]:
    """Behind a proxy of ours, with a counter."""
    migrate("counter")
    made = Site(tmp_path / "web.log")
    worker = Process(["-m", "services.counter.worker"], tmp_path / "worker.log", TOASOAN_SOLE_CONSUMER="counter.worker")
    worker.start()
    try:
        yield made.start(TOASOAN_TRUSTED_PROXIES="127.0.0.1")
    finally:
        made.close()
        worker.kill()


def total(article: int) -> int:
    return counter.totals_of(counter.engine(), [article]).get(article, (0, 0))[0]


@pytest.mark.timeout(240)
def test_a_machine_beside_a_carriers_readers(site: Site) -> None:
    site.tell(store.publish, published(state(1)), published(state(2)))
    page = site.until("/thoi-su/bai-so-2-2", "Nội dung bài 2.").text
    tokens = {1: _TOKEN.search(site.get("/thoi-su/bai-so-1-1").text), 2: _TOKEN.search(page)}

    def sees(agent: str, article: int) -> None:
        token = tokens[article]
        assert token
        headers = {"x-forwarded-for": CARRIER, "user-agent": agent, "sec-fetch-site": "same-origin"}
        assert site.client.post("/api/views", json={"token": token[1]}, headers=headers).status_code == 204

    for number in range(80):
        agent = f"Mozilla/5.0 (Linux; Android {number}; K) Chrome/131.0.0.0"
        for article in (1, 2):
            # Half of the requests are answered from the socket, half by the framework.
            path = f"/thoi-su/bai-so-{article}-{article}" + ("?utm_source=zalo" if number % 2 else "")
            assert site.get(path, headers={"x-forwarded-for": CARRIER, "user-agent": agent}).status_code == 200
            sees(agent, article)
    for number in range(300):
        sees(f"Mozilla/5.0 made-up/{number}", 1)

    until(lambda: total(1) == 380, 60, "all views are counted")
    until(lambda: total(1) == 80, 90, "the machine's are taken back")
    assert total(2) == 80
