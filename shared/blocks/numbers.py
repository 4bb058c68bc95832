"""Numbers as Vietnamese print them: "1.234,5"."""

import re
from math import isfinite

from shared.blocks.fields import Grid
from shared.vietnamese.text import thousands

_GROUPED = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d{1,6})?")
_BARE = re.compile(r"-?\d{1,15}(?:[.,]\d{1,6})?")
_LONGEST = 24


def number(words: str) -> float | None:
    """The number that is written, with or without a "%" behind it; None for anything else.

    >>> number("1.234,5"), number("12,5%"), number("−3"), number("khoảng 3"), number("")
    (1234.5, 12.5, -3.0, None, None)
    """
    bare = words.replace("−", "-").replace(" ", "").removesuffix("%")
    if len(bare) > _LONGEST:
        return None
    if _GROUPED.fullmatch(bare):
        value = float(bare.replace(".", "").replace(",", "."))
    elif _BARE.fullmatch(bare):
        value = float(bare.replace(",", "."))
    else:
        return None
    return value if isfinite(value) else None


def printed(value: float, decimals: int = 2) -> str:
    """A number with as many decimals as it has, at most so many.

    >>> printed(1234.5), printed(-0.25), printed(12.0), printed(0.999)
    ('1.234,5', '-0,25', '12', '1')
    """
    rounded = f"{abs(value):.{decimals}f}"
    whole, _, rest = rounded.partition(".")
    rest = rest.rstrip("0")
    sign = "-" if value < 0 and (int(whole) or rest) else ""
    return f"{sign}{thousands(int(whole))}" + (f",{rest}" if rest else "")


def columns_of_numbers(table: Grid) -> tuple[int, ...]:
    """The columns, but the first, whose every cell is a number or empty."""
    return tuple(
        at
        for at in range(1, len(table.columns))
        if all(not row[at] or number(row[at]) is not None for row in table.rows) and any(row[at] for row in table.rows)
    )
