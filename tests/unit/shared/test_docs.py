"""A setting, event, queue or metric that the documentation does not know fails here; so does one it only knows."""

import re
from pathlib import Path

from prometheus_client import Counter

from shared import telemetry
from shared.contracts.commands import COMMANDS
from shared.contracts.events import SUBSCRIBERS
from shared.contracts.queues import CONSUMERS, Queue
from shared.settings import Settings

DOCS = Path(__file__).resolve().parents[3] / "docs"


def rows(page: str) -> dict[str, str]:
    """First cell of each table row, without its marks -> the whole row."""
    text = (DOCS / page).read_text()
    return {match[1]: match[0] for match in re.finditer(r"^\| *`([^`]+)` *\|.*$", text, re.MULTILINE)}


def test_every_setting() -> None:
    names = {
        str(field.validation_alias or f"TOASOAN_{name}".upper()): field for name, field in Settings.model_fields.items()
    }
    assert set(rows("settings.md")) == set(names)
    for name, field in names.items():
        assert field.description, f"{name} says nothing in `--help`-like places"


def test_every_event_command_and_queue() -> None:
    told = rows("events.md")
    kinds = {one.kind for one in [*SUBSCRIBERS, *COMMANDS]}
    assert set(told) == kinds | {queue.value for queue in Queue}
    for queue in Queue:
        assert CONSUMERS[queue] in told[queue.value]
    for event, queues in SUBSCRIBERS.items():
        cell = told[event.kind].split("|")[2]
        assert set(re.findall(r"`(\w+)`", cell)) == {queue.value for queue in queues}, event.kind


def test_every_metric() -> None:
    own = {
        name + ("_total" if isinstance(metric, Counter) else ""): metric
        for metric in vars(telemetry).values()
        if (name := getattr(metric, "_name", None)) and hasattr(metric, "_labelnames")
    }
    told = rows("metrics.md")
    other_programs = {name for name in told if name.startswith("backup_")}
    assert set(told) - other_programs == set(own)
    for name, metric in own.items():
        cell = told[name].split("|")[3]
        assert tuple(re.findall(r"`(\w+)`", cell)) == metric._labelnames, name
