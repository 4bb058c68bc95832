"""Programs that a test process loads once: each start of one is a fork, which has nothing to import any more.

`python -m tests.loaded services.web.app` reads a start a line, and writes the pid of each.
"""

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import traceback
import weakref
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from toasoan.processes import die_with_parent

ROOT = Path(__file__).resolve().parent.parent


class Forked:
    """A program that was started, with what tests ask of a subprocess.Popen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._handle)

    def poll(self) -> int | None:
        """None while it runs, 0 when it has ended, however it did."""
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return 0

    def send_signal(self, number: int) -> None:
        signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _has_ended(self, timeout: float) -> bool:
        return bool(select.select([self._handle], [], [], timeout)[0])


def start(module: str, environment: Mapping[str, str], log: Path, code: Path = ROOT) -> Forked:
    """`python -m module` of the code in a folder, as it is at the first start, with its output in `log`."""
    loaded = _loaded(module, code)
    assert loaded.stdin and loaded.stdout
    loaded.stdin.write(json.dumps({"environment": dict(environment), "log": str(log)}).encode() + b"\n")
    loaded.stdin.flush()
    return Forked(int(loaded.stdout.readline()))


@cache
def _loaded(module: str, code: Path) -> subprocess.Popen[bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TOASOAN_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.loaded", module],
        cwd=code,
        env={**own, "PYTHONPATH": f"{code}{os.pathsep}{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=die_with_parent(os.getpid()),
    )


def main() -> None:
    program, here = importlib.import_module(sys.argv[1]), os.getpid()
    gc.freeze()
    for line in sys.stdin.buffer:
        # Whoever has ended stays a zombie until all do: so no pid is given twice.
        if pid := os.fork():
            print(pid, flush=True)
        else:
            die_with_parent(here)()
            os._exit(_run(program, json.loads(line)))


def _run(program: Any, asked: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(asked["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number, instead in enumerate((nothing, output, output)):
        os.dup2(instead, number)
    sys.argv = [program.__name__]
    try:
        return int(program.main())
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stderr.flush()


if __name__ == "__main__":
    main()
