"""The house of docker-compose.yml as plain processes: the same commands and environments, real stores, other ports."""

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.production.compose import IMPRINT, PAPER_FILE, ROOT, example_environment, filled, raw
from tests.production.nginx import Nginx
from tests.servers import PostgresServer, free_port
from tests.wait import until
from toasoan.processes import die_with_parent
from toasoan.roles import redis_server

MIGRATIONS = ("ingest-migrate", "counter-migrate", "web-migrate")
PROCESSES = (
    "ingest",
    "ingest-relay",
    "ingest-worker",
    "search-index",
    "search-query",
    "counter-worker",
    "web",
    "web-worker",
    "backup",
)
_VOLUMES = {"/data/media": "media", "/data/views": "views", "/data/search": "search", "/backups": "backups"}
_POSTGRES_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


class Production:
    """`start()` it with the address of an Elasticsearch; `close()` ends what is left of it.

    A process named "web@2" is one more of the service "web".
    """

    names: tuple[str, ...] = PROCESSES
    """Who is started."""

    def __init__(self, folder: Path, elasticsearch_url: str) -> None:
        self.folder = folder
        self._elasticsearch_url = elasticsearch_url
        self._environment = example_environment()
        compose = filled(raw(), self._environment)
        self._services: dict[str, dict[str, Any]] = compose["services"]
        imprint = folder / "paper.toml"
        imprint.write_text(IMPRINT)
        self.postgres = self.make_postgres()
        self.ports = {name: free_port() for name in ("broker", "counters", *self.names)}
        # Where the names of the compose network lead here.
        self._addresses = {
            "@postgres:5432": f"@{self.postgres.address}:{self.postgres.port}",
            "@broker:6379": f"@{self._listens('broker')}",
            "@counters:6379": f"@{self._listens('counters')}",
            "@elasticsearch:9200": f"@{elasticsearch_url.removeprefix('http://')}",
            PAPER_FILE: str(imprint),
        }
        self.site_host = self._environment["SITE_HOST"]
        self.desk_host = self._environment["DESK_HOST"]
        for volume in _VOLUMES.values():
            (folder / volume).mkdir(parents=True)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        web = next(name for name in self.names if _service_of(name) == "web")
        self.nginx = Nginx(
            folder / "nginx",
            folder / "media",
            self._services["nginx"]["environment"]
            | {"WEB_UPSTREAM": self._listens(web), "INGEST_UPSTREAM": self._listens("ingest")}
            | {"GRAFANA_UPSTREAM": f"127.0.0.1:{free_port()}"},
        )

    # ------------------------------------------------------------ what stands elsewhere on more than one host

    def address(self, _name: str) -> str:
        """Where a process or a store is reached."""
        return "127.0.0.1"

    def _listens(self, name: str) -> str:
        return f"{self.address(name)}:{self.ports[name]}"

    def inside(self, _name: str) -> list[str]:
        """What stands before a process's command, to run it where it belongs."""
        return []

    def volume(self, _name: str, volume: str) -> Path:
        """The folder that is a volume of a process."""
        return self.folder / volume

    def trusted_proxies(self) -> str:
        return "127.0.0.1"

    def make_postgres(self) -> PostgresServer:
        return PostgresServer(password=self._environment["POSTGRES_PASSWORD"])

    # ------------------------------------------------------------ life

    def start(self) -> "Production":
        self.start_stores()
        for name in MIGRATIONS:
            done = self.spawn(name)
            assert done.wait(60) == 0, self.log(name)
        for name in self.names:
            self.spawn(name)
        self.nginx.start()
        for name in self.names:
            until(partial(self.is_healthy, name), 90, f"{name} is healthy", interval_s=0.3)
        return self

    def start_stores(self) -> None:
        self.postgres.start()
        self.make_databases()
        for name in ("broker", "counters"):
            self.start_redis(name)

    def close(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
                process.wait(10)
        self.nginx.close()
        self.postgres.close()

    def stop(self, name: str) -> tuple[int, float]:
        """Stop a process as Docker does; returns its exit code and the seconds it took.

        The code is 0 also for one that stopped in order and then ended by the signal itself, as uvicorn does.
        """
        process = self.processes[name]
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
        return 0 if code == -signal.SIGTERM else code, time.monotonic() - began

    def restart(self, name: str) -> None:
        self.spawn(name)
        until(lambda: self.is_healthy(name), 60, f"{name} is healthy", interval_s=0.3)

    def is_healthy(self, name: str) -> bool:
        """What the container's health check says."""
        process = self.processes[name]
        if process.poll() is not None:
            pytest.fail(f"{name} ended with {process.returncode}\n{self.log(name)}")
        test = [self._local(name, part) for part in self._service(name)["healthcheck"]["test"][1:]]
        command = [*self.inside(name), *test]
        return subprocess.run(command, env=self.environment(name), capture_output=True, check=False).returncode == 0

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-6000:]

    # ------------------------------------------------------------ the parts

    def environment(self, name: str) -> dict[str, str]:
        """The service's environment, its addresses leading to the servers here; a data dir as its container's."""
        data = self.folder / "containers" / name
        if not data.exists():
            (data / "run").mkdir(parents=True)
            for volume in self._service(name).get("volumes", []):
                source, target, *_ = volume.split(":")
                if target in _VOLUMES and target.startswith("/data/"):
                    (data / Path(target).name).symlink_to(self.volume(name, source))
        own: dict[str, str] = {**self._service(name)["environment"]}
        for variable, value in own.items():
            for there, here in self._addresses.items():
                value = value.replace(there, here)
            own[variable] = value
        own |= {"TOASOAN_DATA_DIR": str(data), "TOASOAN_TRUSTED_PROXIES": self.trusted_proxies()}
        for variable in ("TOASOAN_WEB_PORT", "TOASOAN_INGEST_PORT", "TOASOAN_METRICS_PORT"):
            if variable in own and name in self.ports:
                own[variable] = str(self.ports[name])
        if _service_of(name) in ("web", "ingest"):
            del own["TOASOAN_METRICS_PORT"]
        folders = [Path(sys.executable).parent, *_POSTGRES_PROGRAMS, os.environ["PATH"]]
        # As in the image; there Celery does not warn that it runs as root.
        own |= {"PATH": os.pathsep.join(map(str, folders)), "PYTHONOPTIMIZE": "1", "MALLOC_ARENA_MAX": "2"}
        return own | {"PYTHONWARNINGS": "ignore"}

    def toasoan(self, *arguments: str) -> str:
        """The command line, by the `tools` service; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "toasoan", *arguments],
            cwd=ROOT,
            env=self.environment("tools"),
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def exporter(self, name: str, *arguments: str) -> str:
        """Start an exporter (Debian's, where compose has the image) and return its address."""
        program = shutil.which(f"prometheus-{name}")
        if program is None:
            pytest.skip(f"prometheus-{name} is not installed")
        service = self._services[name]
        port = free_port()
        addresses = {
            **self._addresses,
            "postgres:5432": f"127.0.0.1:{self.postgres.port}",
            "nginx:8081": f"127.0.0.1:{self.nginx.ports['STATUS_LISTEN']}",
            "http://elasticsearch:9200": self._elasticsearch_url,
            "--path.rootfs=/host": "--path.rootfs=/",
        }

        def local(text: str) -> str:
            for there, here in addresses.items():
                text = text.replace(there, here)
            return text

        environment = {variable: local(value) for variable, value in service.get("environment", {}).items()}
        command = [program, *map(local, service.get("command", [])), *arguments]
        self._run(name, [*command, f"--web.listen-address=127.0.0.1:{port}"], environment)
        address = f"http://127.0.0.1:{port}"
        until(lambda: httpx2.get(f"{address}/metrics", trust_env=False).status_code == 200, 20, f"{name} answers")
        return address

    def redis(self, name: str, user: str = "exporter", password: str | None = None) -> redis.Redis:
        """As one of the users of deploy/redis; nothing is tried twice."""
        return redis.Redis(
            host=self.address(name),
            port=self.ports[name],
            username=user,
            password=password or self.redis_password(user),
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )

    def redis_password(self, user: str) -> str | None:
        names = (f"{user.upper()}_REDIS_PASSWORD", f"{user.upper()}_PASSWORD", f"{user[7:].upper()}_PASSWORD")
        return next((self._environment[name] for name in names if name in self._environment), None)

    def _service(self, name: str) -> dict[str, Any]:
        return self._services[_service_of(name)]

    def _local(self, name: str, part: str) -> str:
        """A part of a command, here: our Python, our checkout, our folders and ports."""
        service = _service_of(name)
        ports = {"8000": name if service == "web" else "web", "8001": "ingest", "9100": name}
        if part == "python":
            return sys.executable
        if part in _VOLUMES:
            return str(self.folder / _VOLUMES[part])
        if part in ports:
            return str(self.ports[ports[part]])
        return part.replace("/app/health.py", str(ROOT / "deploy/image/health.py")).replace("/app/", f"{ROOT}/")

    def spawn(self, name: str) -> subprocess.Popen[bytes]:
        command = [self._local(name, part) for part in self._service(name)["command"]]
        return self._run(name, command, {**self.environment(name), "PYTHONPATH": str(ROOT)})

    def _run(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*self.inside(name), *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid()),
            )
        self.processes[name] = process
        return process

    def make_databases(self, changes: dict[str, str] | None = None) -> None:
        """By the script that the PostgreSQL image runs in an empty cluster; `changes` to its environment."""
        script = ROOT / "deploy" / "postgres" / "databases.sh"
        environment = {
            **self._services["postgres"]["environment"],
            "PGHOST": self.postgres.address,
            "PGPORT": str(self.postgres.port),
            "PGPASSWORD": self.postgres.password,
            "PATH": os.pathsep.join([*map(str, _POSTGRES_PROGRAMS), os.environ["PATH"]]),
            **(changes or {}),
        }
        done = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def start_redis(self, name: str) -> None:
        """By the script and the configuration of the container; only port and folders are other ones."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        users = folder / "users.acl"
        port, address = str(self.ports[name]), self.address(name)
        here = ["--port", port, "--bind", address, "--dir", str(folder), "--aclfile", str(users)]
        service = self._services[name]
        environment = {
            **service["environment"],
            "REDIS_RUN_DIR": str(folder),
            "REDIS_USERS": str(ROOT / "deploy" / "redis" / f"{name}.acl"),
            "REDIS_CONFIG": str(ROOT / "deploy" / "redis" / "redis.conf"),
            "PATH": f"{Path(redis_server()).parent}{os.pathsep}{os.environ['PATH']}",
        }
        script = ROOT / "deploy" / "redis" / "start.sh"
        self._run(name, [shutil.which("sh") or "sh", str(script), *service["command"], *here], environment)
        until(lambda: self.redis(name).ping(), 20, f"{name} answers")


def _service_of(name: str) -> str:
    return name.partition("@")[0]
