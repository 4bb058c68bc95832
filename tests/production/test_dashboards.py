"""Dashboards: as their description makes them, whole, and answered by a real Prometheus that scrapes a real house."""

import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest

from deploy.grafana import build
from deploy.grafana.boards import BOARDS
from deploy.grafana.boards.stores import STORES
from tests.house import House
from tests.production.compose import ROOT, load_yaml
from tests.production.prometheus import Prometheus, metric_names
from tests.wait import until

FILES = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/{}.0"


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(files: list[Path]) -> list[tuple[str, str]]:
    """(board / panel, PromQL) of every target."""
    boards = [json.loads(file.read_text()) for file in files]
    return [
        (f"{board['title']} / {panel['title']}", target["expr"])
        for board in boards
        for panel in panels(board)
        for target in panel["targets"]
    ]


def test_the_files_are_what_the_descriptions_make() -> None:
    assert [file.stem for file in FILES] == sorted(board.uid for board in BOARDS)
    for board in BOARDS:
        written = (build.FOLDER / f"{board.uid}.json").read_text()
        assert written == build.rendered(board), "run python -m deploy.grafana.build"


def test_every_panel_is_whole() -> None:
    provisioned = load_yaml(ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"][0]["uid"]
    for file in FILES:
        board = json.loads(file.read_text())
        ids = [panel["id"] for panel in board["panels"]]
        assert len(ids) == len(set(ids))
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not cells & taken, f"{file.stem}: {panel['title']} lies over another"
            assert max(x for x, _ in cells) < 24
            taken |= cells
        for panel in panels(board):
            assert panel["title"]
            assert panel["targets"]
            assert panel["datasource"]["uid"] == provisioned
            assert panel["fieldConfig"]["defaults"]["unit"]
        titles = [panel["title"] for panel in board["panels"]] + [board["title"]]
        assert any(re.search("[ăâđêôơưạảấầẩậắặẵéẻếềểệíìịóòọốồổộớờởợúùủụứừửựýỳ]", title.lower()) for title in titles)


def test_metric_names_are_read_from_expressions() -> None:
    expression = 'histogram_quantile(0.95, sum by (route, le) (rate(a_bucket{x=~"b_c"}[5m]))) or slo:x_y:ratio_6h / 1e6'
    assert metric_names(expression) == {"a_bucket", "slo:x_y:ratio_6h"}
    assert metric_names("time() - max(last_seconds) > 26 * 3600 or vector(0)") == {"last_seconds"}


@pytest.fixture(scope="module")
def watched(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus") / "own")
    try:
        yield prometheus.start(house.status())
    finally:
        prometheus.close()


@contextmanager
def traffic(house: House) -> Iterator[None]:
    """A little of everything that people do, until the block ends."""
    story = house.push(title="Hội xuân mở cửa", body="Sáng nay, hội xuân mở cửa đón khách.")
    page = house.until_page(urlsplit(story["url"]).path, "Hội xuân mở cửa")
    (token,) = re.findall(r'name="view-token" content="([^"]+)"', page)
    house.toasoan("reconcile")
    stop = threading.Event()
    reader = httpx2.Client(trust_env=False, timeout=20)

    def go() -> None:
        for turn in itertools.count(1):
            if stop.is_set():
                return
            story = house.push(title=f"Hội xuân ngày thứ {turn}", body="Khách đến đông.")
            for path in ("/", urlsplit(story["url"]).path, "/khong-co-trang-nay", "/api/most-read?window=24h"):
                house.get(path)
            for words in ("hội xuân", "hoi xuam", f"khongcogi{turn}"):
                house.get(f"/api/search?q={quote(words)}")
            for agent in (BROWSER.format(turn), BROWSER.format(turn), "Googlebot/2.1"):
                body = json.dumps({"token": token})
                reader.post(f"{house.web_url}/api/views", content=body, headers={"User-Agent": agent})
            stop.wait(0.3)

    people = threading.Thread(target=go, daemon=True)
    people.start()
    try:
        yield
    finally:
        stop.set()
        people.join(30)
        reader.close()


@pytest.mark.house
@pytest.mark.timeout(240)
def test_every_panel_is_answered_by_a_running_house(house: House, watched: Prometheus) -> None:
    files = [file for file in FILES if file.stem != STORES.uid]
    left = {(where, expr.replace("$__rate_interval", "20s")) for where, expr in queries(files)}
    assert len(left) > 80
    with traffic(house):

        def answered() -> bool:
            left.difference_update({one for one in left if watched.query(one[1])})
            return not left

        try:
            until(answered, 90, "every panel has an answer", interval_s=1)
        except AssertionError:
            pytest.fail("without an answer:\n" + "\n".join(f"{where}: {expr}" for where, expr in sorted(left)))
    known = watched.known_metrics()
    for where, expr in queries(files):
        assert metric_names(expr) <= known, f"{where} reads what nobody says: {metric_names(expr) - known}"


@pytest.mark.house
def test_the_rules_can_be_evaluated_on_a_running_house(watched: Prometheus) -> None:
    rules = watched.rules()
    assert [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] == "err"] == []
    assert [rule["name"] for rule in rules if rule.get("state") == "firing"] == []
