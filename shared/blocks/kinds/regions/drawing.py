"""A map of tiles as SVG. Tiles are no borders: each region is as large as any other, beside its neighbours."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from shared.blocks.fields import Grid
from shared.blocks.numbers import number, printed
from shared.vietnamese.text import fold

PLACED_COLUMNS = 4
MOST_TILES = 16
"""Rows, and columns, of places that the table puts itself."""
CLASSES = 5
_WIDTH, _HEIGHT, _GAP, _LINE = 106, 88, 5, 25
_LETTERS = 8
# The provinces and cities since 1 July 2025, from the north to the south.
_ROWS = (
    ("Lai Châu", "Lào Cai", "Tuyên Quang", "Cao Bằng"),
    ("Điện Biên", "Sơn La", "Phú Thọ", "Thái Nguyên", "Lạng Sơn"),
    ("", "", "Hà Nội", "Bắc Ninh", "Quảng Ninh"),
    ("", "", "Ninh Bình", "Hưng Yên", "Hải Phòng"),
    ("", "", "Thanh Hóa"),
    ("", "", "Nghệ An", "Hà Tĩnh"),
    ("", "", "", "Quảng Trị", "Huế"),
    ("", "", "", "", "Đà Nẵng"),
    ("", "", "", "Gia Lai", "Quảng Ngãi"),
    ("", "", "", "Đắk Lắk", "Khánh Hòa"),
    ("", "Tây Ninh", "Đồng Nai", "Lâm Đồng"),
    ("An Giang", "Đồng Tháp", "TP.HCM"),
    ("Cà Mau", "Cần Thơ", "Vĩnh Long"),
)
# Archipelagos have the colour of what they belong to.
_ISLANDS = (("Hoàng Sa", (7, 5), "Đà Nẵng"), ("Trường Sa", (10, 5), "Khánh Hòa"))
_OTHER_NAMES = {"thanh pho ho chi minh": "tp.hcm", "ho chi minh": "tp.hcm", "thua thien hue": "hue"}
_FORE = ("thanh pho ", "tp. ", "tp ", "tinh ")
_PLACES = {fold(name): (row, column) for row, names in enumerate(_ROWS) for column, name in enumerate(names) if name}
_NAMES = {place: _ROWS[place[0]][place[1]] for place in _PLACES.values()}


def place_of(row: Sequence[str]) -> tuple[int, int] | None:
    """(row, column) of a region's tile; None for one that is not known, or has no place."""
    if len(row) == PLACED_COLUMNS:
        places = [
            int(words) - 1 if words.isascii() and words.isdigit() and len(words) < 3 else -1 for words in row[1:3]
        ]
        return (places[0], places[1]) if all(0 <= at < MOST_TILES for at in places) else None
    return _PLACES.get(_plain_name(row[0]))


def placed(table: Grid) -> Grid:
    """The table as readers see it: without rows and columns of tiles."""
    if len(table.columns) != PLACED_COLUMNS:
        return table
    return Grid(columns=(table.columns[0], table.columns[3]), rows=tuple((row[0], row[3]) for row in table.rows))


def drawn(table: Grid, title: str) -> Markup:
    """The picture of a table whose every region has a place, and whose last cells are numbers or empty."""
    is_vietnam = len(table.columns) == 2
    values = {place_of(row): (row, number(row[-1])) for row in table.rows}
    known = [value for _, value in values.values() if value is not None]
    low, high = min(known), max(known)
    tiles = []
    for place, name in _NAMES.items() if is_vietnam else ((at, row[0]) for at, (row, _) in values.items() if at):
        row, value = values.get(place, (None, None))
        tiles.append(_tile(place, name, row[-1] if row else "", _class_of(value, low, high)))
    if is_vietnam:
        for name, place, owner in _ISLANDS:
            tiles.append(
                _tile(place, name, "", _class_of(values.get(_PLACES[fold(owner)], (None, None))[1], low, high))
            )
    places = [*_NAMES, *(place for _, place, _ in _ISLANDS)] if is_vietnam else [at for at in values if at]
    wide, tall = max(column for _, column in places) + 1, max(row for row, _ in places) + 1
    said = escape(f"Bản đồ ô: {title}. {_summary(table, low, high)}")
    width, height = wide * _WIDTH - _GAP, tall * _HEIGHT - _GAP
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    drawing = f'<svg {size} role="img" aria-label="{said}">{"".join(tiles)}</svg>'
    return Markup(drawing + _legend(low, high))  # noqa: S704 - every text inside is escaped


def _plain_name(name: str) -> str:
    words = fold(name)
    if words in _PLACES:
        return words
    words = next((words.removeprefix(fore) for fore in _FORE if words.startswith(fore)), words)
    return _OTHER_NAMES.get(words, words)


def _class_of(value: float | None, low: float, high: float) -> str:
    if value is None:
        return "none"
    return f"c{min(CLASSES - 1, int(CLASSES * (value - low) / (high - low))) if high > low else CLASSES // 2}"


def _tile(place: tuple[int, int], name: str, value: str, kind: str) -> str:
    row, column = place
    x, y = column * _WIDTH, row * _HEIGHT
    lines = [*_lines(name), *([value] if value else [])]
    top = y + (_HEIGHT - _GAP - _LINE * len(lines)) / 2 + 19
    middle = x + (_WIDTH - _GAP) / 2
    words = "".join(
        f'<text x="{middle:.0f}" y="{top + _LINE * at:.0f}">{escape(line)}</text>' for at, line in enumerate(lines)
    )
    return f'<g class="{kind}"><rect x="{x}" y="{y}" width="{_WIDTH - _GAP}" height="{_HEIGHT - _GAP}"/>{words}</g>'


def _lines(name: str) -> list[str]:
    """A name in two lines at most, each as long as a tile is wide."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= _LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…" for line in lines[:2]]


def _summary(table: Grid, low: float, high: float) -> str:
    """What one would see first."""
    by_value = {number(row[-1]): row for row in reversed(table.rows) if row[-1]}
    most, least = by_value[high], by_value[low]
    return f"Cao nhất {most[0]} {most[-1]}, thấp nhất {least[0]} {least[-1]}."


def _legend(low: float, high: float) -> str:
    if high <= low:
        return ""
    step = (high - low) / CLASSES
    ranges = (f"{printed(low + step * at)} – {printed(low + step * (at + 1))}" for at in range(CLASSES))
    signs = (
        f'<li><svg viewBox="0 0 28 14" width="28" height="14" aria-hidden="true"><g class="c{at}">'
        f'<rect width="28" height="14"/></g></svg>{words}</li>'
        for at, words in enumerate(ranges)
    )
    return f"<ul>{''.join(signs)}</ul>"
