"""Times as feeds, exports, wires and saved pages write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnamese.dates import WEEKDAYS
from shared.vietnamese.foreign_dates import read_time

IN_HANOI = "2026-11-25T09:30:00+07:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed, 25 Nov 2026 09:30:00 GMT+7", IN_HANOI),
        ("Wed, 25 Nov 2026 02:30:00 +0000", IN_HANOI),
        ("Wed, 25 Nov 26 09:30 +0700", IN_HANOI),
        ("Wed, 25 Nov 2026 09:30:00 ICT", IN_HANOI),
        ("Wed, 25 Nov 2026 09:30:00 UTC+07:00", IN_HANOI),
        ("Wednesday, 25-Nov-26 02:30:00 GMT", IN_HANOI),
        ("Tue, 24 Nov 2026 18:30:00 -0800 (PST)", IN_HANOI),
        ("Wed Nov 25 2026 09:30:00 GMT+0700 (Indochina Time)", IN_HANOI),
        ("Wed Nov 25 09:30:00 ICT 2026", IN_HANOI),
        ("Thứ 4, 25/11/2026 09:30:00 GMT+7", IN_HANOI),
        ("Thứ tư, ngày 25/11/2026 - 09:30 (GMT+7)", IN_HANOI),
        ("Cập nhật lúc 09h30, 25/11/2026", IN_HANOI),
        ("9 giờ 30 phút ngày 25 tháng 11 năm 2026", IN_HANOI),
        ("2026-11-25T02:30:00.123Z", "2026-11-25T02:30:00+00:00"),
        ("2026-11-25T09:30:00+0700", IN_HANOI),
        ("2026-11-25 09:30:00", IN_HANOI),
        ("20261125T093000+0700", IN_HANOI),
        ("25-11-2026 09:30", IN_HANOI),
        ("11/25/2026 9:30:00 AM", IN_HANOI),
        ("25/11/2026 9:30:00 SA", IN_HANOI),
        ("November 25, 2026 9:30 am", IN_HANOI),
        ("1795573800", "2026-11-25T02:30:00+00:00"),
        ("ngày 9 tháng 1 năm 2023", "2023-01-09T00:00:00+07:00"),
        ("20230109", "2023-01-09T00:00:00+07:00"),
        ("2023-01-09+07:00", "2023-01-09T00:00:00+07:00"),
        ("9/1/2023 5:59:00 CH", "2023-01-09T17:59:00+07:00"),
        ("9/1/2023 5:59:00 PM", "2023-09-01T17:59:00+07:00"),
        ("9h ngày 25/11/2026", "2026-11-25T09:00:00+07:00"),
        ("12:30 25/11/2026", "2026-11-25T12:30:00+07:00"),
        ("25/11/2026 13:30 SA", "2026-11-25T13:30:00+07:00"),
        ("November 25, 2026 9:30 p.m.", "2026-11-25T21:30:00+07:00"),
        ("Wed, 25 Nov 2026 09:30:60 +0700", "2026-11-25T09:30:59+07:00"),
        ("Wed, 25 Nov 2026 08:00:00 GMT+5:30", IN_HANOI),
        ("20261125T093000 (+0700)", IN_HANOI),
        ("25 Nov 49 09:30 +0700", "2049-11-25T09:30:00+07:00"),
        ("25 Nov 50 09:30 +0700", "1950-11-25T09:30:00+07:00"),
        ("25 Nov 98 09:30 +0700", "1998-11-25T09:30:00+07:00"),
        # What can be no month is the day.
        ("12/31/2026 9:30", "2026-12-31T09:30:00+07:00"),
        ("31/12/2026 9:30", "2026-12-31T09:30:00+07:00"),
        ("5/13/2026 9:30", "2026-05-13T09:30:00+07:00"),
        # A weekday says which is the month.
        ("Thứ Sáu, 01/09/2023 5:59", "2023-09-01T05:59:00+07:00"),
        ("Thứ Hai, 01/09/2023 5:59", "2023-01-09T05:59:00+07:00"),
        ("Mon, 09 Jan 2023 24:00:00 +0700", "2023-01-10T00:00:00+07:00"),
        ("Mon, 09 Jan 2023 12:00 AM", "2023-01-09T00:00:00+07:00"),
    ],
)
def test_usual_forms(text: str, moment: str) -> None:
    assert read_time(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text",
    ["45/67/2026 9:30", "", "hôm qua", "10", "2023", "9:30", "31/02/2023", "25:99 01/02/2023",
     "x 25/11/2026", "0000-00-00 00:00:00",
     "Wed, 25 Nov 2026 09:30 XYZ", "Mon, 30 Nov -0001 00:00:00 +0000", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00",
     "9" * 10_000],
)  # fmt: skip
def test_what_is_no_time_and_zero_dates(text: str) -> None:
    with pytest.raises(ValueError, match="không phải ngày giờ"):
        read_time(text)


@pytest.mark.parametrize(
    ("name", "weekday"),
    [
        *((name, number) for number, name in enumerate(WEEKDAYS)),
        *((f"Thứ {number + 2}", number) for number in range(6)),
        *((name, number) for number, name in enumerate("Mon Tue Wed Thu Fri Sat Sun".split())),
        ("Wednesday", 2), ("Thứ Bẩy", 5), ("CN", 6), ("Chúa nhật", 6),
    ],
)  # fmt: skip
def test_a_weekday_decides_between_day_and_month(name: str, weekday: int) -> None:
    days = [date(2026, month, day) for month in range(1, 13) for day in range(1, 13)]
    meant = [one for one in days if one.weekday() == weekday != date(2026, one.day, one.month).weekday()]
    assert len(meant) > 10
    for one in meant:
        assert read_time(f"{name}, {one.month}/{one.day}/2026 09:30").date() == one
        assert read_time(f"{name}, {one.day}/{one.month}/2026 09:30").date() == one


@given(st.text(alphabet=st.sampled_from("0123456789:/-+., TZaApPmMGUTC()thứnăsà"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_time(text)
    except ValueError:
        return
    assert found.astimezone(UTC).year > 1
