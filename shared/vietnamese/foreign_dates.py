"""Times as other systems write them: feeds, exports, wires, saved pages.

>>> read_time("Thứ 5, 26/11/2026 09:30:00 GMT+7").isoformat()
'2026-11-26T09:30:00+07:00'
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from shared.vietnamese.dates import VIETNAM, WEEKDAYS
from shared.vietnamese.text import one_line

_LONGEST = 100
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = rf"(?P<named>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
# As mail and feeds abbreviate them, in minutes east of Greenwich; an unknown one leaves a text unreadable.
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180,
    "msk": 180,
    "ict": 420, "indochina time": 420, "wib": 420, "sgt": 480, "hkt": 480, "jst": 540, "kst": 540, "aest": 600,
    "aedt": 660,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "giờ việt nam": 420, "giờ hà nội": 420, "giờ vn": 420,
}  # fmt: skip
_ZONE = (
    rf"(?P<zone>(?:gmt|utc|ut)?\s?[+-]\s?\d{{1,2}}(?::?\d{{2}}(?::?00)?)?(?!\d)|"
    rf"(?:{'|'.join(sorted(_ZONES, key=len, reverse=True))})(?!\w))"
)
_TIME = re.compile(
    r"(?:(?<=\d)t|(?<![\w:]))\s?(?P<hour>\d{1,2})\s?(?:(?::|h|g|giờ)\s?(?P<minute>\d{2})(?:\s?phút|p(?!m))?"
    r"(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?|h|\s?giờ(?!\s?(?:việt|vn|hà))|(?=\s?[ap]m\b))"
    rf"\s?(?P<half>am|pm|a\.m\.|p\.m\.|sa|ch|sáng|chiều|tối)?(?:\s?\(?{_ZONE}\)?)?(?![\w:])"
)
_LOOSE_ZONE = re.compile(rf"(?<=\s){_ZONE}$")
_DATES = tuple(
    re.compile(form)
    for form in (
        r"(?<!\d)(?P<year>\d{4})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2}) tháng (?P<month>\d{1,2})[,.]?(?: năm)? (?P<year>\d{4})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -](?P<year>\d{{4}}|\d{{2}})(?!\d)",
        rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)",
        r"(?<!\d)(?P<first>\d{1,2})\s?[-/.]\s?(?P<second>\d{1,2})\s?[-/.]\s?(?P<year>\d{4}|\d{2})(?!\d)",
    )
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?(?:\.\d{1,9})?)?")
_DAY_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)(z|[+-]\d\d:\d\d)")
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?(?!\w)|"
    r"thứ (?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])(?!\w)|ch[uủú]a? nhật|cn(?!\w)"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FILLER = re.compile(r"\b(?:lúc|vào|ngày|giờ|at|on|date|cập nhật|đăng|xuất bản|hồi)\b|[-–—,|.:()\[\]]")
_BRACKETS = re.compile(r"\([^()]{0,60}\)")


def read_time(text: str, zone: timezone = VIETNAM) -> datetime:
    """The moment a text names, with its offset; `zone` where it says none, midnight where it says no hour.

    A day and a month that could both be either are day before month, but month before day beside an English AM or PM,
    as American servers write. A weekday decides between the two, and is otherwise not asked.

    Raises ValueError (a Vietnamese sentence) for what is no time, and for zero dates.
    """
    words = one_line(text)
    fault = ValueError(f"“{words[:60]}” không phải ngày giờ đọc được")
    if not words or len(words) > _LONGEST:
        raise fault
    try:
        found = _unix(words) or _compact(words.lower(), zone) or _printed(words.lower(), zone)
        if found is None or found.astimezone(UTC).year <= 1 or found.timestamp() == 0:
            raise fault
    except (ValueError, OverflowError):
        raise fault from None
    return found


def _unix(words: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if not (words.isascii() and words.isdigit() and len(words) in (10, 13)):
        return None
    return datetime.fromtimestamp(int(words) // (1 if len(words) == 10 else 1000), UTC)


def _compact(words: str, zone: timezone) -> datetime | None:
    """ "20261125T093000+0700", "20261125"."""
    found = _COMPACT.match(words)
    if found is None:
        return None
    rest = words[found.end() :].strip()
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=_offset(rest) if rest else zone)


def _printed(words: str, zone: timezone) -> datetime | None:
    if whole := _DAY_ZONE.fullmatch(words):
        return datetime.fromisoformat(whole[1]).replace(tzinfo=_offset(whole[2]))
    clock = _TIME.search(words)
    # "09:30 -0700 (PDT)": what stands in brackets behind a zone explains it.
    if clock and clock["zone"] and words[clock.end() :].lstrip().startswith("("):
        words = words[: clock.end()] + _BRACKETS.sub("", words[clock.end() :], count=1)
    rest = words if clock is None else f"{words[: clock.start()]} {words[clock.end() :]}"
    loose = None
    if clock and not clock["zone"]:
        # "Wed Nov 25 09:30:00 ICT 2026" has it beside the clock; some put it at the end.
        rest = rest.rstrip()
        loose = _LOOSE_ZONE.search(rest)
        rest = rest[: loose.start()] if loose else rest
    weekday = _WEEKDAY.search(rest)
    day = next((found for form in _DATES if (found := form.search(_without(rest, weekday)))), None)
    if day is None or _FILLER.sub(" ", _without(_without(rest, weekday), day)).strip():
        return None
    hour, minute, second = _clock(clock)
    said = (clock and clock["zone"]) or (loose and loose["zone"])
    american = bool(clock and clock["half"] and clock["half"][0] in "ap")
    year, month, day_of_month = _day(day, _weekday(weekday), american=american)
    begin = datetime(year, month, day_of_month, tzinfo=_offset(said) if said else zone)
    return begin + timedelta(hours=hour, minutes=minute, seconds=second)


def _without(words: str, found: "re.Match[str] | None") -> str:
    return words if found is None else " ".join(f"{words[: found.start()]} {words[found.end() :]}".split())


def _clock(found: "re.Match[str] | None") -> tuple[int, int, int]:
    """Raises ValueError."""
    if found is None:
        return 0, 0, 0
    hour, minute, second = int(found["hour"]), int(found["minute"] or 0), min(int(found["second"] or 0), 59)
    half = (found["half"] or "").replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in ("pm", "ch", "chiều", "tối") else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute + second):
        raise ValueError
    return hour, minute, second


def _day(found: "re.Match[str]", weekday: int | None, *, american: bool) -> tuple[int, int, int]:
    """Year, month, day. Raises ValueError."""
    parts = found.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 50 else 1900  # RFC 2822, 4.3
    if parts.get("named"):
        return year, _MONTHS[parts["named"]], int(parts["day"])
    if "first" not in parts:
        return year, int(parts["month"]), int(parts["day"])
    first, second = int(parts["first"]), int(parts["second"])
    orders = [(second, first), (first, second)]
    if american:
        orders.reverse()
    usable = [(month, day) for month, day in orders if 1 <= month <= 12 and 1 <= day <= 31]
    if weekday is not None:
        usable.sort(key=lambda one: _falls_on(year, *one) != weekday)
    month, day = usable[0] if usable else orders[0]
    return year, month, day


def _weekday(found: "re.Match[str] | None") -> int | None:
    if found is None:
        return None
    words = found[0]
    if words[:3] in _WEEKDAYS:
        return _WEEKDAYS.index(words[:3])
    if words.startswith("thứ ") and words[4:].isdigit():
        return int(words[4:]) - 2
    names = [name.lower() for name in WEEKDAYS]
    return names.index(words) if words in names else 6 if words.startswith("c") else 5


def _falls_on(year: int, month: int, day: int) -> int | None:
    try:
        return datetime(year, month, day).weekday()
    except ValueError:
        return None


def _offset(words: str) -> timezone:
    """Raises ValueError."""
    words = words.strip(" ()")
    if words in _ZONES:
        return timezone(timedelta(minutes=_ZONES[words]))
    found = re.fullmatch(r"(?:gmt|utc|ut)?\s?([+-])\s?(\d{1,2})(?::?(\d{2})(?::?00)?)?", words)
    if found is None:
        raise ValueError
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
