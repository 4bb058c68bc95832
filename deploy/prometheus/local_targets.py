"""Writes where a running house's processes say their figures, for Prometheus's file_sd.

python deploy/prometheus/local_targets.py FILE [--follow]

Asks `toasoan status --json` of the house that the environment means. With --follow it does so every 15 s until it is
stopped, so that processes that were started again are found.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FOLLOW_SECONDS = 15.0


def targets(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """file_sd's groups, one a process; `job` is its role."""
    return [
        {
            "targets": [urlsplit(row["metrics_url"]).netloc],
            "labels": {"job": row["role"].partition("-")[0], "__metrics_path__": urlsplit(row["metrics_url"]).path},
        }
        for row in rows
        if row["metrics_url"]
    ]


def write(file: Path, rows: list[dict[str, Any]]) -> None:
    """Whole or not at all: Prometheus may read at any moment."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(targets(rows), indent=1))
    part.replace(file)


def ask() -> list[dict[str, Any]]:
    """The rows of `toasoan status`; none while no house runs."""
    command = [sys.executable, "-m", "toasoan", "status", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    rows: list[dict[str, Any]] = json.loads(answer.stdout or "[]")
    return rows


def main(arguments: list[str]) -> int:
    match arguments:
        case [file]:
            write(Path(file), ask())
        case [file, "--follow"]:
            while True:
                write(Path(file), ask())
                time.sleep(FOLLOW_SECONDS)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
