"""The paper works while its house is updated, enlarged, and harmed; docs/faults.md shows what that cost whom."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.compose import faults, page
from tests.compose.house import ComposeHouse
from tests.compose.load import Load, Phase
from tests.newsroom import new_word
from tests.production.compose import raw
from tests.wait import until

_SERVICES = [
    name for name in raw()["services"] if not name.endswith(("-b", "-migrate", "-accounts", "tools", "certificates"))
]
_HARM = {"restart": faults.restart, "SIGKILL": faults.crash}
# One container holds the machine's port, which is closed while it starts.
_DOOR, _DOOR_AWAY_S = "nginx", 8.0
_DESK_BACK_S = 10.0
_PROCESSES = ("INGEST", "INGEST_WORKER", "SEARCH_QUERY", "COUNTER_WORKER", "WEB", "WEB_WORKER")
_SETTLE_S = 3.0
# Nobody updates a house in its first minute.
_BEFORE_S = 20.0


@pytest.fixture(scope="module")
def load(house: ComposeHouse) -> Iterator[Load]:
    """Each request comes from an address of its own, which nginx believes."""
    house.set(EDGE_PROXY="0.0.0.0/0")
    house.compose("up", "-d", "--wait", timeout=300)
    with Load(house, phases=len(_HARM) * len(_SERVICES) + 4) as made:
        time.sleep(_BEFORE_S)
        yield made


@contextmanager
def _during(house: ComposeHouse, load: Load, name: str) -> Iterator[Phase]:
    """Until every container is healthy, and a little more: what was begun is to end."""
    with load.during(name) as phase:
        began = time.monotonic()
        yield phase
        faults.until_healthy(house)
        phase.seconds = time.monotonic() - began
        time.sleep(_SETTLE_S)


def test_an_update_fails_no_request(house: ComposeHouse, load: Load) -> None:
    newer = house.newer_version()
    steps = [step.replace("/backups/before-", "/backups/update-") for step in page.steps("Update")]
    first = next(number for number, step in enumerate(steps) if " up " in step)
    # A build takes every core that there is; what is slow for that reason is not the update's.
    with _during(house, load, "a newer image is built"):
        for step in steps[:first]:
            house.type(step)
    with _during(house, load, "update to it") as phase:
        for step in steps[first:]:
            house.type(step)
    ours = {row["Image"].partition(":")[2] for row in house.containers() if row["Image"].startswith("toasoan:")}
    assert all(newer.startswith(version) for version in ours), ours
    _nobody_noticed(phase)
    house.publish("Tin sau khi thay", new_word("tin"))


def test_two_of_each_come_and_go_and_fail_no_request(house: ComposeHouse, load: Load) -> None:
    up = page.inline("docker compose up -d --wait", "More of it")
    with _during(house, load, "two of each") as more:
        house.set(**{f"{name}_REPLICAS": "2" for name in _PROCESSES})
        house.type(up)

    def seen() -> bool:
        found = house.prometheus("query?query=count(up{job='web.http'}==1)")["result"]
        return bool(found) and int(found[0]["value"][1]) == 4

    until(seen, 90, "Prometheus knows two of each half")
    with _during(house, load, "one of each again") as fewer:
        house.set(**{f"{name}_REPLICAS": "1" for name in _PROCESSES})
        house.type(up)
    _nobody_noticed(more)
    _nobody_noticed(fewer)


def _nobody_noticed(phase: Phase) -> None:
    failed = [one for one in phase.asked if one.failed]
    assert len(phase.asked) > 50
    assert not failed


@pytest.mark.parametrize("harm", _HARM)
@pytest.mark.parametrize("service", _SERVICES)
def test_readers_and_editors_go_on(house: ComposeHouse, load: Load, service: str, harm: str) -> None:
    if service not in {row["Service"] for row in house.containers()}:
        pytest.skip(f"{service} does not run here")
    with _during(house, load, f"{harm} of {service}") as phase:
        _HARM[harm](house, service)
    if service == _DOOR:
        assert phase.outage("page") < _DOOR_AWAY_S
    else:
        assert phase.failed("page") == 0
    assert phase.outage("desk") <= _DESK_BACK_S


def test_nothing_that_was_acknowledged_is_lost_or_doubled(load: Load) -> None:
    """The last test: it compares what all the others left."""
    load.stop()
    verdicts = load.verdicts(patience_s=120)
    assert load.phases
    assert {name: verdict for name, verdict in verdicts.items() if verdict.lost or verdict.doubled} == {}
    if len(load.phases) > len(_HARM) * len(_SERVICES) / 2:
        faults.write_table(load, verdicts)
