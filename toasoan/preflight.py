"""What must hold before a house starts: nobody else runs it, nothing of an earlier run is left, its ports are free."""

import fcntl
import json
import os
import socket

from toasoan import processes
from toasoan.place import OperatorError, Place
from toasoan.roles import redis_dir


class Lock:
    """The right to run the house of one data dir; the kernel gives it back however the holder ends."""

    def __init__(self, place: Place) -> None:
        place.run_dir.mkdir(parents=True, exist_ok=True)
        self._file = (place.run_dir / "house.lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip()
            raise OperatorError(
                f"a house already runs on {place.data_dir}" + (f" (pid {holder})" if holder else "")
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def end_leftovers(place: Place) -> list[int]:
    """End what a killed supervisor left: its noted processes, what carries the house's mark, and who listens
    on its sockets. Call it with the lock held."""
    pids = set(processes.marked(place.run_dir))
    try:
        noted = json.loads(place.state_file.read_text())["processes"]
        pids |= {
            entry["pid"] for entry in noted if entry["pid"] and processes.is_running(entry["pid"], entry["start_ticks"])
        }
    except (OSError, ValueError, KeyError, TypeError):
        pass
    for path in (place.broker_socket, place.counters_socket):
        if path is not None:
            holder = processes.listener(path)
            pids |= {holder} if holder else set()
            if not holder:
                path.unlink(missing_ok=True)
    place.state_file.unlink(missing_ok=True)
    return processes.end(pids)


def make_folders(place: Place) -> None:
    """The folders that Redis needs, in a data dir that is ours alone; so must be that of the sockets, if it is outside.

    Raises OperatorError.
    """
    place.data_dir.chmod(0o700)
    for name in ("broker", "counters"):
        redis_dir(place, name).mkdir(parents=True, exist_ok=True)
    place.socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = place.socket_dir.stat()
    if place.socket_dir != place.run_dir and (owner.st_uid != os.getuid() or owner.st_mode & 0o077):
        raise OperatorError(f"{place.socket_dir} belongs to somebody else or is open to others")


def check_ports(place: Place) -> None:
    """Raise OperatorError when one of the ports cannot be had."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    for port, variable in ((place.web_port, "TOASOAN_WEB_PORT"), (place.ingest_port, "TOASOAN_INGEST_PORT")):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place.host, port))
            except OSError as error:
                raise OperatorError(
                    f"port {port} on {place.host} cannot be used ({error.strerror}); choose another with {variable}"
                ) from None
    if place.web_port == place.ingest_port:
        raise OperatorError("TOASOAN_WEB_PORT and TOASOAN_INGEST_PORT are the same")
