"""Real servers for tests, each on its own socket or free port, gone with the test process whatever happens to it."""

import contextlib
import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis

from tests.conftest import forget_settings
from tests.wait import until
from toasoan.processes import die_with_parent
from toasoan.roles import SYNC, redis_command

# Below the ports that the kernel gives to whoever connects: one of those may be taken before the server binds it.
_PORTS = range(20_000, 32_000)
_next_port = itertools.cycle(random.SystemRandom().sample(_PORTS, len(_PORTS)))


def free_port() -> int:
    """A TCP port that nobody listens on now; never the same twice."""
    for port in _next_port:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("never reached")


class RedisServer:
    """A redis-server with the options of the house; survives `kill` and `start` with its data."""

    def __init__(self, folder: Path, sync: str = SYNC["broker"]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._sync = sync
        # Sockets have short paths: pytest's folders can be too deep for them.
        self._socket_dir = Path(tempfile.mkdtemp(prefix="toasoan-test-"))
        self._folder = folder
        self.socket = self._socket_dir / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For redis-py."""
        return f"unix://{self.socket}"

    @property
    def celery_url(self) -> str:
        return f"redis+socket://{self.socket}"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def start(self) -> None:
        self.process = _start(list(redis_command(self.socket, self._folder, self._sync)))
        with self.client() as client:
            until(client.ping, 20, "redis answers")

    def signal(self, number: int) -> None:
        """SIGSTOP freezes it, SIGCONT wakes it."""
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9: nothing is said good-bye to."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._socket_dir, ignore_errors=True)


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """A broker of the test's own; the settings point to it."""
    yield from _redis(tmp_path, "broker", monkeypatch, "TOASOAN_BROKER_URL")


@pytest.fixture
def counters_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """The Redis of counters, answers and hints; the settings point to it."""
    yield from _redis(tmp_path, "counters", monkeypatch, "TOASOAN_REDIS_URL")


def _redis(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, variable: str) -> Iterator[RedisServer]:
    server = RedisServer(folder / name, SYNC[name])
    server.start()
    monkeypatch.setenv(variable, server.celery_url if "BROKER" in variable else server.url)
    forget_settings()
    try:
        yield server
    finally:
        server.close()


class PostgresServer:
    """A PostgreSQL cluster in a folder of its own; unless `fsync` is asked for it would not survive a power cut."""

    def __init__(
        self, fsync: bool = False, address: str = "127.0.0.1", network: str = "", password: str = "not-a-secret"
    ) -> None:
        """`network` (as in pg_hba.conf) may connect, too: for an `address` that others reach. Nobody gets in without
        a password; `toasoan` is the superuser."""
        self._bin = _postgres_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="toasoan-pg-"))
        self.address, self.port, self.password = address, free_port(), password
        self._fsync = "on" if fsync else "off"
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        self._user = pwd.getpwnam("postgres").pw_name if os.getuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user, self._user)
        self._data = self.folder / "data"
        said = self.folder / "password"
        said.write_text(password)
        options = ["-U", "toasoan", "-A", "scram-sha-256", f"--pwfile={said}", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [self._bin / "initdb", "-D", self._data, *options],
            check=True,
            capture_output=True,
            user=self._user,
            cwd="/",
        )
        if network:
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {network} scram-sha-256\n")
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://toasoan:{self.password}@{self.address}:{self.port}/{database}"

    def start(self, **more: str) -> None:
        """With `more` of postgresql.conf."""
        options = {
            "port": self.port,
            "listen_addresses": self.address,
            "unix_socket_directories": self.folder,
            "fsync": self._fsync,
            "shared_buffers": "32MB",
            "max_connections": 150,
            **more,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = _start([str(self._bin / "postgres"), "-D", str(self._data), *settings], self._user)
        until(lambda: _lets_in(self.url()), 30, "PostgreSQL answers")

    def trust_everybody(self) -> None:
        """From now on nobody is asked for a password, as after a careless line in pg_hba.conf."""
        (self._data / "pg_hba.conf").write_text("host all all all trust\n")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        anybody = self.url().replace(self.password, "anything")
        until(lambda: _lets_in(anybody), 20, "everybody is let in")

    def make_standby(self) -> None:
        """A copy of all that stands here now, which follows no longer: what is written from now on it will lack."""
        standby = self.folder / "standby"
        options = ["--dbname", self.url(), "-D", str(standby), "--checkpoint=fast"]
        subprocess.run(
            [self._bin / "pg_basebackup", *options], check=True, capture_output=True, user=self._user, cwd="/"
        )
        (standby / "standby.signal").touch()

    def fail_over(self) -> None:
        """The standby takes this server's place, at its address."""
        self.kill()
        self._data = self.folder / "standby"
        self.start()
        with psycopg.connect(self.url(), autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote()").fetchone() == (True,)

    def new_database(self) -> str:
        """Address of a fresh, empty database."""
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def kill(self) -> None:
        """Stop at once, as after a power cut; its own children end with it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _postgres_programs() -> Path:
    """Folder of initdb and postgres. Skips the test when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    pytest.skip("PostgreSQL is not installed")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Address of an empty database of the test's own; the settings point to it."""
    url = postgres_server.new_database()
    monkeypatch.setenv("TOASOAN_DATABASE_URL", url)
    forget_settings()
    return url


def _lets_in(url: str) -> bool:
    psycopg.connect(url, connect_timeout=1).close()
    return True


def _start(command: list[str], user: str | None = None) -> subprocess.Popen[bytes]:
    # die_with_parent sees the fork's parent; changing the user would clear the kernel's note, so that is done first.
    prepare = die_with_parent(os.getpid())

    def before() -> None:
        if user:
            entry = pwd.getpwnam(user)
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
        prepare()

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=before,
        cwd="/",
    )
