"""The sheets of an uploaded workbook (XLSX) as lines of cells, written as Vietnamese papers print numbers and dates.

openpyxl reads it in a bounded process, values only: a formula is what it last came to; macros, links and pictures are
never opened. It is slower than readers in Rust, and the one that tells how a number is shown (12,5 % is 0.125).
"""

import tempfile
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, TypedDict

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, TooHeavy
from shared.blocks.fields import MOST_COLUMNS, MOST_ROWS
from shared.blocks.numbers import printed
from shared.telemetry import log
from shared.vietnamese.dates import short_date
from shared.vietnamese.text import one_line, thousands

MAX_BYTES = 10_000_000
_MOST_UNPACKED = 150_000_000
_MOST_PARTS = 2_000
_MOST_SHEETS = 30
# Among these are the lines that say something.
_LINES_LOOKED_AT = 2 * MOST_ROWS
_CELL_SIGNS = 300
_BOUNDS = bounded.Bounds(cpu_seconds=15, memory_bytes=600_000_000, seconds=30)
_NOT_READ = "Không đọc được tệp này. Chỉ nhận bảng tính .xlsx, không đặt mật khẩu; tệp .xls thì lưu lại thành .xlsx."
_FEW_DIGITS = 4


class SheetRead(TypedDict):
    """A sheet: `is_cut` where it has more rows or columns than a table of an article may have."""

    name: str
    rows: list[list[str]]
    is_cut: bool


def read(content: bytes) -> list[SheetRead]:
    """The sheets that say something. Raises Invalid (field "file")."""
    with tempfile.NamedTemporaryFile(prefix="toasoan-sheet-") as copy:
        copy.write(content)
        copy.flush()
        try:
            found: list[SheetRead] = bounded.run(read_here, copy.name, bounds=_BOUNDS)
        except (TooHeavy, RuntimeError) as ended:
            # A bound, or no workbook after all: for the sender it is a file that cannot be read.
            log.warning("workbook not read", cause=getattr(ended, "cause", str(ended)))
            raise Invalid.of("file", _NOT_READ) from None
    if not found:
        raise Invalid.of("file", "Bảng tính này không có ô nào có chữ hay số.")
    return found


# ---------------------------------------------------------------- inside the bounded process


def read_here(source: str) -> list[SheetRead]:
    """Inside the bounded process. Raises Invalid, and whatever openpyxl raises for what is no workbook."""
    from openpyxl import load_workbook
    from openpyxl.xml import DEFUSEDXML

    assert DEFUSEDXML, "entities must not be resolved"
    with open(source, "rb") as file:
        _refuse_bomb(file)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        made = (_read(sheet) for sheet in book.worksheets[:_MOST_SHEETS] if sheet.sheet_state == "visible")
        return [one for one in made if one["rows"]]


def _refuse_bomb(file: BinaryIO) -> None:
    """What a part says that it unpacks to is a bound: zipfile reads no further."""
    with zipfile.ZipFile(file) as parts:
        sizes = [one.file_size for one in parts.infolist()]
    if len(sizes) > _MOST_PARTS or sum(sizes) > _MOST_UNPACKED:
        raise Invalid.of("file", "Bảng tính này quá lớn; hãy chép phần cần dùng sang một tệp mới.")
    file.seek(0)


def _read(sheet: Any) -> SheetRead:
    # What a sheet says of its own size need not be true.
    sheet.reset_dimensions()
    lines = sheet.iter_rows(max_row=_LINES_LOOKED_AT + 1, max_col=2 * MOST_COLUMNS)
    rows, is_cut = _whole([[_words(cell) for cell in line] for line in lines])
    return {"name": one_line(sheet.title), "rows": rows, "is_cut": is_cut}


def _whole(lines: list[list[str]]) -> tuple[list[list[str]], bool]:
    """(lines of equal length without what is empty, whether something was left out)."""
    lines = [line for line in lines if any(line)]
    columns = [at for at in range(max(map(len, lines), default=0)) if any(_cell(line, at) for line in lines)]
    is_cut = len(columns) > MOST_COLUMNS or len(lines) > MOST_ROWS + 1
    return [[_cell(line, at) for at in columns[:MOST_COLUMNS]] for line in lines[: MOST_ROWS + 1]], is_cut


def _cell(line: list[str], at: int) -> str:
    return line[at] if at < len(line) else ""


def _words(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, int | float):
        return number_as_shown(value, cell.number_format)
    if isinstance(value, datetime | date | time | timedelta):
        return _moment(value)
    return one_line(str(value))[:_CELL_SIGNS]


def number_as_shown(value: float, shown: str) -> str:
    """A number as its format shows it.

    >>> number_as_shown(0.125, "0.0%"), number_as_shown(1234.5, "#,##0.00"), number_as_shown(2023, "General")
    ('12,5%', '1.234,50', '2023')
    """
    part = shown.partition(";")[0]
    sign = ""
    if "%" in part:
        value, sign = value * 100, "%"
    decimals = _decimals(part)
    if decimals is None:
        whole = printed(value, 6)
        # Years and numbers of houses have no groups, nor has a number that its format gives none.
        return (whole if abs(value) >= 10**_FEW_DIGITS else whole.replace(".", "")) + sign
    made = f"{abs(value):.{decimals}f}"
    units, _, rest = made.partition(".")
    fore = "-" if value < 0 and made.strip("0.") else ""
    grouped = "," in part or len(units) > _FEW_DIGITS
    return f"{fore}{thousands(int(units)) if grouped else units}{f',{rest}' if rest else ''}{sign}"


def _decimals(shown: str) -> int | None:
    """How many a format wants; None for one that leaves it to the number."""
    if "0" not in shown or "E" in shown:
        return None
    behind = shown.partition(".")[2]
    return len(behind) - len(behind.lstrip("0#?"))


def _moment(value: datetime | date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if not isinstance(value, datetime):
        return short_date(value)
    # A workbook's times have no zone: they are Vietnam's already.
    return short_date(value.date()) if value.time() == time() else f"{value:%H:%M} {short_date(value.date())}"
