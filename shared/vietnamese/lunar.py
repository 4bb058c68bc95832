"""The lunar calendar as Vietnam has it: months begin with the new moon by Vietnam's clock, so that now and then Tết is
another day than in China (2030).

A table, not astronomy: it was computed twice, by two programs that share nothing, and both agree on every month.
"""

from bisect import bisect_right
from datetime import date, timedelta
from typing import NamedTuple

_STEMS = "Canh Tân Nhâm Quý Giáp Ất Bính Đinh Mậu Kỷ".split()
_BRANCHES = "Thân Dậu Tuất Hợi Tý Sửu Dần Mão Thìn Tỵ Ngọ Mùi".split()
# Year, first day of its first month, the month that comes twice (0: none), and whether each month has 30 days, else 29.
_TABLE = """
2020 25/01 4 0111010010011
2021 12/02 0 011010101010
2022 01/02 0 101011010101
2023 22/01 2 0100110110101
2024 10/02 0 010010110110
2025 29/01 6 1010010101110
2026 17/02 0 101001001110
2027 06/02 0 110100100110
2028 26/01 5 1110100100110
2029 13/02 0 110101010010
2030 02/02 0 110110101010
2031 23/01 3 0101101101010
2032 11/02 0 010101101101
2033 31/01 11 0100101011101
2034 19/02 0 010010011101
2035 08/02 0 101001001101
2036 28/01 6 1101001001011
2037 15/02 0 101100100101
2038 04/02 0 101101010010
2039 24/01 5 1101101010010
2040 12/02 0 101101011010
2041 01/02 0 010101011101
2042 22/01 2 0100101011011
2043 10/02 0 010010011011
2044 30/01 7 1010010010111
2045 17/02 0 101001001011
2046 06/02 0 101010100101
2047 26/01 5 1011010100101
2048 14/02 0 011011010010
2049 02/02 0 101011010110
2050 23/01 3 0101010110110
2051 11/02 0 010100110111
2052 01/02 8 0100100101110
2053 18/02 0 110010010111
2054 08/02 0 011001001011
2055 28/01 6 0110101001010
2056 15/02 0 110110100101
2057 04/02 0 010110101010
2058 24/01 4 1010101101010
2059 12/02 0 101010101101
2060 02/02 0 010100101110
2061 21/01 3 1100100101110
2062 09/02 0 110010010101
2063 29/01 7 1101010010101
2064 17/02 0 110101001010
2065 05/02 0 110110010101
2066 26/01 5 0101101010101
2067 14/02 0 010101101010
2068 03/02 0 101001101101
2069 23/01 4 0101001011101
"""


class LunarDay(NamedTuple):
    day: int
    month: int
    year: int
    leap: bool
    """Of the month that comes a second time."""


class _Month(NamedTuple):
    first: date
    month: int
    year: int
    leap: bool


def lunar_day(day: date) -> LunarDay | None:
    """The lunar day of a Vietnamese day; None for one that the table does not have.

    >>> lunar_day(date(2026, 2, 17)), lunar_day(date(1990, 1, 1))
    (LunarDay(day=1, month=1, year=2026, leap=False), None)
    """
    at = bisect_right(_MONTHS, day, key=lambda month: month.first) - 1
    if at < 0 or day >= _END:
        return None
    first, month, year, leap = _MONTHS[at]
    return LunarDay((day - first).days + 1, month, year, leap)


def lunar_words(day: date) -> str:
    """As calendars have it, "" for a day that the table does not have.

    >>> lunar_words(date(2026, 11, 28)), lunar_words(date(2025, 8, 1)), lunar_words(date(2027, 2, 6))
    ('20 tháng 10 năm Bính Ngọ', 'mùng 8 tháng 6 nhuận năm Ất Tỵ', 'mùng 1 tháng Giêng năm Đinh Mùi')
    """
    found = lunar_day(day)
    if found is None:
        return ""
    name = {1: "Giêng", 12: "Chạp"}.get(found.month, str(found.month))
    year = f"{_STEMS[found.year % 10]} {_BRANCHES[found.year % 12]}"
    return f"{'mùng ' if found.day <= 10 else ''}{found.day} tháng {name}{' nhuận' if found.leap else ''} năm {year}"


def _months() -> tuple[list[_Month], date]:
    """All months of the table, and the day behind the last one."""
    made: list[_Month] = []
    first = date.min
    for row in _TABLE.split("\n")[1:-1]:
        year, begin, leap, lengths = row.split()
        day, _, month = begin.partition("/")
        first = date(int(year), int(month), int(day))
        number = 0
        for length in lengths:
            again = number == int(leap) and number > 0 and not made[-1].leap
            number += not again
            made.append(_Month(first, number, int(year), again))
            first += timedelta(days=29 + int(length))
    return made, first


_MONTHS, _END = _months()
