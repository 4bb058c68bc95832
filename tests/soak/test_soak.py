"""The instruments of the long day, and the day itself where a length is asked for."""

import os
import random
from pathlib import Path

import pytest

from tests.soak.day import ACTS, VISITS, Day
from tests.soak.run import play
from tests.soak.watch import slope

MINUTES = float(os.environ.get("TOASOAN_SOAK_MINUTES") or 1)


def test_a_burst_does_not_look_like_growth_and_growth_is_not_hidden_by_one() -> None:
    chance = random.Random(3)
    flat = [(hour / 10, 70 + chance.random() + (25 if 90 < hour < 110 else 0)) for hour in range(240)]
    assert abs(slope(flat)) < 0.02
    assert slope([(hour, size + 0.25 * hour) for hour, size in flat]) == pytest.approx(0.25, abs=0.02)
    stairs = [(hour / 10, 70 + 4 * (hour // 80)) for hour in range(240)]
    assert slope(stairs) > 0.25


def test_a_day_has_its_rushes_and_its_night() -> None:
    day = Day(30)
    visits, acts = day.visits(), day.acts()
    assert len(visits) == VISITS
    assert len(acts) == sum(ACTS.values())
    assert visits == sorted(visits) == Day(30).visits()
    assert (day.clock(0), day.clock(day.seconds / 2), day.clock(day.second(26.5))) == ("05:00", "17:00", "02:30")

    def between(first: float, last: float) -> int:
        return sum(day.second(first) <= second < day.second(last) for second in visits)

    assert between(11, 12) > 3 * between(25, 26)
    assert {act for second, act in acts if second > day.second(24)} == set()
    assert len(Day(3).visits()) == VISITS / 10


@pytest.mark.soak
@pytest.mark.house
@pytest.mark.timeout(MINUTES * 60 + 600)
def test_after_a_day_the_house_stands_as_it_stood(tmp_path: Path) -> None:
    outcome = play(tmp_path, MINUTES, print)
    print(outcome.table())
    assert not outcome.wrong
