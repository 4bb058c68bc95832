"""Linux processes as the supervisor must know them: who they really are, and that none outlives the house."""

import asyncio
import ctypes
import os
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterable
from pathlib import Path

# Marks every process of a house, so that strays of a killed supervisor can be found whatever became of its notes.
HOUSE_MARK = "TOASOAN_HOUSE"

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel kills the child when `parent` is gone, even by kill -9."""

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return prepare


def start_ticks(pid: int) -> int | None:
    """When a process started, in kernel ticks since boot: with the pid it names one process for good.

    None when there is no such process (a zombie counts as none).
    """
    try:
        # The name in parentheses may hold anything; fields are counted after its end.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def is_running(pid: int, ticks: int) -> bool:
    return start_ticks(pid) == ticks


def rss_bytes(pid: int) -> int:
    """Resident memory of a process; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def marked(run_dir: Path) -> list[int]:
    """Processes that carry the mark of the house whose run dir this is."""
    wanted = f"{HOUSE_MARK}={run_dir}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if wanted in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


def listener(path: Path) -> int | None:
    """Pid of the process that listens on a unix socket; None when nobody does."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
            credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return None
    return int(struct.unpack("3i", credentials)[0])


def end(pids: Iterable[int], patience_s: float = 3.0) -> list[int]:
    """End processes: SIGTERM, and SIGKILL to those that are still there after `patience_s`. Returns whom it ended."""
    waiting = {pid: ticks for pid in pids if (ticks := start_ticks(pid)) is not None}
    ended = list(waiting)
    for number, seconds in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 2.0)):
        for pid in waiting:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        give_up = time.monotonic() + seconds
        while waiting and time.monotonic() < give_up:
            time.sleep(0.02)
            waiting = {pid: ticks for pid, ticks in waiting.items() if is_running(pid, ticks)}
    return ended


def kill_group(pid: int) -> None:
    """SIGKILL to a child that leads its own process group, and to everything that it started in it."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


async def exit_of(pid: int) -> None:
    """Wait until a process has ended, whether or not anybody has collected it."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
