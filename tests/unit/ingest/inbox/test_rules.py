"""When people are told, and when not."""

from datetime import date, datetime

import pytest

from services.ingest.inbox import rules
from services.ingest.inbox.rules import InboxChoice
from shared.vietnamese.dates import VIETNAM

NOTHING = frozenset[str]()
NIGHT, NOON = InboxChoice(NOTHING, NOTHING, "22:00", "06:00"), InboxChoice(NOTHING, NOTHING, "12:00", "13:30")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("choice", "now", "ends"),
    [
        (NIGHT, "2026-11-28T21:59", None),
        (NIGHT, "2026-11-28T22:00", "2026-11-29T06:00"),
        (NIGHT, "2026-12-31T23:59", "2027-01-01T06:00"),
        (NIGHT, "2026-11-29T05:59", "2026-11-29T06:00"),
        (NIGHT, "2026-11-29T06:00", None),
        (NOON, "2026-11-28T12:30", "2026-11-28T13:30"),
        (NOON, "2026-11-28T13:30", None),
        (InboxChoice(frozenset(), frozenset()), "2026-11-28T23:00", None),
    ],
)
def test_quiet_hours_are_those_of_vietnams_clock(choice: InboxChoice, now: str, ends: str | None) -> None:
    assert rules.quiet_end(choice, at(now)) == (at(ends) if ends else None)


@pytest.mark.parametrize(
    ("hour", "now", "told"),
    [
        ("17:30", "2026-11-28T15:29", ""),
        ("17:30", "2026-11-28T15:30", "due"),
        ("17:30", "2026-11-28T17:30", "late"),
        ("17:30", "2026-11-30T17:30", ""),
        ("00:30", "2026-11-27T22:30", "due"),
        ("", "2026-11-28T07:59", ""),
        ("", "2026-11-28T08:00", "due"),
        ("", "2026-11-29T00:00", "late"),
    ],
)
def test_a_task_is_due_before_its_time_and_late_after_it(hour: str, now: str, told: str) -> None:
    assert rules.overdue(date(2026, 11, 28), hour, at(now)) == told
