"""The house's log: on the terminal and in a file that cannot grow without end."""

import os
from pathlib import Path

import pytest

from toasoan import output
from toasoan.output import Output


@pytest.fixture
def terminal(tmp_path: Path) -> int:
    return os.open(tmp_path / "terminal", os.O_CREAT | os.O_WRONLY)


def test_lines_are_kept_but_not_what_was_meant_for_one_person(terminal: int, tmp_path: Path) -> None:
    file = tmp_path / "log" / "house.log"
    made = Output(terminal, file=file)
    made.line("web.http", b"started\n")
    made.plain("one-time password: secret")
    made.say("ready", seconds=1)
    made.close(10)
    assert file.read_text() == "web.http       | started\ntoasoan        | ready seconds=1\n"
    assert "secret" in (tmp_path / "terminal").read_text()


def test_the_file_starts_anew_when_it_is_full(terminal: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_FILE_BYTES", 1000)
    file = tmp_path / "house.log"
    made = Output(terminal, file=file)
    for number in range(100):
        made.line("web.http", b"line %d" % number)
    made.close(10)
    old, new = (tmp_path / "house.log.1").read_text(), file.read_text()
    assert len(old) < 1100
    assert new.endswith("line 99\n")


def test_a_folder_that_cannot_be_written_stops_nothing(terminal: int, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    made = Output(terminal, file=tmp_path / "log" / "house.log")
    made.line("web.http", b"started")
    made.close(10)
    assert "started" in (tmp_path / "terminal").read_text()
