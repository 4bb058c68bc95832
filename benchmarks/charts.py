"""Charts of a run as plain SVG: bars of ratios, and curves over the number of articles. Readable without colour."""

from html import escape
from math import log10

from benchmarks.figures import Figure, Series

_WIDTH, _LEFT, _ROW = 760, 300, 24
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "10 4", "4 2 1 2", "12 2")
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#222}.axis{stroke:#888}.grid{stroke:#ddd}.bar{fill:#3b6ea5}"
    ".missed{fill:#b4542f}.wanted{stroke:#222;stroke-width:2}.line{fill:none;stroke:#24486e;stroke-width:1.6}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.line{stroke:#9cc3ee}.grid{stroke:#444}.wanted{stroke:#eee}}"
    "</style>"
)


def bars(title: str, figures: list[Figure]) -> str:
    """Ratio of each figure to its baseline; a mark where the wanted ratio is. Longer than 4 is cut."""
    most = 4.0
    scale = (_WIDTH - _LEFT - 70) / min(most, max(1.2, *(one.ratio for one in figures)))
    height = 50 + _ROW * len(figures)
    rows = [f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>']
    one_at = _LEFT + scale
    rows.append(f'<line class="axis" x1="{one_at:.0f}" x2="{one_at:.0f}" y1="30" y2="{height - 10}"/>')
    rows.append(f'<text x="{one_at:.0f}" y="{height}" text-anchor="middle">baseline = 1</text>')
    for number, one in enumerate(figures):
        top = 34 + _ROW * number
        width = min(one.ratio, most) * scale
        kind = "missed" if one.met is False else "bar"
        rows.append(f'<text x="{_LEFT - 6}" y="{top + 13}" text-anchor="end">{escape(one.name)}</text>')
        rows.append(f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{width:.0f}" height="16"/>')
        rows.append(f'<text x="{_LEFT + width + 6:.0f}" y="{top + 13}">{one.ratio:.2f}×</text>')
        if one.wanted is not None and one.of == "ratio":
            at = _LEFT + min(one.wanted, most) * scale
            rows.append(f'<line class="wanted" x1="{at:.0f}" x2="{at:.0f}" y1="{top - 2}" y2="{top + 18}"/>')
    return _svg(_WIDTH, height + 8, rows)


def curves(series: Series) -> str:
    """Lines over a logarithmic x; y logarithmic too, so that a slope of one means linear."""
    width, height, left, bottom = 760, 360, 60, 40
    values = [value for line in series.lines.values() for value in line if value > 0]
    low, high = log10(min(values)) - 0.1, log10(max([*values, series.wanted or 0])) + 0.1
    first, last = log10(series.x[0]), log10(series.x[-1])

    def x(value: float) -> float:
        return left + (log10(value) - first) / max(last - first, 1e-9) * (width - left - 190)

    def y(value: float) -> float:
        return height - bottom - (log10(max(value, 10**low)) - low) / (high - low) * (height - bottom - 40)

    rows = [f'<text x="8" y="20" font-weight="bold">{escape(series.name)} ({escape(series.unit)})</text>']
    for power in range(int(low) - 1, int(high) + 2):
        if low <= power <= high:
            at = y(10**power)
            rows.append(f'<line class="grid" x1="{left}" x2="{width - 190}" y1="{at:.0f}" y2="{at:.0f}"/>')
            rows.append(f'<text x="{left - 6}" y="{at + 4:.0f}" text-anchor="end">{10.0**power:g}</text>')
    for value in series.x:
        rows.append(f'<text x="{x(value):.0f}" y="{height - 16}" text-anchor="middle">{int(value):,}</text>')
    if series.wanted is not None:
        at = y(series.wanted)
        rows.append(f'<line class="wanted" x1="{left}" x2="{width - 190}" y1="{at:.0f}" y2="{at:.0f}"/>')
    ends: list[float] = []
    for number, (name, line) in enumerate(sorted(series.lines.items(), key=lambda item: -item[1][-1])):
        points = " ".join(f"{x(at):.0f},{y(value):.0f}" for at, value in zip(series.x, line, strict=True))
        dash = f' stroke-dasharray="{_DASHES[number % len(_DASHES)]}"' if number else ""
        rows.append(f'<polyline class="line" points="{points}"{dash}/>')
        place = max(y(line[-1]) + 4, (ends[-1] + 14) if ends else 0)
        ends.append(place)
        rows.append(f'<text x="{width - 184}" y="{place:.0f}">{escape(name)} {line[-1]:.3g}</text>')
    return _svg(width, height, rows)


def _svg(width: int, height: int, rows: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    return "\n".join([head, _STYLE, *rows, "</svg>"]) + "\n"
