"""Tables of statistics as files for spreadsheets: CSV and XLSX, with nothing in them that a spreadsheet would run.

Titles and names come from many hands. A text that a spreadsheet could take for a formula gets an apostrophe before it
in CSV (OWASP, "CSV Injection"); in XLSX texts are stored as texts, where no formula can begin.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from shared.vietnamese.dates import VIETNAM

Cell = str | int | float | date | datetime | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Also the full-width forms, which some spreadsheets take for the plain ones.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SHEET_NAME_CHARS = 31


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file: UTF-8 with the mark that Excel needs to see that, CRLF, commas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_defused(name) for name in header])
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def to_xlsx(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """An XLSX file of (name, header, rows) sheets; numbers and times are numbers and times in it."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, header, rows in sheets:
            sheet = book.add_worksheet(_sheet_name(name))
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(header):
                sheet.write_string(0, column, title, bold)
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell.astimezone(VIETNAM).replace(tzinfo=None), moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, column, cell, day)
                    elif isinstance(cell, int | float):
                        sheet.write_number(number, column, cell)
                    elif cell is not None:
                        sheet.write_string(number, column, cell[:32_767])
    return out.getvalue()


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return _defused(cell) if isinstance(cell, str) else str(cell)


def _defused(text: str) -> str:
    """Blanks before a formula do not make it safe."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000\ufeff").startswith(_DANGEROUS) else text


def _sheet_name(name: str) -> str:
    """Excel forbids some marks in a sheet's name, and more than 31 characters."""
    return "".join(" " if mark in "[]:*?/\\'" else mark for mark in name)[:_SHEET_NAME_CHARS].strip() or "Sheet"
