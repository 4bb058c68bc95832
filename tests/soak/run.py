"""One day from its start to the last look at everything."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.house import House
from tests.newsroom import PATIENCE_S
from tests.soak.day import BACKED_UP, RECYCLED, Day
from tests.soak.people import Crowd, Desk, Editors
from tests.soak.watch import FILES, GROWTH_MB, VIEW_BYTES, WARM_UP, Watch
from tests.wait import until
from toasoan.backup import check

_YESTERDAY = 40
"""Stories that are there when the day begins."""
_TELLS_AFTER_MINUTES = 10
"""A shorter day says nothing about memory."""
_QUEUE_AT_REST = 3
_AWAY_SHARE = 0.001
RECYCLES = "web.worker"


@dataclass
class Outcome:
    """What became of the day; `wrong` is empty when the house stands as it stood."""

    watch: Watch
    people: list[tuple[str, str]]
    wrong: list[str]

    def table(self) -> str:
        """Three Markdown tables."""
        lines = [
            "| process | RSS at 05:00 | 17:00 | 05:00 | slope after warm-up | open files, middle and end |",
            "|---|---|---|---|---|---|",
        ]
        grown, peaks = self.watch.grown(), self.watch.peaks()
        for one in grown:
            told = "–" if one.slope is None else f"{one.slope:+.2f} MB an hour"
            sizes = f"{one.start:.1f} | {one.middle:.1f} | {one.end:.1f} MB"
            lines.append(f"| {one.role} | {sizes} | {told} | {one.files[0]}, {one.files[1]} |")
        start, middle, end = (sum(getattr(one, part) for one in grown) for part in ("start", "middle", "end"))
        lines.append(f"| all | {start:.0f} | {middle:.0f} | {end:.0f} MB | | |")
        lines += ["", "| what waits | most | at | usual in the last third |", "|---|---|---|---|"]
        lines += [f"| {name} | {most:,.0f} | {at} | {last:,.0f} |" for name, (most, at, last) in peaks.items() if most]
        lines.append(f"| {', '.join(name for name, (most, _, _) in peaks.items() if not most)} | 0 | | 0 |")
        lines += ["", "| the day | |", "|---|---|", *(f"| {what} | {told} |" for what, told in self.people)]
        return "\n".join(lines)


def play(place: Path, minutes: float, say: Callable[[str], None]) -> Outcome:
    """A whole day on a house of its own under `place`."""
    day = Day(minutes)
    house = House(
        place / "house",
        TOASOAN_TRUSTED_PROXIES="127.0.0.1",
        # Ten minutes are half a minute here, and no run is so short that none takes place in it.
        TOASOAN_RECONCILE_SECONDS="20",
    )
    try:
        house.start(120)
        desk = Desk(house)
        for _ in range(_YESTERDAY):
            desk.write()
        desk.settle()
        return _day(house, desk, day, place, say)
    finally:
        house.close()


def _day(house: House, desk: Desk, day: Day, place: Path, say: Callable[[str], None]) -> Outcome:
    began = time.monotonic()
    watch = Watch(house, day, began, every_s=min(3.0, day.seconds / 100))
    editors, crowd = Editors(desk, day, began), Crowd(desk, day, began)
    watch.look()
    with watch, crowd:
        editors.start()
        _wait(began + day.second(RECYCLED), say, day, began)
        recycled = house.signal_role(RECYCLES, signal.SIGTERM)
        _wait(began + day.second(BACKED_UP), say, day, began)
        started = time.monotonic()
        house.toasoan("backup", str(place / "backup"))
        backup_s = time.monotonic() - started
        _wait(began + day.seconds, say, day, began)
        crowd.join(60)
        editors.join(PATIENCE_S)
    behind_s = time.monotonic() - began - day.seconds
    say("the day is over; looking at everything")
    wrong = [f"the editors stopped: {editors.failed!r}"] if editors.failed else []
    wrong += [f"a reader saw {error}" for error in crowd.errors[:5]]
    if len(crowd.away) > _AWAY_SHARE * max(1000, crowd.count["searches"]):
        wrong.append(f"{len(crowd.away)} searches were not answered in time")
    desk.settle()
    lost, doubled = desk.lost(), desk.doubled()
    wrong += lost + doubled
    shown = crowd.until_counted()
    gone = {story.id for story in desk.stories if story.withdrawn}
    acknowledged = sum(views for story, views in crowd.acknowledged.items() if story not in gone)
    if not crowd.unanswered and shown != acknowledged:
        wrong.append(f"{shown} views are shown, {acknowledged} were acknowledged")
    # The house's own account of the same: withdrawn stories' views are in it, too.
    hours = orjson.loads(house.toasoan("views", "audit", "--json").stdout)["hours"]
    counted = sum(hour["accepted"] for hour in hours)
    if not crowd.unanswered and counted != sum(crowd.acknowledged.values()):
        wrong.append(f"{counted} views were counted, {sum(crowd.acknowledged.values())} were acknowledged")
    dead = orjson.loads(house.toasoan("dead", "list", "--json").stdout)
    wrong += [f"dead letter {letter}" for letter in dead]
    check(place / "backup")
    until(lambda: _at_rest(watch), PATIENCE_S, "every queue is empty", interval_s=1)
    wrong += _restarts(house, recycled) + _growth(watch, day, acknowledged)
    looks = len(watch.samples["supervisor"])
    people = [
        ("page loads", f"{crowd.count['pages']:,}"),
        ("views acknowledged = shown", f"{acknowledged:,} = {shown:,}"),
        ("… of stories that were withdrawn later", f"{sum(crowd.acknowledged.values()) - acknowledged:,}"),
        ("… sent again by a reload, not counted twice", f"{crowd.count['views sent twice']:,}"),
        ("searches, unanswered", f"{crowd.count['searches']:,}, {len(crowd.away)}"),
        ("comments taken", f"{crowd.count['comments']:,}"),
        ("stories acknowledged", f"{len(desk.stories):,}"),
        *((f"… {act}", f"{number}") for act, number in editors.done.items()),
        ("… lost, doubled, old", f"{len(lost)}, {len(doubled)}"),
        ("dead letters", f"{len(dead)}"),
        ("server errors that readers saw", f"{len(crowd.errors)}"),
        ("looks at the house, and at a process not ready", f"{looks}, {sum(watch.unready.values())}"),
        ("backup while all this went on", f"{backup_s:.1f} s"),
        ("the latest that a visitor's turn came", f"{crowd.late_s:.1f} s"),
    ]
    say(f"the last visitor and the last act ended {behind_s:.1f} s after the day")
    return Outcome(watch, people, wrong)


def _wait(moment: float, say: Callable[[str], None], day: Day, began: float) -> None:
    while (left := moment - time.monotonic()) > 0:
        time.sleep(min(left, 15))
        say(day.clock(time.monotonic() - began))


def _at_rest(watch: Watch) -> bool:
    resting = ("celery_queue_length", "outbox", "view_spool", "broker_unacked")
    left = {name: number for name, number in watch.waiting().items() if number and name.startswith(resting)}
    assert not left, left
    return True


def _restarts(house: House, recycled: int) -> list[str]:
    wrong = []
    for row in house.status():
        wanted = 1 if row["role"] == RECYCLES else 0
        if row["restarts"] != wanted or (row["role"] == RECYCLES and row["pid"] == recycled):
            wrong.append(f"{row['role']} was restarted {row['restarts']} times, not {wanted}")
    return wrong


def _growth(watch: Watch, day: Day, views: int) -> list[str]:
    wrong = []
    for name, (_most, _at, last) in watch.peaks().items():
        if name.startswith(("celery_queue_length", "outbox", "dead", "broker_unacked")) and last > _QUEUE_AT_REST:
            wrong.append(f"{name} usually is {last:.0f} towards the end")
    for one in watch.grown():
        if one.files[1] > one.files[0] + FILES:
            wrong.append(f"{one.role} has {one.files[1]} files open, in the middle it had {one.files[0]}")
        if day.minutes < _TELLS_AFTER_MINUTES:
            continue
        allowed = GROWTH_MB
        if one.role == "redis.counters":
            allowed += VIEW_BYTES * views / 24 / 1e6
        if one.slope is not None and one.slope > allowed:
            part = f"after its first {WARM_UP * 24:.0f} hours"
            wrong.append(f"{one.role} grows by {one.slope:.2f} MB an hour {part}; {allowed:.2f} may be noise")
    return wrong
