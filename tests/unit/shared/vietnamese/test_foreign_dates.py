"""Times as feeds, exports, wires and saved pages write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        # A weekday says which is the month.
        ("Thứ Hai, 01/09/2023 5:59", "2023-01-09T05:59:00+07:00"),
        ("Mon, 09 Jan 2023 24:00:00 +0700", "2023-01-10T00:00:00+07:00"),
        ("Mon, 09 Jan 2023 12:00 AM", "2023-01-09T00:00:00+07:00"),
    ],
)
def test_usual_forms(text: str, moment: str) -> None:
    assert read_time(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text",
    ["", "hôm qua", "10", "2023", "9:30", "31/02/2023", "25:99 01/02/2023", "x 25/11/2026", "0000-00-00 00:00:00",
     "Wed, 25 Nov 2026 09:30 XYZ", "Mon, 30 Nov -0001 00:00:00 +0000", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00",
     "9" * 10_000],
)  # fmt: skip
def test_what_is_no_time_and_zero_dates(text: str) -> None:
    with pytest.raises(ValueError, match="không phải ngày giờ"):
        read_time(text)


@given(st.text(alphabet=st.sampled_from("0123456789:/-+., TZaApPmMGUTC()thứnăsà"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_time(text)
    except ValueError:
        return
    assert found.astimezone(UTC).year > 1
