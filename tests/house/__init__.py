"""A whole house for tests: real processes under the real supervisor, on free ports, in a folder of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.servers import free_port
from tests.wait import until
from toasoan.processes import die_with_parent, marked

ROOT = Path(__file__).resolve().parents[2]


class House:
    """`start()` it, talk to it, `stop()` it. The log of all processes is in `log`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data_dir = folder / "data"
        self.web_port, self.ingest_port = free_port(), free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TOASOAN_")},
            "TOASOAN_DATA_DIR": str(self.data_dir),
            "TOASOAN_WEB_PORT": str(self.web_port),
            "TOASOAN_INGEST_PORT": str(self.ingest_port),
            "TOASOAN_DEMO": "0",
            **environment,
        }
        self.web_url = f"http://127.0.0.1:{self.web_port}"
        self.ingest_url = f"http://127.0.0.1:{self.ingest_port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._key = ""
        self.client = httpx2.Client(timeout=20, trust_env=False)

    # ------------------------------------------------------------ life

    def start(self, deadline_s: float = 90) -> "House":
        """Start it and wait until every process does its work."""
        with (self.folder / "house.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "toasoan", "up"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(os.getpid()),
            )
        self.wait_ready(deadline_s)
        return self

    def wait_ready(self, deadline_s: float = 60) -> None:
        def ready() -> bool:
            if self.process is not None and self.process.poll() is not None:
                pytest.fail(f"the house ended with {self.process.returncode}:\n{self.log[-4000:]}")
            rows = self.status()
            return bool(rows) and all(row["ready"] for row in rows)

        try:
            until(ready, deadline_s, "the house is ready", interval_s=0.3)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.status()}\n{self.log[-6000:]}") from None

    def stop(self) -> float:
        """SIGTERM and wait; returns the seconds it took."""
        assert self.process
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 the supervisor."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        self.client.close()

    @property
    def log(self) -> str:
        return (self.folder / "house.log").read_text(errors="replace")

    def pids(self) -> list[int]:
        """Every process of this house, by the mark that the supervisor gives them."""
        return marked(self.data_dir / "run")

    # ------------------------------------------------------------ command line

    def toasoan(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on this house."""
        done = subprocess.run(
            [sys.executable, "-m", "toasoan", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"toasoan {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def status(self) -> list[dict[str, Any]]:
        from toasoan.place import Place
        from toasoan.status import report

        # In this process: a command a poll would keep the machine busy with starting Python.
        socket_dir = self._socket_dir()
        place = Place(
            data_dir=self.data_dir,
            socket_dir=socket_dir,
            host="127.0.0.1",
            web_port=self.web_port,
            ingest_port=self.ingest_port,
            site_url=self.web_url,
            ingest_url=self.ingest_url,
            demo=False,
            log_format="console",
            broker_socket=None if "TOASOAN_BROKER_URL" in self.environment else socket_dir / "broker.sock",
            counters_socket=None if "TOASOAN_REDIS_URL" in self.environment else socket_dir / "counters.sock",
            query_workers=int(self.environment.get("TOASOAN_QUERY_WORKERS", 1)),
            copies="TOASOAN_COPY_DIR" in self.environment,
        )
        return report(place)

    def _socket_dir(self) -> Path:
        from shared.settings import Settings

        return Settings(data_dir=self.data_dir, secret_key="only for the path").socket_dir

    def role(self, name: str) -> dict[str, Any]:
        """The status row of one role."""
        return next(row for row in self.status() if row["role"] == name)

    def signal_role(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a role's process; returns its pid."""
        pid = int(self.role(name)["pid"])
        os.kill(pid, number)
        return pid

    # ------------------------------------------------------------ editors and readers

    @property
    def key(self) -> str:
        """An API key that may publish."""
        if not self._key:
            self._key = self.toasoan("keys", "create", "tests", "--scope", "publish").stdout.strip()
        return self._key

    @key.setter
    def key(self, value: str) -> None:
        self._key = value

    def api(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """A call to the ingest API with the key."""
        headers = {"Authorization": f"Bearer {self.key}", **arguments.pop("headers", {})}
        return self.client.request(method, self.ingest_url + path, headers=headers, **arguments)

    def push(self, **article: Any) -> dict[str, Any]:
        """Save an article (published, with small texts, unless said otherwise); returns ingest's answer."""
        story = {
            "title": "Khai mạc hội chợ",
            "body": "Sáng nay, hội chợ khai mạc.",
            "body_format": "text",
            "section": "Kinh tế",
            "status": "published",
            **article,
        }
        answer = self.api("POST", "/api/articles", json=story)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def get(self, path: str, **arguments: Any) -> httpx2.Response:
        """A reader's request; `path` may be a whole address."""
        url = path if path.startswith("http") else self.web_url + path
        return self.client.get(url, **arguments)

    def until_page(self, path: str, text: str = "", status: int = 200, deadline_s: float = 20) -> str:
        """Wait until a page answers `status` and holds `text`; returns its HTML."""

        def shown() -> str | None:
            page = self.get(path)
            return page.text or "-" if page.status_code == status and text in page.text else None

        return str(until(shown, deadline_s, f"{path} shows {text!r} with {status}"))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running house for all tests that do not harm it."""
    yield from _house(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def harmed_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for the tests of a file that harm it: each leaves it whole for the next."""
    yield from _house(tmp_path_factory.mktemp("harmed"))


def _house(folder: Path) -> Iterator[House]:
    made = House(folder)
    try:
        yield made.start()
    finally:
        made.close()
