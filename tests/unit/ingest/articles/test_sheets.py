"""Workbooks as people upload them: numbers, dates and shares as papers print them; what is no workbook is refused."""

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter

from services.ingest.articles import sheets
from services.ingest.kit.errors import Invalid
from shared.blocks.fields import MOST_COLUMNS, MOST_ROWS

_SHEET = "xl/worksheets/sheet1.xml"
Rows = list[list[Any]]


def book(**named: Rows) -> bytes:
    """A workbook; a cell that is a pair is a value and its format."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as made:
        for name, rows in named.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.write(at, column, cell[0], made.add_format({"num_format": cell[1]}))
                    else:
                        sheet.write(at, column, cell)
    return file.getvalue()


def changed(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with another part."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for one in before.namelist():
            made.writestr(one, part if one == name else before.read(one))
    return file.getvalue()


def test_cells_are_written_as_a_paper_prints_them() -> None:
    content = book(
        Lua=[
            ["Xã", "Năm", "Sản lượng", "Tăng", "Ngày gặt", "Giờ", "Đạt"],
            ["Pú Xôm", 2023, (12345.5, "#,##0.0"), (0.125, "0.0%"), date(2023, 9, 1), (time(7, 5), "hh:mm"), True],
            ["Tà Ngân", 2024, 1234.25, (-0.04, "0%"), (datetime(2024, 9, 1, 14, 30), "dd/mm/yyyy hh:mm"), "", False],
        ]
    )
    (sheet,) = sheets.read(content)
    assert (sheet["name"], sheet["is_cut"]) == ("Lua", False)
    assert sheet["rows"] == [
        ["Xã", "Năm", "Sản lượng", "Tăng", "Ngày gặt", "Giờ", "Đạt"],
        ["Pú Xôm", "2023", "12.345,5", "12,5%", "01/09/2023", "07:05", "Có"],
        ["Tà Ngân", "2024", "1234,25", "-4%", "14:30 01/09/2024", "", "Không"],
    ]


def test_a_formula_is_what_it_came_to_and_empty_edges_are_left_out() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        sheet.write_row("B3", ["Mục", "Tổng"])
        sheet.write_row("B5", ["Cộng"])
        sheet.write_formula("C5", "=1+2", None, 3)
        sheet.write_formula("D5", "=1/0", None, "#DIV/0!")
        made.add_worksheet("Trống")
    assert [one["rows"] for one in sheets.read(file.getvalue())] == [[["Mục", "Tổng"], ["Cộng", "3"]]]


def test_what_is_longer_than_a_table_is_cut_and_said_so() -> None:
    rows: Rows = [[f"ô {row}.{column}" for column in range(MOST_COLUMNS + 3)] for row in range(MOST_ROWS + 90)]
    (sheet,) = sheets.read(book(Dai=rows))
    assert sheet["is_cut"]
    assert (len(sheet["rows"]), len(sheet["rows"][0])) == (MOST_ROWS + 1, MOST_COLUMNS)


def test_every_sheet_that_says_something_is_offered() -> None:
    assert [one["name"] for one in sheets.read(book(Mot=[["a"]], Hai=[["b"]]))] == ["Mot", "Hai"]


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + b"ha" * 500
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (at + 1, b"&%c;" % at * 50) for at in range(ord("a"), ord("g")))
    + b']><worksheet><sheetData><row><c t="str"><v>&g;</v></c></row></sheetData></worksheet>'
)
_PLAIN = book(A=[["a", "b"]])
HOSTILE = {
    "words": "Tên,Số\nA,1".encode(),
    "a zip": changed(_PLAIN, "[Content_Types].xml", b""),
    "half of it": _PLAIN[: len(_PLAIN) // 2],
    "entities in entities": changed(_PLAIN, _SHEET, _BOMB),
    "a file outside": changed(
        _PLAIN, _SHEET, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
    ),
    "much in little": changed(_PLAIN, _SHEET, b" " * 160_000_000),
    "nothing": book(A=[]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_workbook_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        sheets.read(HOSTILE[name])
    assert refused.value.errors[0]["field"] == "file"
