"""The stores by TLS: real servers with certificates made here, and what is refused."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared import canary
from shared.broker import look
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.database import make_engine
from shared.redis_client import hint_client, redis_client, subscriber
from tests.conftest import forget_settings
from tests.servers import PostgresServer, _start, free_port
from tests.tls import Authority
from tests.wait import until
from toasoan.backup import backup

Believe = Callable[[Path | None], None]
PASSWORD = "5f0c1b7e9a3d42868e1f70b2c4d6a8091f3e"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "stranger")


@pytest.fixture
def believe(monkeypatch: pytest.MonkeyPatch) -> Believe:
    """Whose certificates the house believes from now on; None: the machine's list."""

    def work(file: Path | None) -> None:
        monkeypatch.setenv("TOASOAN_STORES_CA", str(file or ""))
        forget_settings()
        for made in (redis_client, hint_client):
            made.cache_clear()

    return work


def redis_with_tls() -> str:
    """A redis-server that was built with TLS: Debian's. (The one of the wheel was not.)"""
    for program in ("/usr/bin/redis-server", shutil.which("redis-server"), shutil.which("valkey-server")):
        if program and Path(program).exists():
            tried = [program, "--port", "0", "--tls-port", "1", "--tls-cert-file", "/nowhere"]
            said = subprocess.run(tried, capture_output=True, text=True, timeout=20, check=False).stdout
            if "Missing implement" not in said and "Failed finding TLS" not in said and "Bad directive" not in said:
                return program
    pytest.skip("no redis-server with TLS is installed (Debian: redis-server)")


@pytest.fixture
def tls_redis(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Port of a Redis that speaks TLS alone; the settings point to it."""
    yield from _redis(tmp_path, authority.certificate("localhost", "IP:127.0.0.1"), authority.file, monkeypatch)


@pytest.fixture
def misnamed_redis(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The same, and its certificate is another server's."""
    yield from _redis(tmp_path, authority.certificate("elsewhere"), authority.file, monkeypatch)


def _redis(folder: Path, pair: tuple[Path, Path], authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    port = free_port()
    options = {"port": 0, "tls-port": port, "tls-cert-file": pair[0], "tls-key-file": pair[1], "dir": folder}
    options |= {"tls-ca-cert-file": authority, "tls-auth-clients": "no", "bind": "127.0.0.1", "save": '""'}
    options |= {"requirepass": PASSWORD}
    command = [redis_with_tls(), *(part for name, value in options.items() for part in (f"--{name}", str(value)))]
    process = _start(command)
    for name in ("TOASOAN_BROKER_URL", "TOASOAN_REDIS_URL"):
        monkeypatch.setenv(name, f"rediss://default:{PASSWORD}@127.0.0.1:{port}/0")
    try:
        client = redis.Redis(port=port, password=PASSWORD, ssl=True, ssl_cert_reqs="none", ssl_check_hostname=False)
        until(client.ping, 20, "redis answers")
        yield port
    finally:
        process.kill()
        process.wait(10)


def test_redis_and_the_broker_by_tls(tls_redis: int, authority: Authority, believe: Believe) -> None:
    with pytest.raises(redis.RedisError):
        redis.Redis(port=tls_redis, password=PASSWORD, socket_timeout=2).ping()
    believe(authority.file)
    for client in (redis_client(), hint_client(), subscriber()):
        assert client.ping()
    app = make_celery("ingest")
    canary.send(app, Queue.index)
    assert look(app).queues["index"].length == 1


@pytest.mark.parametrize("whom", ["stranger", "nobody"])
def test_a_redis_of_whom_nobody_vouches_is_not_spoken_to(
    tls_redis: int, stranger: Authority, believe: Believe, whom: str
) -> None:
    """kombu of itself takes any certificate for rediss://."""
    believe(stranger.file if whom == "stranger" else None)
    _refuses()


def test_a_redis_under_another_name_is_not_spoken_to(
    misnamed_redis: int, authority: Authority, believe: Believe
) -> None:
    believe(authority.file)
    _refuses()


def _refuses() -> None:
    with pytest.raises(redis.ConnectionError, match=r"(?i)certificate"):
        redis_client().ping()
    app = make_celery("ingest")
    with pytest.raises(BrokerError, match=r"(?i)certificate"):
        canary.send(app, Queue.index)
    with pytest.raises(redis.ConnectionError, match=r"(?i)certificate"):
        look(app)


@pytest.mark.postgres
def test_postgresql_by_tls(
    tmp_path: Path, authority: Authority, stranger: Authority, believe: Believe, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = PostgresServer(password=PASSWORD)
    try:
        _give(server, authority.certificate("localhost", "IP:127.0.0.1"))
        url = server.url().replace("postgresql:", "postgresql+psycopg:")
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("CREATE SCHEMA ingest")
            admin.execute("CREATE SCHEMA counter")
        believe(authority.file)
        with make_engine(url, "ingest").connect() as connection:
            mine = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert connection.execute(mine).scalar() is True
        # Copies are made by PostgreSQL's own programs.
        monkeypatch.setenv("TOASOAN_DATABASE_URL", server.url())
        monkeypatch.setenv("TOASOAN_DATA_DIR", str(tmp_path / "data"))
        believe(authority.file)
        backup(tmp_path / "copy")
        assert (tmp_path / "copy" / "ingest.dump").stat().st_size

        believe(stranger.file)
        with pytest.raises(OperationalError, match="certificate verify failed"):
            make_engine(url, "ingest").connect()
        with pytest.raises(Exception, match="certificate"):
            backup(tmp_path / "not-a-copy")

        believe(authority.file)
        server.kill()
        _give(server, authority.certificate("elsewhere"))
        with pytest.raises(OperationalError, match="does not match host name"):
            make_engine(url, "ingest").connect()
        server.kill()
        server.start()
        with pytest.raises(OperationalError, match="does not support SSL"):
            make_engine(url, "ingest").connect()
    finally:
        server.close()
        forget_settings()


def _give(server: PostgresServer, pair: tuple[Path, Path]) -> None:
    """Start it with this certificate; the key must be its own."""
    given = [Path(shutil.copy(file, server.folder)) for file in pair]
    owner = server.folder.stat()
    for file in given:
        shutil.chown(file, owner.st_uid, owner.st_gid)
        file.chmod(0o600)
    server.start(ssl="on", ssl_cert_file=str(given[0]), ssl_key_file=str(given[1]))
