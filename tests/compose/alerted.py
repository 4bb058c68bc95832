"""A fault, its alerts, and what the runbook says against it: caused, seen, mended, seen to be over."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.compose import runbook
from tests.compose.load import Load
from tests.compose.watch import Watched
from tests.production.compose import ROOT
from tests.wait import until

PAGE = ROOT / "docs" / "alerts-seen.md"
_TABLE = "<!-- the table: make compose-test -->\n"
# What an earlier fault has left in the windows.
_BEFORE_S = 240.0
# What was away answers again.
_COMES_BACK_S = 120.0


@dataclass
class OnCall:
    """Who was woken: types the runbook's lines, one at a time, while `load` works."""

    watched: Watched
    load: Load
    _hands: threading.Lock = field(default_factory=threading.Lock)

    def types(self, alert: str, start: str, **words: str) -> str:
        """The command of the alert's section that begins so, its `words` filled in; returns it."""
        command = runbook.command(alert, start, **words)
        with self._hands:
            self.watched.house.type(command)
        return f"`{command}`"

    def reconciles(self, alert: str) -> str:
        """As the section says; again while a store does not answer yet."""
        return until(lambda: self.types(alert, "docker compose run --rm tools reconcile"), _COMES_BACK_S)

    def sh(self, service: str, script: str, timeout: float = 120.0) -> str:
        return self.watched.house.compose("exec", service, "sh", "-c", script, timeout=timeout)

    def python(self, service: str, script: str, *how: str) -> None:
        self.watched.house.compose("exec", *how, service, "python", "-c", script)

    def sql(self, database: str, *statements: str, wait: bool = True) -> str:
        """As PostgreSQL's owner, in one transaction; not `wait`: it goes on behind."""
        how = () if wait else ("-d",)
        command = ("exec", *how, "postgres", "psql", "-U", "toasoan", "-d", database, "-Atc", "; ".join(statements))
        return self.watched.house.compose(*command)

    def redis(self, service: str, user: str, *words: str) -> str:
        """As a service's user."""
        quoted = " ".join(f"'{word}'" for word in words)
        login = f"REDISCLI_AUTH=${user.upper()}_REDIS_PASSWORD redis-cli --no-auth-warning --user {user}"
        return self.sh(service, f"{login} {quoted}")

    def publish(self, number: int) -> list[dict[str, Any]]:
        """So many stories, as the API answered."""
        fields = {"title": "Tin trong đợt dồn", "section": "Thời sự", "status": "published", "body": "<p>Tin.</p>"}
        send = partial(self.watched.house.api, "POST", "/api/articles", json=fields)
        with ThreadPoolExecutor(6) as threads:
            sent = list(threads.map(lambda _: send(), range(number)))
        assert {answer.status_code for answer in sent} == {201}
        return [answer.json() for answer in sent]


@dataclass(frozen=True)
class Fault:
    """`alerts`: names and labels, as "StoreDown store=nginx". `mend` returns what it did: the runbook's line."""

    what: str
    alerts: tuple[str, ...]
    cause: Callable[[OnCall], object]
    mend: Callable[[OnCall], str]
    fires_within_s: float = 120.0
    clears_within_s: float = 180.0
    steady_s: float = 5.0
    """An alert is over when it has not fired for so long."""
    clean_up: Callable[[OnCall], object] = lambda who: None
    """What the mending has left."""


@dataclass(frozen=True)
class Seen:
    alert: str
    what: str
    fired_s: float | None
    mended_by: str
    cleared_s: float | None
    told: str = ""
    """Of an alert that did not fire: what Prometheus had of its figures."""


def through(chains: Sequence[Sequence[Fault]], who: OnCall, seen: Callable[[Seen], object]) -> None:
    """Each chain of faults beside the others, the faults of a chain one after another; `seen` hears of each alert."""

    def run(chain: Sequence[Fault]) -> None:
        for fault in chain:
            _one(fault, who, seen)

    with ThreadPoolExecutor(len(chains)) as threads:
        running = [threads.submit(run, chain) for chain in chains]
    for chain in running:
        chain.result()


def _one(fault: Fault, who: OnCall, seen: Callable[[Seen], object]) -> None:
    watch = who.watched.watch
    before = time.monotonic()
    for alert in fault.alerts:
        assert watch.gone(alert, before - 3, _BEFORE_S, 1) is not None, f"{alert} fires before {fault.what}"
    began = time.monotonic()
    try:
        fault.cause(who)
        fired = {alert: watch.first(alert, began, fault.fires_within_s) for alert in fault.alerts}
        told = {alert: watch.told(alert) for alert, at in fired.items() if at is None}
    finally:
        mended = time.monotonic()
        by = fault.mend(who)
    for alert, at in fired.items():
        over = watch.gone(alert, mended, fault.clears_within_s, fault.steady_s)
        seen(Seen(alert, fault.what, at and at - began, by, over and over - mended, told.get(alert, "")))
    fault.clean_up(who)


def write_table(rows: Sequence[Seen], cannot: dict[str, str]) -> None:
    """In the place of the one that stands on the page. `cannot`: alert -> why its fault was not caused."""
    before, found, _ = PAGE.read_text().partition(_TABLE)
    assert found, f"{PAGE} has no place for the table"
    lines = ["| alert | what was done | fires after | mended by | clears after |", "|---|---|--:|---|--:|"]
    for row in sorted(rows, key=lambda row: row.alert):
        name, _, labels = row.alert.partition(" ")
        shown = name + (f" ({labels.replace(' ', ', ')})" if labels else "")
        lines.append(f"| {shown} | {row.what} | {_s(row.fired_s)} | {row.mended_by} | {_s(row.cleared_s)} |")
    lines += [f"| {alert} | not caused: {why} | | | |" for alert, why in cannot.items()]
    PAGE.write_text(before + found + "\n" + "\n".join(lines) + "\n")


def _s(seconds: float | None) -> str:
    return "not seen" if seconds is None else f"{seconds:.0f} s"
