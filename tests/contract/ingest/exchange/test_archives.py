"""Zip archives are folders: as a Mac packs them, damaged, or made to fill the disk."""

import unicodedata
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine

from services.ingest.articles.store import reading
from services.ingest.exchange.importers import ImportResult, Options, archive, import_paths
from services.ingest.exchange.importers.report import ImportReport
from shared.settings import get_settings
from tests.contract.ingest.base import migrated

PAGE = """<html><head><title>{0}</title><meta property="article:published_time" content="2020-01-02T03:04:05Z"></head>
<body><article><h1>{0}</h1><p>Nội dung bài {0}.</p><img src="{0}_files/Ảnh-bìa.png"></article></body></html>"""


@pytest.fixture
def store() -> Engine:
    return migrated()


def run(path: Path, *, dry_run: bool = False) -> list[ImportResult]:
    return list(import_paths([path], Options(dry_run=dry_run)))


def told(results: list[ImportResult]) -> str:
    report = ImportReport()
    for result in results:
        report.add(result)
    return report.text()


def picture(path: Path, colour: str) -> bytes:
    Image.new("RGB", (640, 400), colour).save(path)
    return path.read_bytes()


class _Unsaid(zipfile.ZipInfo):
    """A file whose name is UTF-8, and nothing says so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(), self.flag_bits & ~0x800


def packed_by_a_mac(path: Path, files: dict[str, bytes]) -> Path:
    """Marks stand apart from their letters, and each file has a shadow."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            apart = unicodedata.normalize("NFD", name)
            folder, _, file = apart.rpartition("/")
            packed.writestr(_Unsaid(apart), content)
            packed.writestr(_Unsaid(f"__MACOSX/{folder}/._{file}"), b"\0\5")
    return path


def test_a_macs_folder_of_saved_pages_with_their_pictures(tmp_path: Path, store: Engine) -> None:
    files = {
        f"Bài cũ/{day}/bài.html": PAGE.format("bài").replace("Nội dung", f"Nội dung {day}").encode()
        for day in ("1", "2")
    } | {
        f"Bài cũ/{day}/bài_files/Ảnh-bìa.png": picture(tmp_path / "x.png", colour)
        for day, colour in (("1", "red"), ("2", "blue"))
    }
    packed = packed_by_a_mac(tmp_path / "báo.zip", files)
    foreseen = told(run(packed, dry_run=True))
    results = run(packed)
    assert told(results) == foreseen
    shown = [reading.article(store, result.id) for result in results if result.id]
    assert [one["status"] for one in shown] == ["published", "published"]
    # The same relative address is another picture in another folder.
    assert len({one["images"][0]["url"] for one in shown}) == 2
    assert "4 tệp: của hệ điều hành" in foreseen and "2 tệp: ảnh, lấy khi có bài dùng" in foreseen
    assert results[0].source == f"{packed}/Bài cũ/1/bài.html"
    again = run(packed, dry_run=True)
    assert [result.status for result in again if result.status != "left_out"] == ["unchanged", "unchanged"]
    assert list((get_settings().data_dir / "imports" / "unpacked").iterdir()) == []


def test_names_that_lead_outside_stay_inside(tmp_path: Path, store: Engine) -> None:
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as made:
        for name in ("../../ngoài.html", "/tmp/gốc.html", "a", "a/b.html", "C:\\x\\y.html"):
            made.writestr(name, PAGE.format(name.rpartition("/")[2]))
        link = zipfile.ZipInfo("liên-kết.html")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    results = run(packed)
    assert sum(result.status == "created" for result in results) == 4
    assert {(result.kind, result.error) for result in results if result.status == "left_out"} == {
        ("tệp", "liên kết trong tệp nén"), ("tệp", "không phải định dạng nhận được (không đuôi)"),
    }  # fmt: skip
    assert not (tmp_path.parent / "ngoài.html").exists() and not Path("/tmp/gốc.html").exists()


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000_000)
    packed = tmp_path / "bom.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.html", PAGE.format("a"))
        made.writestr("b.txt", b"0" * 2_000_000)
    (result,) = run(packed)
    assert result.status == "failed" and "lớn quá" in result.error
    assert list((get_settings().data_dir / "imports" / "unpacked").iterdir()) == []


def test_a_damaged_file_leaves_the_others(tmp_path: Path, store: Engine) -> None:
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.html", PAGE.format("a"))
        made.writestr("b.html", PAGE.format("bốn"))
    packed.write_bytes(packed.read_bytes().replace("bài bốn".encode(), "bài bạn".encode()))
    results = run(packed)
    assert [result.status for result in results] == ["created", "left_out"]
    assert results[1].error.startswith("hỏng trong tệp nén")


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"PK\x03\x04" + b"x" * 1000])
def test_what_is_no_archive_is_refused(tmp_path: Path, store: Engine, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    (result,) = run(tmp_path / "x.zip")
    assert result.status == "failed" and result.error


def test_folders_take_places_like_files(tmp_path: Path, store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty folders around each empty file of a small archive are a disk full of them."""
    monkeypatch.setattr(archive, "_MAX_FILES", 100)
    packed = tmp_path / "sâu.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a/b/c.html", PAGE.format("a"))
        for number in range(10):
            made.writestr("/".join(f"{number}-{depth}" for depth in range(15)) + "/x.html", b"")
    (result,) = run(packed)
    assert result.status == "failed" and "thư mục" in result.error
    with zipfile.ZipFile(packed, "w") as made:
        for number in range(90):
            made.writestr(f"a/b/{number}.html", PAGE.format(number))
    assert [result.status for result in run(packed)] == ["created"] * 90


def test_what_an_import_unpacked_that_was_ended_goes_and_what_another_reads_stays(
    tmp_path: Path, store: Engine
) -> None:
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.html", PAGE.format("a"))
    with archive.unpacked([packed]) as (reading,):
        left = reading.path.with_name("left")
        left.mkdir()
        (left / "a.html").write_text("a")
        archive.forget_left()
        assert not left.exists() and [file.name for file in reading.path.iterdir()] == ["a.html"]
    assert not reading.path.exists()
