"""Exports that a spreadsheet opens without running anything in them."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from shared.views.export import Cell, to_csv, to_xlsx

DANGEROUS = [
    '=HYPERLINK("http://xau.vn","Bấm")',
    "+84 912 345 678",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "  =1+1",
    "＝1+1",
    "\r=1+1",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_cells_never_begin_a_formula(text: str) -> None:
    content = to_csv(["Tiêu đề", "=lượt"], [[text, -5]]).decode("utf-8-sig")
    header, row = list(csv.reader(io.StringIO(content, newline="")))

    assert row == [f"'{text}", "-5"]
    assert header == ["Tiêu đề", "'=lượt"]


def test_csv_keeps_vietnamese_text_and_house_time() -> None:
    at = datetime(2023, 1, 8, 18, 30, tzinfo=UTC)
    content = to_csv(["a"], [['Điện Biên, "đón" Tết', at, date(2023, 1, 9), None, 1.5]])

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1] == ['Điện Biên, "đón" Tết', "09/01/2023 01:30", "09/01/2023", "", "1.5"]


def test_xlsx_holds_texts_and_no_formula() -> None:
    rows: list[list[Cell]] = [[text, 7, datetime(2023, 1, 9, tzinfo=UTC), "http://bao.vn"] for text in DANGEROUS]
    book = zipfile.ZipFile(io.BytesIO(to_xlsx([("Bài [1]: đọc nhiều/ít", ["Tiêu đề", "Lượt"], rows)])))

    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<f " not in sheet and "hyperlink" not in sheet
    assert sheet.count("<v>7</v>") >= len(DANGEROUS)
    texts = book.read("xl/sharedStrings.xml").decode()
    assert "HYPERLINK" in texts and "Tiêu đề" in texts
    assert "đọc nhiều ít" in book.read("xl/workbook.xml").decode()
