"""Backup and restore of both kinds of databases, and what they refuse."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.settings import get_settings
from tests.conftest import forget_settings
from toasoan.backup import backup, check, restore
from toasoan.place import OperatorError


@pytest.fixture
def move_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make another data dir the current one."""

    def move(name: str) -> Path:
        monkeypatch.setenv("TOASOAN_DATA_DIR", str(tmp_path / name))
        forget_settings()
        return get_settings().data_dir

    return move


def fill(data_dir: Path) -> sqlite3.Connection:
    """A house with articles, views and a picture. Returns a connection that keeps the database open in WAL mode."""
    (data_dir / "media" / "2023").mkdir(parents=True)
    (data_dir / "media" / "2023" / "anh.jpg").write_bytes(b"\xff\xd8 picture")
    with sqlite3.connect(data_dir / "counter.db") as counter:
        counter.execute("CREATE TABLE totals (id INTEGER, views INTEGER)")
        counter.execute("INSERT INTO totals VALUES (1, 5546)")
    counter.close()
    live = sqlite3.connect(data_dir / "ingest.db")
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("CREATE TABLE articles (id INTEGER, title TEXT)")
    live.execute("INSERT INTO articles VALUES (1, 'Chợ phiên')")
    live.commit()
    return live


def titles(data_dir: Path) -> list[str]:
    connection = sqlite3.connect(data_dir / "ingest.db")
    try:
        return [row[0] for row in connection.execute("SELECT title FROM articles ORDER BY id")]
    finally:
        connection.close()


def test_a_running_house_is_copied_and_comes_back(move_to: Callable[[str], Path], tmp_path: Path) -> None:
    old = move_to("old")
    secret = get_settings().secret_key
    live = fill(old)
    # Not committed yet when the copy is made: it must not be in it, and must not hinder it.
    live.execute("INSERT INTO articles VALUES (2, 'Nửa chừng')")
    manifest = backup(tmp_path / "copy")
    live.commit()
    live.close()
    assert [entry["path"] for entry in manifest["files"]] == [
        "counter.db",
        "ingest.db",
        "media/2023/anh.jpg",
        "secret.key",
    ]

    new = move_to("new")
    restore(tmp_path / "copy")
    assert titles(new) == ["Chợ phiên"]
    assert (new / "media" / "2023" / "anh.jpg").read_bytes() == b"\xff\xd8 picture"
    forget_settings()
    assert get_settings().secret_key == secret
    assert titles(old) == ["Chợ phiên", "Nửa chừng"]


def test_restore_refuses_a_damaged_backup_and_writes_nothing(move_to: Callable[[str], Path], tmp_path: Path) -> None:
    fill(move_to("old")).close()
    copy = tmp_path / "copy"
    backup(copy)
    picture = copy / "media" / "2023" / "anh.jpg"
    picture.write_bytes(b"\xff\xd8 pictuRe")
    new = move_to("new")
    with pytest.raises(OperatorError, match=r"media/2023/anh\.jpg is damaged"):
        restore(copy)
    assert not (new / "ingest.db").exists()
    picture.unlink()
    with pytest.raises(OperatorError, match=r"media/2023/anh\.jpg is missing"):
        check(copy)
    picture.write_bytes(b"\xff\xd8 picture")
    (copy / "extra").touch()
    with pytest.raises(OperatorError, match="extra is not in the manifest"):
        check(copy)


def test_restore_refuses_a_house_with_articles(move_to: Callable[[str], Path], tmp_path: Path) -> None:
    old = move_to("old")
    fill(old).close()
    backup(tmp_path / "copy")
    with pytest.raises(OperatorError, match=r"is not empty \(counter\.db, ingest\.db\)"):
        restore(tmp_path / "copy")
    assert titles(old) == ["Chợ phiên"]


def test_backup_writes_over_nothing(move_to: Callable[[str], Path], tmp_path: Path) -> None:
    fill(move_to("old")).close()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "other").touch()
    with pytest.raises(OperatorError, match="not an empty folder"):
        backup(tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["other"]


def test_a_folder_that_is_no_backup_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="is not a backup"):
        check(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99, "files": []}))
    with pytest.raises(OperatorError, match="format 99"):
        check(tmp_path)


@pytest.mark.parametrize("name", ["web.db", "search/index", "views/spool", "redis/counters"])
def test_restore_refuses_what_was_made_of_another_state(
    move_to: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    fill(move_to("old")).close()
    backup(tmp_path / "copy")
    new = move_to("new")
    (new / name).parent.mkdir(parents=True, exist_ok=True)
    (new / name).touch()
    with pytest.raises(OperatorError, match=name.partition("/")[0]):
        restore(tmp_path / "copy")
    assert not (new / "ingest.db").exists()


def test_a_folder_without_a_house_is_no_backup(move_to: Callable[[str], Path], tmp_path: Path) -> None:
    """As a timer's `toasoan backup` in the wrong folder would make them for years."""
    empty = move_to("nobody's")
    with pytest.raises(OperatorError, match=f"no house has been on {empty}"):
        backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
