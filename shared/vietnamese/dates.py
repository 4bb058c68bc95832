"""Times as Vietnamese readers see them: nothing else in the house writes or reads printed dates.

Vietnam keeps UTC+7 all year and has since 1975, so the zone is a fixed offset; stored times are aware UTC.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

_OFFSET = timedelta(hours=7)
VIETNAM = timezone(_OFFSET)
_OFFSET_SECONDS = int(_OFFSET.total_seconds())
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")  # as date.weekday() counts
# Other spellings in print, lower case: by number, "thứ bẩy" (northern), "CN".
_WEEKDAY_NUMBERS = (
    {name.lower(): number for number, name in enumerate(WEEKDAYS)}
    | {f"thứ {number + 2}": number for number in range(6)}
    | {"thứ bẩy": 5, "cn": 6, "chúa nhật": 6}
)

# For words with one space between them.
_WEEKDAY = r"(?P<weekday>thứ \w{1,9}|ch[ủú]a? nhật|cn)"
_TIME = r"(?P<hour>\d{1,2})\s?(?::|h|g|giờ)\s?(?P<minute>\d{2})(?::\d{2})?(?:\s?phút)?"
_DATE = r"(?:ngày )?(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>\d{4})"
_GAP = r" ?[-–—,:|]? ?"
_ZONE = r"(?: ?\(?(?:GMT|UTC)\s?\+\s?0?7(?::?00)?\)?)?"
_PRINTED = tuple(
    re.compile(rf"{form}{_ZONE}", re.IGNORECASE)
    for form in (
        f"{_TIME}{_GAP}(?:{_WEEKDAY}{_GAP})?{_DATE}",  # 17:59 - Thứ Hai, 09/01/2023; 08:49, 26/05/2019 (GMT+7)
        f"(?:{_WEEKDAY}{_GAP})?{_DATE}{_GAP}{_TIME}",  # Thứ sáu, 04/07/2025 - 08:50
        f"{_WEEKDAY}{_GAP}{_TIME}{_GAP}{_DATE}",  # Thứ sáu: 15:00 ngày 09/02/2024
    )
)


def entry_time(moment: datetime) -> str:
    """As entries of live coverages have it: "17:59, 09/01/2023"."""
    return f"{clock_time(moment)}, {short_date(moment)}"


def house_time(moment: datetime) -> str:
    """The house's printed form: "17:59 - Thứ Hai, 09/01/2023". Raises ValueError for a time without a zone."""
    local = _local(moment)
    return f"{clock_time(moment)} - {long_date(local.date())}"


def clock_time(moment: datetime) -> str:
    """ "17:59"."""
    local = _local(moment)
    return f"{local.hour:02}:{local.minute:02}"


def card_time(moment: datetime, now: datetime | None = None) -> str:
    """As short as lists have it: "19:35" today, "25/11" this year, "25/11/2025" before."""
    local, today = _local(moment), _local(now or datetime.now(UTC)).date()
    if local.date() == today:
        return clock_time(moment)
    return short_date(local.date())[: 5 if local.year == today.year else 10]


def long_date(day: date) -> str:
    """ "Thứ Hai, 09/01/2023"."""
    return f"{WEEKDAYS[day.weekday()]}, {short_date(day)}"


def short_date(day: date) -> str:
    """ "09/01/2023", of a day or of the Vietnamese day that a time falls on."""
    if isinstance(day, datetime):
        day = vietnam_day(day)
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def iso(moment: datetime) -> str:
    """RFC 3339 in Vietnam's time, to the second: "2023-01-09T17:59:00+07:00"."""
    return _local(moment).isoformat(timespec="seconds")


def vietnam_day(moment: datetime) -> date:
    """The day in Vietnam at that moment."""
    return _local(moment).date()


def day_number(at: float) -> int:
    """Number of the Vietnamese day (days since 1970-01-01) that the unix time `at` falls on."""
    return int(at + _OFFSET_SECONDS) // 86400


def day_start(number: int) -> int:
    """Unix time of the midnight with which the Vietnamese day of that number begins."""
    return number * 86400 - _OFFSET_SECONDS


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """When a Vietnamese day begins and ends, in UTC; the end is not part of it."""
    start = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    return start, start + timedelta(days=1)


def parse_house_time(text: str) -> datetime:
    """A printed time, in UTC: the house's form, and the orders and signs of other papers.

    Raises ValueError (a Vietnamese sentence) when it is no such time, names a day that does not exist, or a
    weekday which that day is not: then day and month, most likely, stand in another order.
    """
    words = " ".join(text.split())
    found = next((match for form in _PRINTED if (match := form.fullmatch(words))), None)
    if found is None:
        raise ValueError(f"“{words[:100]}” không phải thời điểm dạng “17:59 - Thứ Hai, 09/01/2023”.")
    try:
        year, month, day, hour, minute = (int(found[part]) for part in ("year", "month", "day", "hour", "minute"))
        printed = datetime(year, month, day, hour, minute, tzinfo=VIETNAM)
        moment = printed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"“{words[:100]}”: không có ngày giờ này.") from None
    if found["weekday"] is not None:
        number = _WEEKDAY_NUMBERS.get(" ".join(found["weekday"].lower().split()))
        if number != printed.weekday():
            raise ValueError(f"“{words[:100]}”: ngày này là {WEEKDAYS[printed.weekday()]}.")
    return moment


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(VIETNAM)
