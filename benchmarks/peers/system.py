"""What is measured of the house and of each peer: pages, publishing, counting, processes."""

import os
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import httpx2
import psutil

from benchmarks.peers.readers import Reader
from tests.servers import free_port
from tests.wait import until
from toasoan.processes import die_with_parent


class System(ABC):
    """A running site in a folder and on a port of its own. `close()` it whatever happens."""

    name = ""
    version = ""
    setup = ""
    """How it was set up, in some words."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.client = httpx2.Client(timeout=60, trust_env=False)
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def start(self) -> None:
        """Set it up and wait until it answers. Raises Missing for what cannot be had."""

    def close(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.client.close()

    # ------------------------------------------------------------ processes

    def pids(self) -> list[int]:
        """Every process of it, children too."""
        found: list[int] = []
        for process in self._processes:
            if process.poll() is None:
                parent = psutil.Process(process.pid)
                found += [parent.pid, *(child.pid for child in parent.children(recursive=True))]
        return found

    def work_seconds(self) -> float:
        """Processor time of all processes so far, of children that have ended too."""
        return sum(sum(psutil.Process(pid).cpu_times()[:4]) for pid in self.pids())

    def memory_mb(self) -> float:
        """Resident memory of all processes; what several share counts once (PSS)."""
        return sum(int(psutil.Process(pid).memory_full_info().pss) for pid in self.pids()) / 1e6

    def spawn(self, command: list[str], **more: Any) -> "subprocess.Popen[bytes]":
        """Start a process of this site; its output goes to a log in the folder."""
        with (self.folder / f"{Path(command[0]).name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(os.getpid()),
                **more,
            )
        self._processes.append(process)
        return process

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """kill -9 a process with its children."""
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait(10)
        self._processes.remove(process)

    def answers(self, path: str = "/") -> None:
        """Wait until a page is served."""
        until(lambda: self.client.get(self.url + path).status_code < 500, 60, f"{self.name} answers")


class Site(System):
    """One that editors publish with."""

    @abstractmethod
    def publish(self, story: dict[str, Any]) -> str:
        """Publish an article as this site's editors do; its path. Visible now or soon."""

    def until_visible(self, story: dict[str, Any]) -> float:
        """Publish, and reload the article's page until it is there: milliseconds."""
        began = time.monotonic()
        self.until_there(self.publish(story))
        return (time.monotonic() - began) * 1000

    def until_there(self, path: str) -> None:
        """Reload a page until it is there."""
        give_up = time.monotonic() + 60
        while self.client.get(self.url + path).status_code != 200:
            assert time.monotonic() < give_up, f"{self.name}: {path} was not to be seen"
            time.sleep(0.003)


class Counter(System):
    """One that counts views of an article, as its own script in the page sends them."""

    counter = ""
    """Name of what counts, where it is not the system's."""
    counts = True
    """Known after the start; `why_not` tells the reason."""
    why_not = ""
    settle_s = 10.0
    """Longest time from an acknowledged view to its count."""

    @abstractmethod
    def open(self, article: str, reader: Reader) -> bytes:
        """A reader opens the page of an article; the beacon that its script then sends."""

    @abstractmethod
    def beacon(self, article: str, reader: Reader) -> bytes:
        """The beacon alone, of a reader whose page came from elsewhere (a cache)."""

    @abstractmethod
    def shown(self, article: str) -> int:
        """Views that are shown of an article."""

    @abstractmethod
    def new_article(self, number: int) -> str:
        """An article that nobody has viewed."""

    @abstractmethod
    def kill_counting(self) -> None:
        """kill -9 all that takes and keeps views, and start at once what nobody else restarts."""

    def until_counted(self, article: str, wanted: int, patience_s: float = 0.0) -> int:
        """What is shown once `wanted` are, or nothing has changed for longer than settling or `patience_s` takes."""
        patience_s = max(patience_s, self.settle_s)
        shown, since = self.shown(article), time.monotonic()
        give_up = since + 300
        while shown < wanted and time.monotonic() - since < patience_s:
            time.sleep(0.1)
            now = self.shown(article)
            # Below zero: it does not answer, which is no count.
            if now != shown or now < 0:
                shown, since = now, time.monotonic()
            assert time.monotonic() < give_up, f"{self.name} shows no counts"
        return shown
