"""A house in containers, and its operator, who types what docs/deploy.md says."""

import json
import random
import re
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.browser.chromium import READER
from tests.compose import page, table
from tests.compose.engine import Engine
from tests.production.compose import IMPRINT, ROOT
from tests.servers import free_port
from tests.wait import until

SITE_HOST, DESK_HOST = "bao.example", "toasoan.example"
ADMIN, KEY_NAME = "truong.ban@bao.example", "thong-tan"
# What two shared cores may take for all images' layers, or for twenty containers.
_PATIENCE_S = 1500.0
_TOKEN = re.compile(r'name="view-token" content="([^"]+)"')


@dataclass
class ComposeHouse:
    """A clone of HEAD in `folder`, under a project name, ports and addresses of its own."""

    engine: Engine
    folder: Path
    overlays: list[Path]
    project: str = field(default_factory=lambda: f"toasoan-test-{secrets.token_hex(3)}")
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    """Of whatever ends TLS before nginx: production has addresses with https alone."""
    said: dict[str, str] = field(default_factory=dict)
    """What each command of the page wrote."""
    _versions: set[str] = field(default_factory=set)

    @property
    def root(self) -> Path:
        """Where docker-compose.yml and .env are."""
        return self.folder / "toasoan"

    @property
    def site_url(self) -> str:
        return f"https://{SITE_HOST}:{self.tls_port}"

    @property
    def desk_url(self) -> str:
        return f"https://{DESK_HOST}:{self.tls_port}"

    @property
    def origin(self) -> Path:
        """The repository that `git pull` takes from."""
        return self.folder / "origin.git"

    # ---------------------------------------------------------------- the operator's hands

    def start(self) -> None:
        """The page's section "Start", from nothing."""
        subprocess.run(["git", "clone", "-q", "--bare", ROOT, self.origin], check=True)
        subprocess.run(["git", "clone", "-q", self.origin, self.root], check=True)
        for step in page.steps("Start"):
            if " EMAIL" in step:
                step = page.filled(step, {"EMAIL": ADMIN})
            if " NAME" in step:
                step = page.filled(step, {"NAME": KEY_NAME})
            self.type(step)
            if ".env" in step and not self._versions:
                self._fill_in()

    def type(self, command: str) -> str:
        """Run it as a shell does, in the house's folder; returns what it wrote. Fails with what it said."""
        began = time.monotonic()
        ran = self._run("bash", "-euo", "pipefail", "-c", command, timeout=_PATIENCE_S)
        shown = command.partition("  #")[0].rstrip()
        table.append((shown, time.monotonic() - began))
        if ran.returncode != 0:
            end = ran.stderr[-4000:]
            blamed = end.strip().rpartition("\n")[2]
            raise AssertionError(f"{shown}: {ran.returncode}\n{ran.stdout[-2000:]}\n{end}\n{self._state(blamed)}")
        self.said[shown] = ran.stdout
        return ran.stdout

    def compose(self, *arguments: str, timeout: float = 120.0) -> str:
        """`docker compose …`, what a test asks beside the page."""
        ran = self._compose(*arguments, timeout=timeout)
        assert ran.returncode == 0, f"docker compose {arguments}: {ran.stderr[-2000:]}"
        return ran.stdout

    def set(self, **settings: str) -> None:
        """Lines of .env, changed or added."""
        text = self.dotenv.read_text()
        for name, value in settings.items():
            text = re.sub(rf"^#?{name}=.*\n", "", text, flags=re.MULTILINE) + f"{name}={value}\n"
        self.dotenv.write_text(text)
        self._versions.update(re.findall(r"^TOASOAN_VERSION=(.+)$", text, re.MULTILINE))

    @property
    def dotenv(self) -> Path:
        return self.root / ".env"

    def newer_version(self) -> str:
        """A commit on the branch that `git pull` takes, another image by one line; returns its name."""
        clone = self.folder / "newer"

        def git(*arguments: str) -> str:
            who = ("-c", "user.name=test", "-c", "user.email=test@bao.example")
            return subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True).stdout.strip()

        git("clone", "-q", str(self.origin), str(clone))
        with (clone / "shared" / "__init__.py").open("a") as module:
            module.write("# A newer version.\n")
        git("-C", str(clone), "commit", "-qam", "A newer version")
        git("-C", str(clone), "push", "-q")
        return git("-C", str(clone), "rev-parse", "HEAD")

    def compose_files(self, *files: str) -> str:
        """COMPOSE_FILE: those of the project, and what this machine cannot give."""
        return ":".join([*files, *map(str, self.overlays)])

    def end(self) -> None:
        """Nothing of it stays but what the builder remembers."""
        if self.dotenv.exists():
            self._versions.update(re.findall(r"^TOASOAN_VERSION=(.+)$", self.dotenv.read_text(), re.MULTILINE))
            self._compose("down", "--volumes", "--remove-orphans", timeout=300)
            # Those of overlays that are no longer in COMPOSE_FILE, too.
            label = f"--filter=label=com.docker.compose.project={self.project}"
            for volume in self.engine.docker("volume", "ls", "--quiet", label).stdout.split():
                self.engine.docker("volume", "rm", volume)
            for version in self._versions:
                self.engine.docker("image", "rm", f"toasoan:{version}")
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---------------------------------------------------------------- what can be seen of it

    def containers(self) -> list[dict[str, Any]]:
        """As `docker compose ps` tells of them, those that have ended too."""
        return [json.loads(line) for line in self.compose("ps", "--all", "--format", "json").splitlines() if line]

    def ask(self, host: str, method: str, path: str, address: str = "127.0.0.1", **more: Any) -> httpx2.Response:
        """Through nginx, by the port that it publishes."""
        headers = {"Host": f"{host}:{self.port}", "User-Agent": READER} | more.pop("headers", {})
        url = f"http://{address}:{self.port}{path}"
        return httpx2.request(method, url, headers=headers, trust_env=False, **{"timeout": 20, **more})

    def site(self, path: str, method: str = "GET", **more: Any) -> httpx2.Response:
        return self.ask(SITE_HOST, method, path, **more)

    def api(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """With the key that the page's command made."""
        headers = {"Authorization": f"Bearer {self.word_of('keys create')}"} | more.pop("headers", {})
        return self.ask(DESK_HOST, method, path, headers=headers, **more)

    def word_of(self, command: str) -> str:
        """The last word that the page's command wrote: a password, a key."""
        return next(said for step, said in self.said.items() if command in step).split()[-1]

    def publish(self, title: str, word: str, **more: Any) -> dict[str, Any]:
        """An article with a word of its own; returns when readers see it. `path` is added to what the API answered."""
        text = f"<p>Câu chuyện này có dấu riêng {word}.</p>"
        article = {"title": title, "section": "Thời sự", "status": "published", "body": text, **more}
        answer = self.api("POST", "/api/articles", json=article)
        assert answer.status_code == 201, answer.text
        saved: dict[str, Any] = answer.json()
        saved["path"] = re.sub(r"^https?://[^/]+", "", saved["url"])
        until(lambda: word in self.site(saved["path"]).text, 60, "readers see the article")
        return saved

    def read_and_count(self, path: str) -> int:
        """Open the article as a browser does, and send its beacon; returns the beacon's status."""
        found = _TOKEN.search(self.site(path).text)
        assert found, "the page has no view token"
        own = {"Origin": self.site_url, "Sec-Fetch-Site": "same-origin"}
        return self.site("/api/views", "POST", json={"token": found[1]}, headers=own).status_code

    def views(self, article: int) -> int:
        return int(self.site(f"/api/articles/{article}").json()["views"])

    def kept_views(self, article: int) -> int:
        """What the counter's SQL has, and so a backup."""
        asked = f"SELECT views FROM totals WHERE article_id = {article}"
        return int(self.compose("exec", "postgres", "psql", "-U", "toasoan", "-d", "counter", "-Atc", asked) or 0)

    def prometheus(self, path: str) -> Any:
        """`data` of an answer of its API; it is reached from within alone."""
        url = f"http://127.0.0.1:9090/api/v1/{path}"
        return json.loads(self.compose("exec", "prometheus", "wget", "-q", "-O", "-", url))["data"]

    # ---------------------------------------------------------------- within

    def _compose(self, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
        return self._run("docker", "compose", *arguments, timeout=timeout)

    def _run(self, *command: str, timeout: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.engine.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def _state(self, said: str = "") -> str:
        """What a person would look at next: who is not well, or was named in what a command said."""
        rows = [
            row
            for row in self.containers()
            if row["Health"] not in ("", "healthy") or row["ExitCode"] or row["Name"] in said
        ]
        told = []
        for row in rows[:5]:
            how = self.engine.docker("inspect", "--format", "{{.RestartCount}} restarts, {{json .State}}", row["Name"])
            logs = self._compose("logs", "--tail=15", row["Service"], timeout=60)
            told.append(f"{row['Service']}: {row['Status']}\n{how.stdout}{logs.stdout}")
        return "\n".join(told)

    def _fill_in(self) -> None:
        """What example.env asks for; a password where it says so; and who publishes the paper."""
        (self.root / "paper.toml").write_text(IMPRINT)
        net, alike = self._free_net(), f"{self.project}.invalid"
        words = {
            "TOASOAN_SITE_NAME": "Báo Thử",
            "TOASOAN_DATELINE": "Điện Biên",
            "TOASOAN_SITE_URL": self.site_url,
            "TOASOAN_INGEST_URL": self.desk_url,
            "SITE_HOST": SITE_HOST,
            "DESK_HOST": DESK_HOST,
            "ALERT_WEBHOOK_URL": f"http://{alike}/",
        }
        secret = re.compile(r"^([A-Z_]*(?:PASSWORD|SECRET_KEY))=$", re.MULTILINE)
        self.dotenv.write_text(secret.sub(lambda line: f"{line[1]}={secrets.token_hex(24)}", self.dotenv.read_text()))
        self.set(
            **words,
            TOASOAN_VERSION=self.project,
            HTTP_PORT=str(self.port),
            GRAFANA_PORT=str(free_port()),
            APP_SUBNET=f"{net}.0/24",
            APP_RANGE=f"{net}.128/25",
            NGINX_ADDRESS=f"{net}.2",
            EDGE_SUBNET6=f"fd00:{secrets.token_hex(2)}:{secrets.token_hex(2)}:1::/64",
            COMPOSE_PROJECT_NAME=self.project,
            COMPOSE_FILE=self.compose_files("docker-compose.yml"),
        )
        empty = re.findall(r"^([A-Z_]+)=$", self.dotenv.read_text(), re.MULTILINE)
        assert not empty, f"deploy/example.env asks for {empty}: say here what to fill in"

    def _free_net(self) -> str:
        taken = self.engine.subnets()
        nets = [f"10.230.{number}" for number in range(32, 256)]
        return random.choice([net for net in nets if f"{net}.0/24" not in taken])
