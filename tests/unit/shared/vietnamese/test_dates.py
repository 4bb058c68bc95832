"""Printed dates and times."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnamese.dates import (
    WEEKDAYS,
    card_time,
    day_bounds,
    day_number,
    day_start,
    entry_time,
    house_time,
    iso,
    long_date,
    parse_house_time,
    short_date,
    vietnam_day,
)

moments = st.datetimes(datetime(1925, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
MONDAY = datetime(2023, 1, 9, 10, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        (MONDAY, "17:59 - Thứ Hai, 09/01/2023"),
        (datetime(2023, 1, 9, 16, 59, 59, tzinfo=UTC), "23:59 - Thứ Hai, 09/01/2023"),
        (datetime(2023, 1, 9, 17, 0, tzinfo=UTC), "00:00 - Thứ Ba, 10/01/2023"),
        (datetime(2024, 2, 29, 1, 5, tzinfo=UTC), "08:05 - Thứ Năm, 29/02/2024"),
        (datetime(2025, 7, 5, 22, 0, tzinfo=timezone(timedelta(hours=-5))), "10:00 - Chủ Nhật, 06/07/2025"),
    ],
)
def test_printed_in_vietnamese_time(moment: datetime, printed: str) -> None:
    assert house_time(moment) == printed


@given(moments)
def test_what_is_printed_reads_back_to_the_minute(moment: datetime) -> None:
    assert parse_house_time(house_time(moment)) == moment.replace(second=0, microsecond=0)


@given(moments)
def test_a_moment_lies_in_its_vietnamese_day(moment: datetime) -> None:
    start, end = day_bounds(vietnam_day(moment))
    assert start <= moment < end
    assert end - start == timedelta(days=1)
    assert datetime.fromisoformat(iso(moment)) == moment.replace(microsecond=0)
    assert house_time(moment).endswith(f" - {long_date(vietnam_day(moment))}")


@pytest.mark.parametrize(
    ("printed", "moment"),
    [
        ("Thứ sáu, 04/07/2025 - 08:50", datetime(2025, 7, 4, 1, 50, tzinfo=UTC)),
        ("Thứ sáu: 15:00 ngày 09/02/2024", datetime(2024, 2, 9, 8, 0, tzinfo=UTC)),
        ("08:49, 26/05/2019 (GMT+7)", datetime(2019, 5, 26, 1, 49, tzinfo=UTC)),
        ("7h05 - Chủ nhật, 1/6/2025", datetime(2025, 6, 1, 0, 5, tzinfo=UTC)),
        ("  17:59  -  THỨ HAI,\n 09/01/2023 ", MONDAY),
        ("17:59 – Thứ 2, 09-01-2023", MONDAY),
        ("17:59 09/01/2023", MONDAY),
        ("CN, 06/07/2025 10:00", datetime(2025, 7, 6, 3, 0, tzinfo=UTC)),
    ],
)
def test_other_papers_forms(printed: str, moment: datetime) -> None:
    assert parse_house_time(printed) == moment


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("", "không phải thời điểm"),
        ("hôm qua", "không phải thời điểm"),
        ("17:59 - Thứ Hai", "không phải thời điểm"),
        ("17:59 - Thứ Hai, 09/01/2023 Lượt xem: 5546", "không phải thời điểm"),
        ("24:00 - Thứ Hai, 09/01/2023", "không có ngày giờ này"),
        ("10:00 - Thứ Năm, 30/02/2023", "không có ngày giờ này"),
        ("17:59 - Thứ Ba, 09/01/2023", "ngày này là Thứ Hai"),
        ("17:59 - Thứ Tám, 09/01/2023", "ngày này là Thứ Hai"),
        ("00:00 01/01/0001", "không có ngày giờ này"),
    ],
)
def test_what_is_no_time_is_refused_with_the_reason(printed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_house_time(printed)


def test_short_date_of_a_day_and_of_a_moment() -> None:
    assert short_date(date(2023, 1, 9)) == "09/01/2023"
    assert short_date(datetime(2023, 1, 9, 17, 0, tzinfo=UTC)) == "10/01/2023"


NOON = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "now", "printed"),
    [
        (datetime(2026, 11, 27, 17, 0, tzinfo=UTC), NOON, "00:00"),
        (datetime(2026, 11, 27, 16, 59, tzinfo=UTC), NOON, "27/11"),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), NOON, "01/01"),
        (datetime(2025, 12, 31, 16, 59, tzinfo=UTC), NOON, "31/12/2025"),
        # The day of the clock on the wall counts, not the last 24 hours.
        (NOON, datetime(2026, 11, 28, 17, 0, tzinfo=UTC), "28/11"),
    ],
)
def test_a_card_says_the_hour_today_the_day_this_year_and_the_year_before(
    moment: datetime, now: datetime, printed: str
) -> None:
    assert card_time(moment, now) == printed
    with time_machine.travel(now, tick=False):
        assert card_time(moment) == printed


def test_an_entry_says_hour_and_day() -> None:
    assert entry_time(MONDAY) == "17:59, 09/01/2023"


@given(moments)
def test_days_are_counted_from_midnight_in_vietnam(moment: datetime) -> None:
    number = day_number(moment.timestamp())
    assert number == (vietnam_day(moment) - date(1970, 1, 1)).days
    start, end = day_bounds(vietnam_day(moment))
    assert (day_start(number), day_start(number + 1)) == (start.timestamp(), end.timestamp())


def test_a_time_without_a_zone_is_refused() -> None:
    for function in (house_time, iso, vietnam_day, short_date):
        with pytest.raises(ValueError, match="zone"):
            function(datetime(2023, 1, 9, 17, 59))


def test_the_week_begins_on_monday() -> None:
    assert long_date(date(2023, 1, 9)) == "Thứ Hai, 09/01/2023"
    assert [long_date(date(2023, 1, 9) + timedelta(days=n)).split(",")[0] for n in range(7)] == list(WEEKDAYS)
