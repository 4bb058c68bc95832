"""The watch of deploy/, in haste: the same alerts on the same expressions, in minutes instead of hours.

- what waits waits a thirtieth of its time, and ten seconds at least (two evaluations): `for`, Alertmanager's waits;
- a window is a tenth of what it is, one minute at least (twelve scrapes) and two at most; a subquery's step is a tenth;
- Prometheus asks, evaluates and looks up names every 5 s instead of every 15 (names: 30);
- read models are compared every 20 s instead of 600, and ReconcileLate's age is a thirtieth, too.

Everything else is what stands in deploy/: thresholds, other ages, labels, texts.
"""

import re
from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.production.compose import ROOT, load_yaml

SCRAPE_S = 5
RECONCILE_S = 20
_TIMES_FASTER = 30
_LEAST_FOR_S = 2 * SCRAPE_S
_WINDOW_PART, _LEAST_WINDOW_S, _MOST_WINDOW_S = 10, 60, 120
_RECONCILE_AGE = "> 2400"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WINDOW = re.compile(r"\[(\d+[smhd])(?::(\d+[smhd]))?\]")
_FOLDER = ROOT / "deploy"


def rules(text_of: dict[str, Any]) -> dict[str, Any]:
    """A file of rules as loaded; a new one."""
    groups = [{**group, "rules": [_rule(rule) for rule in group["rules"]]} for group in text_of["groups"]]
    return {"groups": groups}


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    hasty = {**rule, "expr": _WINDOW.sub(_window, rule["expr"])}
    if "for" in rule:
        hasty["for"] = f"{max(_LEAST_FOR_S, seconds(rule['for']) // _TIMES_FASTER)}s"
    if rule.get("alert") == "ReconcileLate":
        assert _RECONCILE_AGE in rule["expr"]
        hasty["expr"] = rule["expr"].replace(_RECONCILE_AGE, f"> {2400 // _TIMES_FASTER}")
    return hasty


def _window(found: re.Match[str]) -> str:
    length = min(_MOST_WINDOW_S, max(_LEAST_WINDOW_S, seconds(found[1]) // _WINDOW_PART))
    step = f":{max(1, seconds(found[2]) // _WINDOW_PART)}s" if found[2] else ""
    return f"[{length}s{step}]"


def seconds(text: str) -> int:
    return int(text[:-1]) * _UNITS[text[-1]]


def write(folder: Path, absent: Collection[str] = ()) -> None:
    """`prometheus.yml`, `rules/` and `alertmanager.yml` into `folder`, for anybody to read.

    `absent`: jobs of what this machine cannot run.
    """
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    for file in (_FOLDER / "prometheus" / "rules").glob("*.yml"):
        _dump(rules(load_yaml(file)), folder / "rules" / file.name)
    asked = load_yaml(_FOLDER / "prometheus" / "prometheus.yml")
    every = f"{SCRAPE_S}s"
    asked["global"] = {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every}
    asked["scrape_configs"] = [job for job in asked["scrape_configs"] if job["job_name"] not in absent]
    for job in asked["scrape_configs"]:
        for names in job.get("dns_sd_configs", []):
            names["refresh_interval"] = every
    _dump(asked, folder / "prometheus.yml")
    told = load_yaml(_FOLDER / "alertmanager" / "alertmanager.yml")
    for route in (told["route"], *told["route"]["routes"]):
        for name in {"group_wait", "group_interval", "repeat_interval"} & route.keys():
            route[name] = f"{max(1, seconds(route[name]) // _TIMES_FASTER)}s"
    _dump(told, folder / "alertmanager.yml")


def _dump(value: Any, path: Path) -> None:
    text = StringIO()
    YAML(typ="safe", pure=True).dump(value, text)
    path.write_text(text.getvalue())
