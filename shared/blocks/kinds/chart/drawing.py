"""Charts as SVG: attributes and classes only, since the page's policy lets no inline style through.

Units are those of a phone's sheet twice as large: style.css sets larger letters on narrow screens, and all places here
leave room for them.
"""

from collections.abc import Sequence
from math import ceil, floor, log10

from markupsafe import Markup, escape

from shared.blocks.fields import Grid
from shared.blocks.numbers import number, printed

FORMS = {"bar": "Biểu đồ cột", "line": "Biểu đồ đường", "area": "Biểu đồ miền"}
MOST_SERIES = 6
WIDTH = 640
_LABEL, _BAR, _GAP = 32, 24, 14
_ROOM_FOR_VALUE = 150
_LETTERS = 46
_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 380, 100, 16, 20, 46
_TICKS = 4
_NAMES = 5
_DOTS = 30
_UNITS = ((1e9, " tỷ"), (1e6, " triệu"))


def drawn(form: str, table: Grid, title: str) -> Markup:
    """The picture of a table whose cells, but for the first column's, are numbers or empty."""
    names = [row[0] for row in table.rows]
    series = [[number(row[at]) for row in table.rows] for at in range(1, len(table.columns))]
    if form == "bar":
        height, inside = _bars(table, names, series)
    else:
        height, inside = _HEIGHT, _lines(table, names, series, filled=form == "area")
    said = escape(f"{FORMS[form]}: {title}. {_summary(table, names, series)}")
    drawing = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{said}">{inside}</svg>'
    return Markup(drawing + _legend(table, form))  # noqa: S704 - every text inside is escaped


def _summary(table: Grid, names: Sequence[str], series: Sequence[Sequence[float | None]]) -> str:
    """The largest and the least of each series: what one would see first."""
    told = []
    for at, values in enumerate(series, 1):
        known = [(value, place) for place, value in enumerate(values) if value is not None]
        most, least = max(known)[1], min(known)[1]
        told.append(
            f"{table.columns[at]}: cao nhất {names[most]} {table.rows[most][at]}, "
            f"thấp nhất {names[least]} {table.rows[least][at]}"
        )
    return "; ".join(told) + "."


def _legend(table: Grid, form: str) -> str:
    if len(table.columns) == 2:
        return ""
    sign = (
        '<rect class="s{0}" width="28" height="12"/>' if form == "bar" else '<polyline class="s{0}" points="0,6 28,6"/>'
    )
    names = (
        f'<li><svg viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">{sign.format(at)}</svg>'
        f"{escape(name)}</li>"
        for at, name in enumerate(table.columns[1:])
    )
    return f"<ul>{''.join(names)}</ul>"


def _bars(table: Grid, names: Sequence[str], series: Sequence[Sequence[float | None]]) -> tuple[int, str]:
    known = [value for values in series for value in values if value is not None]
    low, high = min(0.0, *known), max(0.0, *known)
    scale = (WIDTH - _ROOM_FOR_VALUE) / ((high - low) or 1.0)
    zero, y, parts = -low * scale, 0.0, []
    for place, name in enumerate(names):
        parts.append(_text(0, y + _LABEL - 8, _cut(name), "start"))
        y += _LABEL
        for at, values in enumerate(series):
            value = values[place]
            if value is not None:
                left, wide = min(zero, zero + value * scale), max(1.0, abs(value) * scale)
                parts.append(f'<rect class="s{at}" x="{left:.1f}" y="{y:.0f}" width="{wide:.1f}" height="{_BAR - 4}"/>')
                parts.append(_text(left + wide + 8, y + _BAR - 7, table.rows[place][at + 1], "start"))
            y += _BAR
        y += _GAP
    parts.append(f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{y:.0f}"/>')
    return int(y), "".join(parts)


def _lines(table: Grid, names: Sequence[str], series: Sequence[Sequence[float | None]], *, filled: bool) -> str:
    known = [value for values in series for value in values if value is not None]
    low, high, step = _axis(min(0.0, *known), max(known))
    wide, tall = WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(place: int) -> float:
        return _LEFT + wide * place / (len(names) - 1)

    def y(value: float) -> float:
        return _TOP + tall * (high - value) / (high - low)

    parts = []
    for number_of_tick in range(round((high - low) / step) + 1):
        value = low + number_of_tick * step
        at = y(value)
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(_text(_LEFT - 10, at + 6, _short(value), "end"))
    parts += [
        _text(
            x(place),
            _HEIGHT - 12,
            _cut(names[place], 14),
            "start" if not place else "end" if place == len(names) - 1 else "middle",
        )
        for place in _named(len(names))
    ]
    for at, values in enumerate(series):
        for run in _runs(values):
            points = " ".join(f"{x(place):.1f},{y(values[place] or 0.0):.1f}" for place in run)
            if filled:
                ends = f"{x(run[-1]):.1f},{y(max(low, 0.0)):.1f} {x(run[0]):.1f},{y(max(low, 0.0)):.1f}"
                parts.append(f'<polygon class="s{at}" points="{points} {ends}"/>')
            parts.append(f'<polyline class="s{at}" points="{points}"/>')
            if len(names) <= _DOTS or len(run) == 1:
                parts += [f'<circle class="s{at}" cx="{x(p):.1f}" cy="{y(values[p] or 0.0):.1f}" r="4"/>' for p in run]
    return "".join(parts)


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """The places of values that stand beside each other: a gap stays one."""
    runs: list[list[int]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _named(number_of_names: int) -> list[int]:
    """Which of the places under the axis are named: the ends, and some at even steps between."""
    every = max(1, ceil((number_of_names - 1) / (_NAMES - 1)))
    chosen = list(range(0, number_of_names, every))
    last = number_of_names - 1
    if chosen[-1] != last:
        if last - chosen[-1] < every * 0.7:
            chosen.pop()
        chosen.append(last)
    return chosen


def _axis(low: float, high: float) -> tuple[float, float, float]:
    """(beginning, end, step) of an axis: steps of 1, 2 or 5 with noughts.

    >>> _axis(0, 130), _axis(-3, 8)
    ((0.0, 150.0, 50.0), (-5.0, 10.0, 5.0))
    """
    rough = ((high - low) or 1.0) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * 0.999)
    begin, end = floor(low / step) * step, ceil(high / step) * step
    return begin, end if end > begin else begin + step, step


def _short(value: float) -> str:
    """A number beside an axis: "1.500", "2,5 triệu"."""
    for unit, word in _UNITS:
        if abs(value) >= unit:
            return printed(value / unit) + word
    return printed(value)


def _cut(words: str, letters: int = _LETTERS) -> str:
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
