"""A real Prometheus on a free port, and PromQL's metric names."""

import json
import math
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.prometheus import local_targets
from tests.production.compose import ROOT
from tests.servers import free_port
from tests.wait import until
from toasoan.processes import die_with_parent

# A PromQL word that is neither followed by "(" (a function) nor inside braces or quotes (a label).
_NAME = re.compile(r"(?<![\w:$])[a-z_][\w:]*(?![\w:]*\s*\()")
_WORDS = {"by", "on", "and", "or", "unless", "without", "ignoring", "group_left", "group_right", "bool", "offset", "le"}


def metric_names(expression: str) -> set[str]:
    """The metrics that a PromQL expression reads."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"', "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)", " ", bare)
    return {name for name in _NAME.findall(bare) if name not in _WORDS and not re.fullmatch(r"[\d.e]+", name)}


class Prometheus:
    """Scrapes every second what `scrape` names, with the rules of deploy/prometheus evaluated as often."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("prometheus")
        if program is None:
            pytest.skip("Prometheus is not installed (Debian: prometheus)")
        folder.mkdir(parents=True)
        shutil.copytree(ROOT / "deploy" / "prometheus" / "rules", folder / "rules")
        text = (ROOT / "deploy" / "prometheus" / "local.yml").read_text()
        (folder / "local.yml").write_text(re.sub(r"(interval:) (15|30)s", r"\1 1s", text))
        self._folder = folder
        self._port = free_port()
        self._command = [program, f"--config.file={folder}/local.yml", f"--storage.tsdb.path={folder}/data"]
        self._command += [f"--web.listen-address=127.0.0.1:{self._port}", "--storage.tsdb.min-block-duration=2h"]
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{self._port}", trust_env=False, timeout=20)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, rows: list[dict[str, Any]]) -> "Prometheus":
        """`rows` are those of `toasoan status --json`."""
        local_targets.write(self._folder / "targets.json", rows)
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=log, stderr=log, preexec_fn=die_with_parent(os.getpid())
            )
        until(lambda: self._client.get("/-/ready").status_code == 200, 30, "Prometheus is ready")
        return self

    def query(self, expression: str) -> list[float]:
        """The values of an instant query, without those that are no number. Raises AssertionError for a bad query."""
        answer = json.loads(self._client.post("/api/v1/query", data={"query": expression}).text)
        assert answer["status"] == "success", (expression, answer)
        values = [float(sample["value"][1]) for sample in answer["data"]["result"]]
        return [value for value in values if not math.isnan(value)]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule and how its last evaluation went."""
        groups = self._client.get("/api/v1/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def known_metrics(self) -> set[str]:
        """Every name that has samples, or that a process says it will have once something happens."""
        names = set(self._client.get("/api/v1/label/__name__/values").json()["data"])
        declared = set(self._client.get("/api/v1/metadata").json()["data"])
        return names | declared | {f"{name}_total" for name in declared}

    def close(self) -> None:
        self._client.close()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)
