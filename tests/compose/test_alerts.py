"""Each alert's fault, caused in containers: it fires, and what the runbook says ends it. docs/alerts-seen.md shows it.

The rules are those of deploy/, in haste (tests/compose/hasty.py).
"""

import json
import re
import time
from collections.abc import Iterator, Sequence

import pytest

from tests.compose import faults, runbook
from tests.compose.alerted import Fault, OnCall, Seen, through, write_table
from tests.compose.harm import broken, locks, still, stores
from tests.compose.house import ComposeHouse
from tests.compose.load import Load
from tests.compose.watch import figures, watched
from tests.production.test_alerts import ALERTS, RULES
from tests.wait import until

# Two looks of what is asked once a minute, and an hour of what is thirty times as fast.
_QUIET_S = 120.0
# What starting has left in the windows; and Prometheus, made anew, believes for five minutes what it had heard before.
_SETTLES_S = 420.0

# Commands that do something, that want to know of what, or that look where this engine keeps nothing.
_CHANGES = re.compile(r"tools (?!dead list)| (?:restart|up|kill|prune)\b|-X DELETE|pg_terminate|\bID\b|/var/lib/docker")

_NOTHING_FOUND = "case $? in 1 | 141) ;; *) false ;; esac"

_seen: list[Seen] = []


@pytest.fixture(scope="module")
def who(house: ComposeHouse) -> Iterator[OnCall]:
    with watched(house) as made, Load(house, phases=1) as load:
        yield OnCall(made, load)


def test_a_quiet_stretch_fires_none(who: OnCall) -> None:
    faults.until_healthy(who.watched.house)
    watch = who.watched.watch

    def calm() -> bool:
        waits = watch.pending()
        assert not waits
        return True

    until(calm, _SETTLES_S, "no alert waits", interval_s=1)
    began = time.monotonic()
    time.sleep(_QUIET_S)
    assert watch.firing(began) == set()
    assert {one.kind for one in who.load.asked_since(began)} >= {"page", "search", "view", "comment", "push", "desk"}
    _seen.append(Seen("(none)", f"nothing, for {_QUIET_S:.0f} s of the load", None, "", None))


def test_workers_that_stand_still_and_what_is_full(who: OnCall) -> None:
    _through(still.STANDING_STILL, who)


def test_stores_that_are_away(who: OnCall) -> None:
    _through(stores.AWAY, who)


def test_a_broker_that_takes_nothing(who: OnCall) -> None:
    _through(stores.FULL_DISK if who.watched.disk else stores.NO_BROKER, who)


def test_what_waits_for_a_lock(who: OnCall) -> None:
    _through(locks.LOCKED, who)


def test_what_is_broken(who: OnCall) -> None:
    _through(broken.BROKEN, who)


def test_a_watcher_that_is_blind(who: OnCall) -> None:
    _through(broken.WATCHERS, who)


def _through(chains: Sequence[Sequence[Fault]], who: OnCall) -> None:
    faults.until_healthy(who.watched.house)
    before = len(_seen)
    through(chains, who, _seen.append)
    assert [row for row in _seen[before:] if row.fired_s is None or row.cleared_s is None] == []


def test_somebody_was_told_that_it_began_and_ended(who: OnCall) -> None:
    told = [json.loads(line) for line in who.sh("receiver", "cat /tmp/told").splitlines() if line]
    begun = {one["labels"]["alertname"] for post in told for one in post["alerts"] if one["status"] == "firing"}
    over = {one["labels"]["alertname"] for post in told for one in post["alerts"] if one["status"] == "resolved"}
    # Not of those that fired while the alert was caused that nobody is told.
    assert {"StoreDown", "ServedStale", "DeadLetters"} <= begun & over


def test_every_look_of_the_runbook_can_be_taken(who: OnCall) -> None:
    """What only looks. `grep` may find nothing, `head` have seen enough; a store may not send away who asks."""
    house = who.watched.house
    looks = {line for alert in ALERTS for line in runbook.commands(alert["alert"]) if not _CHANGES.search(line)}
    assert len(looks) > 30
    for line in sorted(looks):
        command = line.replace("SERVICE", "web-worker").replace("STORE", "broker")
        asked = runbook.before_pipe(command)
        said = house.type(asked) + house.type(f"{command} || {_NOTHING_FOUND}" if asked != command else "true")
        assert "NOAUTH" not in said, line


def test_every_figure_that_a_rule_asks_for_is_there(who: OnCall) -> None:
    """By now each has been told once: one that nobody tells would keep its alert silent for ever."""
    assert figures(*(rule["expr"] for rule in RULES)) - who.watched.watch.names() == set()


def test_no_alert_is_left_out(who: OnCall) -> None:
    """The last test: it writes down what all the others saw."""
    cannot = {} if who.watched.disk else stores.NEEDS_DISK
    seen = {row.alert.split()[0] for row in _seen if row.fired_s is not None}
    if len(seen) > len(ALERTS) / 2:
        write_table(_seen, cannot)
    assert {alert["alert"] for alert in ALERTS} - seen == cannot.keys()
