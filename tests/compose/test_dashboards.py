"""Every panel of Grafana's boards, asked as Grafana asks, is answered by the Prometheus of a house in containers."""

import json
import math
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.compose.house import ComposeHouse
from tests.newsroom import new_word
from tests.production.compose import ROOT, load_yaml
from tests.production.prometheus import metric_names
from tests.wait import until

BOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
_SCRAPE_S = 15
# Grafana's $__rate_interval: four scrapes where a panel shows less than a day.
_RATE_INTERVAL = f"{4 * _SCRAPE_S}s"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/{}.0"

OVER_ONE = {
    "process_cpu_seconds_total": "a process may use more than one core",
    "slo:": "more than all of the budget can be used",
}
"""What a percentage is allowed to exceed 100 in."""

_COUNTED = {"counter", "histogram", "summary"}
_SECONDS = re.compile(r"_seconds(_bucket|_sum)?$|^celery_task_runtime_bucket$")


@dataclass(frozen=True)
class Query:
    where: str
    unit: str
    expression: str
    legend: str
    over_time: bool

    @property
    def is_rate(self) -> bool:
        """Events a second, and no quantile of anything."""
        return "rate(" in self.expression and "histogram_quantile" not in self.expression


def _queries() -> list[Query]:
    found = []
    for file in BOARDS:
        board = json.loads(file.read_text())
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                found.append(
                    Query(
                        f"{board['title']} / {panel['title']} / {target['legendFormat']}",
                        panel["fieldConfig"]["defaults"]["unit"],
                        target["expr"].replace("$__rate_interval", _RATE_INTERVAL),
                        target["legendFormat"],
                        target["range"],
                    )
                )
    return found


QUERIES = _queries()


