"""One stream of log lines for the whole house."""

import json
import os
import queue
import threading
import time
from pathlib import Path

_WIDTH = 14
_LINES = 5000
# The file is renamed to "….1" when it is that long, so that there is always at least that much to look back on.
_FILE_BYTES = 2_000_000


class Output:
    """Lines of every process to one file descriptor, each with its process's name before it, and to `file`.

    A reader that does not read (a stopped terminal, a pipe nobody empties) must never stop the house: a thread
    writes, and what does not fit between is dropped and counted.
    """

    def __init__(self, descriptor: int = 1, as_json: bool = False, file: Path | None = None) -> None:
        self._descriptor = descriptor
        self._as_json = as_json
        self._file = file
        self._lines: queue.Queue[tuple[bytes, bool] | None] = queue.Queue(_LINES)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="output", daemon=True)
        self._thread.start()

    def line(self, name: str, text: bytes) -> None:
        """One line of a process. As JSON the processes name themselves already."""
        prefix = b"" if self._as_json else f"{name:<{_WIDTH}} | ".encode()
        self._put(prefix + text.rstrip() + b"\n")

    def say(self, event: str, **values: object) -> None:
        """A line of the supervisor itself."""
        if self._as_json:
            self._put(json.dumps({"role": "supervisor", "event": event, **values}, ensure_ascii=False).encode() + b"\n")
        else:
            told = "".join(f" {name}={value}" for name, value in values.items())
            self.line("toasoan", f"{event}{told}".encode())

    def plain(self, text: str) -> None:
        """For the person who started the house, and for nobody else: it may be a password."""
        self._put(f"{text}\n".encode(), kept=False)

    def close(self, patience_s: float = 0.5) -> None:
        """Write out what waits, for as long as somebody reads."""
        try:
            self._lines.put(None, timeout=patience_s)
        except queue.Full:
            return
        self._thread.join(patience_s)

    def _put(self, data: bytes, kept: bool = True) -> None:
        try:
            self._lines.put_nowait((data, kept))
        except queue.Full:
            self._dropped += 1

    def _write(self) -> None:
        while (item := self._lines.get()) is not None:
            data, kept = item
            if kept:
                self._keep(data)
            if self._dropped:
                data += f"{'toasoan':<{_WIDTH}} | {self._dropped} log lines were dropped\n".encode()
                self._dropped = 0
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                except BlockingIOError:
                    time.sleep(0.05)
                except OSError:
                    break  # nobody will ever read this again

    def _keep(self, data: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as file:
                file.write(data)
                full = file.tell() > _FILE_BYTES
            if full:
                self._file.replace(self._file.with_name(f"{self._file.name}.1"))
        except OSError:
            pass  # a full disk must not end the house
