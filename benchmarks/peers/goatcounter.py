"""GoatCounter: one program, SQLite, its own defaults."""

import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import stories
from benchmarks.peers import install
from benchmarks.peers.readers import Reader, request
from benchmarks.peers.system import Counter

_SHOWN = "SELECT coalesce(sum(total), 0) FROM hit_counts JOIN paths USING (path_id) WHERE path = ?"


class GoatCounter(Counter):
    """Behind a proxy that tells readers' addresses, as its manual has it."""

    name = "GoatCounter"
    setup = "SQLite, its defaults (views stored every 10 s)"
    settle_s = 16.0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._program = str(install.goatcounter())
        told = subprocess.run([self._program, "version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"version=v?([^;\s]+)", told)
        self.version = found[1] if found else "?"
        self._file = folder / "goatcounter.sqlite3"

    def start(self) -> None:
        create = ["db", "create", "site", "-createdb", *self._database, "-vhost=127.0.0.1"]
        create += ["-user.email=editor@example.com", "-user.password=a password for benchmarks"]
        subprocess.run([self._program, *create], check=True, capture_output=True, cwd=self.folder)
        self._serve()

    @property
    def _database(self) -> list[str]:
        return [f"-db=sqlite+{self._file}"]

    def _serve(self) -> None:
        listen = [f"-listen=127.0.0.1:{self.port}", "-tls=http"]
        self._server = self.spawn([self._program, "serve", *self._database, *listen], cwd=self.folder)
        self.answers("/robots.txt")

    def new_article(self, number: int) -> str:
        return f"/thoi-su/bai-{number}"

    def open(self, article: str, reader: Reader) -> bytes:
        # The page is another server's.
        return self.beacon(article, reader)

    def beacon(self, article: str, reader: Reader) -> bytes:
        # What count.js sends by sendBeacon.
        asked = {"p": article, "t": stories.title(1), "s": 390, "b": 0, "rnd": "x7k2p"}
        headers = {"origin": "http://127.0.0.1", "sec-fetch-site": "cross-site", **reader.headers}
        return request("POST", f"/count?{urlencode(asked)}", self.port, headers)

    def shown(self, article: str) -> int:
        """The figure of its dashboard, from the table that the dashboard reads."""
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=20)) as connection:
            return int(connection.execute(_SHOWN, (article,)).fetchone()[0])

    def kill_counting(self) -> None:
        self.kill(self._server)
        self._serve()
