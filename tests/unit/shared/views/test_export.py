"""Exports that a spreadsheet opens without running anything in them."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

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
    "\u00a0\u3000\ufeff=1+1",
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
    assert content.endswith(b",1.5\r\n")
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


@pytest.mark.parametrize("text", ["a=1", "X-1", "  Xuân", "5%"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert to_csv([text], [[text]]).decode("utf-8-sig") == f"{text}\r\n{text}\r\n"


def test_half_a_letter_in_a_title_does_not_cost_the_table() -> None:
    assert to_csv(["a"], [["x\ud800y"]]) == b"\xef\xbb\xbfa\r\nx?y\r\n"


def test_a_spreadsheet_has_a_head_that_stays_and_times_of_the_house() -> None:
    at, day = datetime(2023, 1, 8, 18, 30, tzinfo=UTC), date(2023, 1, 9)
    rows: list[list[Cell]] = [["Bài một", 7, 1.5, at, day, None], ["a" * 40_000, 8, 2.5, at, day, "x"]]
    book = load_workbook(io.BytesIO(to_xlsx([("Một", list("ABCDEF"), rows), ("", ["G"], [])])))

    assert book.sheetnames == ["Một", "Sheet"]
    sheet = book["Một"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        list("ABCDEF"),
        ["Bài một", 7, 1.5, datetime(2023, 1, 9, 1, 30), datetime(2023, 1, 9), None],
        ["a" * 32_767, 8, 2.5, datetime(2023, 1, 9, 1, 30), datetime(2023, 1, 9), "x"],
    ]
    assert sheet.freeze_panes == "A2"
    assert [cell.font.b for cell in sheet["A"]] == [True, False, False]
    assert sheet["D2"].number_format == "dd/mm/yyyy hh:mm"
    assert sheet["E2"].number_format == "dd/mm/yyyy"


def test_a_spreadsheet_is_made_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A disk that is full, or one that only reads, costs no download."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    assert to_xlsx([("a", ["b"], [])])


@pytest.mark.parametrize(
    ("name", "sheet"), [("a[b]c:d*e?f/g\\h'i", "a b c d e f g h i"), ("x" * 40, "x" * 31), ("///", "Sheet")]
)
def test_a_sheet_s_name_is_one_that_excel_takes(name: str, sheet: str) -> None:
    assert load_workbook(io.BytesIO(to_xlsx([(name, ["a"], [])]))).sheetnames == [sheet]