class People:
    """Who writes, reads, searches, counts and comments, at nginx."""

    def __init__(self, house: ComposeHouse) -> None:
        self._house = house
        self._first = house.publish("Hội xuân mở cửa", new_word("xuan"))
        self._stop = threading.Event()

    @contextmanager
    def busy(self) -> Iterator[None]:
        thread = threading.Thread(target=self._go, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(60)

    def _go(self) -> None:
        turn = 0
        while not self._stop.is_set():
            turn += 1
            self._turn(turn)
            self._stop.wait(0.5)

    def _turn(self, turn: int) -> None:
        house, number = self._house, self._first["id"]
        article = {"title": f"Hội xuân ngày thứ {turn}", "section": "Thời sự", "status": "published"}
        body = f"<p>Sáng nay, hội xuân ngày thứ {turn} đón khách.</p>"
        made = house.api("POST", "/api/articles", json=article | {"body": body}).json()
        path = re.sub(r"^https?://[^/]+", "", made["url"])
        for page in ("/", path, self._first["path"], "/khong-co-trang-nay", "/api/most-read?window=24h"):
            house.site(page)
        for words in ("hội xuân", "hoi xuam", f"khongcogi{turn}"):
            house.site(f"/api/search?q={quote(words)}")
        own = {"Origin": house.site_url, "Sec-Fetch-Site": "same-origin"}
        found = re.search(r'name="view-token" content="([^"]+)"', house.site(self._first["path"]).text)
        assert found
        for agent in (_BROWSER.format(turn), _BROWSER.format(turn), "Googlebot/2.1"):
            headers = own | {"User-Agent": agent}
            house.site("/api/views", "POST", json={"token": found[1]}, headers=headers)
        said = {"name": "Bà Sín", "text": f"Bài thứ {turn} rất hữu ích cho bà con."}
        house.site(f"/api/articles/{number}/comments", "POST", json=said)


@pytest.fixture(scope="module")
def answers(house: ComposeHouse) -> dict[Query, list[dict[str, Any]]]:
    """What Prometheus answers to each query while a newspaper lives; nothing is an empty list."""
    given: dict[Query, list[dict[str, Any]]] = {}
    with People(house).busy():

        def all_answered() -> bool:
            for query in QUERIES:
                if not given.get(query):
                    given[query] = _ask(house, query)
            return all(given[query] for query in QUERIES)

        try:
            until(all_answered, 150, interval_s=_SCRAPE_S / 3)
        except AssertionError:
            pass  # the test says which
    return given


def _ask(house: ComposeHouse, query: Query) -> list[dict[str, Any]]:
    """The series that a panel would draw; each has `metric` and the `numbers` that are some."""
    now = time.time()
    words: dict[str, Any] = {"query": query.expression}
    words |= {"start": now - 120, "end": now, "step": _SCRAPE_S} if query.over_time else {"time": now}
    series = house.prometheus(f"{'query_range' if query.over_time else 'query'}?{urlencode(words)}")["result"]
    for one in series:
        samples = one["values"] if query.over_time else [one["value"]]
        one["numbers"] = [float(value) for _, value in samples if not math.isnan(float(value))]
    return [one for one in series if one["numbers"]]


def test_every_panel_shows_something(answers: dict[Query, list[dict[str, Any]]]) -> None:
    assert len(answers) == len(QUERIES) > 100
    assert {query.where: query.expression for query, series in answers.items() if not series} == {}


def test_every_line_has_its_name(answers: dict[Query, list[dict[str, Any]]]) -> None:
    """A legend's {{label}} is one that the answer has; without a label to tell them apart there is one line."""
    for query, series in answers.items():
        wanted = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
        assert all(wanted <= one["metric"].keys() for one in series), query
        names = [tuple(one["metric"][label] for label in sorted(wanted)) for one in series]
        assert len(names) == len(set(names)), f"{query.where}: lines of one name: {names}"


def test_every_unit_is_that_of_its_figures(house: ComposeHouse, answers: dict[Query, list[dict[str, Any]]]) -> None:
    wrong = []
    for query, series in answers.items():
        numbers = [number for one in series for number in one["numbers"]]
        if not _unit_fits(query) or not all(_could_be(query, number) for number in numbers):
            wrong.append((query.where, query.unit, query.expression, numbers[:3]))
    assert wrong == []


def _unit_fits(query: Query) -> bool:
    """As far as the names of what a query reads tell."""
    names = metric_names(query.expression)
    match query.unit:
        case "s":
            return not query.is_rate and all(_SECONDS.search(name) for name in names)
        case "bytes":
            return all(name.endswith("_bytes") for name in names) and not query.is_rate
        case "percentunit":
            return " / " in query.expression or names == {"process_cpu_seconds_total"}
        case "reqps" | "ops":
            return query.is_rate and not any(name.endswith(("_seconds", "_bytes", "_sum")) for name in names)
        case "dateTimeFromNow":
            return query.expression.endswith("* 1000") and all(name.endswith("_time_seconds") for name in names)
        case "short":
            return not query.is_rate and not any(re.search(r"_(seconds|bytes)$", name) for name in names)
    return False


def _could_be(query: Query, number: float) -> bool:
    """As far as a figure tells, in a house that is some minutes old and well."""
    match query.unit:
        case "s":
            return 0 <= number < 3600
        case "percentunit":
            return number >= 0 and (number <= 1 or any(name in query.expression for name in OVER_ONE))
        case "bytes":
            return number == 0 or number >= 1000 or "view_spool" in query.expression
        case "dateTimeFromNow":
            return 0 <= time.time() * 1000 - number < 3_600_000
    return math.isfinite(number) and number >= 0


def test_rates_are_taken_of_what_is_counted(house: ComposeHouse) -> None:
    """Of a gauge rate() gives a number too, that means nothing."""
    kinds = {name: known[0]["type"] for name, known in house.prometheus("metadata").items()}
    for query in QUERIES:
        for name in re.findall(r"\b(?:rate|increase)\(([a-z_:]+)", query.expression):
            base = re.sub(r"_(total|bucket|count|sum)$", "", name)
            kind = kinds.get(name) or kinds.get(base) or kinds.get(f"{base}_total")
            assert kind in _COUNTED, f"{query.where}: {name} is a {kind}"


def test_grafana_is_told_where_its_boards_and_figures_are(house: ComposeHouse) -> None:
    """By its provisioning's schema: without its image nothing more can be seen."""
    folder = ROOT / "deploy" / "grafana" / "provisioning"
    (provider,) = load_yaml(folder / "dashboards" / "toasoan.yml")["providers"]
    (source,) = load_yaml(folder / "datasources" / "prometheus.yml")["datasources"]
    assert provider["type"] == "file"
    mounted = json.loads(house.compose("--profile", "*", "config", "--format", "json"))["services"]["grafana"]
    places = {volume["target"]: volume["source"] for volume in mounted["volumes"]}
    assert places[provider["options"]["path"]] == str(house.root / "deploy" / "grafana" / "dashboards")
    assert places["/etc/grafana/provisioning"] == str(house.root / "deploy" / "grafana" / "provisioning")
    assert source["type"] == "prometheus"
    # Asked from where Grafana stands: in the network that both are in.
    asked = f"import urllib.request as r; print(r.urlopen({source['url']!r} + '/api/v1/status/buildinfo').status)"
    assert house.compose("exec", "web", "python", "-c", asked).strip() == "200"
    assert set(mounted["networks"]) == {"app"}
    assert source["jsonData"]["timeInterval"] == f"{_SCRAPE_S}s"
    home = mounted["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "deploy" / "grafana" / "dashboards" / home.rpartition("/")[2]).is_file()
