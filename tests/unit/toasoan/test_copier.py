"""What the copying process says of itself."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from toasoan.copying.process import Copier


def test_a_database_that_is_copied_does_not_hide_one_that_is_not(tmp_path: Path) -> None:
    for name in ("counter", "web", "ingest"):
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as one:
            one.execute("PRAGMA journal_mode=WAL")
            one.execute("CREATE TABLE notes (words TEXT)")
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "counter").write_text("in the way")
    at_once = SimpleNamespace(asked=True, wait=lambda _seconds: True)
    Copier(tmp_path, copy, timedelta(hours=1), at_once).run()  # type: ignore[arg-type]
    failure = json.loads((tmp_path / "copy.json").read_text())["failure"]
    assert failure.startswith("counter: ")
    assert "web" not in failure
