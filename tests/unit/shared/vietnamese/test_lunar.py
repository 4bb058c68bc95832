"""The Vietnamese lunar calendar: days that everybody knows, and a table without holes."""

from datetime import date, timedelta

import pytest

from shared.vietnamese.lunar import LunarDay, lunar_day, lunar_words

FIRST, LAST = date(2020, 1, 25), date(2070, 2, 10)


@pytest.mark.parametrize(
    "tet",
    "2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26".split(),
)
def test_tet_of_years_that_people_have_planned_for(tet: str) -> None:
    day = date.fromisoformat(tet)
    assert lunar_day(day) == LunarDay(1, 1, day.year, False)
    eve = lunar_day(day - timedelta(days=1))
    assert eve is None or (eve.month, eve.year) == (12, day.year - 1)


def test_it_is_vietnams_and_not_chinas() -> None:
    # The new moon of 2 February 2030 is at 23:07 in Hà Nội, and past midnight in Beijing.
    assert lunar_words(date(2030, 2, 2)) == "mùng 1 tháng Giêng năm Canh Tuất"


def test_months_that_come_twice() -> None:
    assert lunar_words(date(2025, 7, 24)) == "30 tháng 6 năm Ất Tỵ"
    assert lunar_words(date(2025, 7, 25)) == "mùng 1 tháng 6 nhuận năm Ất Tỵ"
    assert lunar_words(date(2025, 8, 23)) == "mùng 1 tháng 7 năm Ất Tỵ"
    assert lunar_day(date(2023, 3, 22)) == LunarDay(1, 2, 2023, True)


def test_every_day_of_the_table_follows_the_day_before() -> None:
    before = None
    for number in range((LAST - FIRST).days + 1):
        here = lunar_day(FIRST + timedelta(days=number))
        assert here is not None
        if before is not None and here.day != before.day + 1:
            assert here.day == 1 and before.day in (29, 30)
            follows = (before.month % 12 + 1, False), (before.month, True)
            assert (here.month, here.leap) in follows and here.year == before.year + (here.month < before.month)
        before = here
    assert lunar_day(FIRST - timedelta(days=1)) is None and lunar_day(LAST + timedelta(days=1)) is None
    assert lunar_words(LAST + timedelta(days=1)) == ""
