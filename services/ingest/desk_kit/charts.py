"""Plain charts as SVG: one series, readable without colour. Columns are labelled where it matters and have a table of
their numbers beside them; their classes are those of statistics.css. A line of the last hour has its last value beside
it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

from shared.vietnamese.text import thousands

WIDTH, HEIGHT = 720, 220
LINE_WIDTH, LINE_HEIGHT = 240, 40
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 12, 22, 34
_LABELS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """`label` stands under the axis, `title` is read when one points at the bar."""

    label: str
    title: str
    value: int


def bars(points: Sequence[Point], caption: str) -> Markup:
    """A column for each point. `caption` is what a screen reader says instead of the picture."""
    if not points:
        return Markup("")
    top = _nice(max(point.value for point in points))
    inner, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    step = inner / len(points)
    wide = max(1.0, step * 0.72)
    # Labels that would touch each other are left out; the last one always stands.
    every = max(1, ceil(len(points) / _LABELS))
    parts = [_grid(top, tall)]
    for index, point in enumerate(points):
        high = tall * point.value / top
        x, y = _LEFT + index * step + (step - wide) / 2, _TOP + tall - high
        parts.append(
            f'<rect class="chart-bar" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}">'
            f"<title>{escape(point.title)}: {thousands(point.value)}</title></rect>"
        )
        if (len(points) - 1 - index) % every == 0:
            # The last one ends with the picture, however large letters are on a phone.
            last = index == len(points) - 1
            at, anchor = (WIDTH - _RIGHT, "end") if last else (_LEFT + (index + 0.5) * step, "middle")
            parts.append(_text(at, HEIGHT - 8, point.label, anchor))
    return _svg(caption, "".join(parts))


def line(values: Sequence[float], caption: str) -> Markup:
    """A small line, the oldest value left, zero at the bottom; nothing for fewer than two values."""
    if len(values) < 2:
        return Markup("")
    top = max(max(values), 1e-9)
    step = LINE_WIDTH / (len(values) - 1)
    points = " ".join(
        f"{at * step:.1f},{LINE_HEIGHT - 1 - value / top * (LINE_HEIGHT - 2):.1f}" for at, value in enumerate(values)
    )
    opening = f'<svg viewBox="0 0 {LINE_WIDTH} {LINE_HEIGHT}" width="{LINE_WIDTH}" height="{LINE_HEIGHT}" role="img"'
    drawn = f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    return Markup(f'{opening} aria-label="{escape(caption)}">{drawn}</svg>')  # noqa: S704 - the caption is escaped


def _grid(top: int, tall: float) -> str:
    """Lines at nothing, half and all, with their numbers."""
    parts = []
    for share in (0, 0.5, 1):
        y = _TOP + tall * (1 - share)
        parts.append(f'<line class="chart-line" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        if top * share == int(top * share):
            parts.append(_text(_LEFT - 8, y + 4, thousands(int(top * share)), "end"))
    return "".join(parts)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text class="chart-text" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(caption: str, inside: str) -> Markup:
    opening = f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(caption)}">'
    return Markup(opening + inside + "</svg>")  # noqa: S704 - every text inside is escaped


def _nice(most: int) -> int:
    """The end of the axis: 1, 2 or 5 with noughts, at or over the largest value.

    >>> _nice(0), _nice(7), _nice(130), _nice(2001)
    (1, 10, 200, 5000)
    """
    if most <= 1:
        return 1
    power = 10 ** floor(log10(most))
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= most))
