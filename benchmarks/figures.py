"""What is measured, and how it is printed and kept: every figure with its baseline of the same run."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import orjson

from shared.vietnamese.dates import VIETNAM

RESULTS = Path(__file__).parent / "results"


@dataclass
class Figure:
    """One figure: `values` of its repetitions beside those of its baseline, measured in turns.

    `wanted` is a bound on the ratio to the baseline, or on the value itself (`of`); None: nothing was promised.
    """

    group: str
    name: str
    unit: str
    values: Sequence[float]
    baseline: str
    baseline_values: Sequence[float]
    better: Literal["higher", "lower"] = "higher"
    wanted: float | None = None
    of: Literal["ratio", "value"] = "ratio"
    note: str = ""

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def ratio(self) -> float:
        base = statistics.median(self.baseline_values)
        return self.value / base if base else float("nan")

    @property
    def met(self) -> bool | None:
        if self.wanted is None:
            return None
        reached = self.ratio if self.of == "ratio" else self.value
        return reached >= self.wanted if self.better == "higher" else reached <= self.wanted

    def as_dict(self) -> dict[str, Any]:
        own = asdict(self)
        for name in ("values", "baseline_values"):
            own[name] = [_rounded(value) for value in own[name]]
        return {**own, "median": _rounded(self.value), "ratio": _rounded(self.ratio), "met": self.met}


@dataclass
class Series:
    """A curve: one value of each line at each x (articles held)."""

    group: str
    name: str
    unit: str
    x: list[float]
    lines: dict[str, list[float]]
    wanted: float | None = None

    def as_dict(self) -> dict[str, Any]:
        own = asdict(self)
        return {**own, "lines": {name: [_rounded(value) for value in row] for name, row in self.lines.items()}}


T = TypeVar("T", Figure, Series)


@dataclass
class Report:
    """Everything of a run."""

    figures: list[Figure] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """What could not be measured here, and why."""
    took_seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def kept(cls) -> "Report":
        """What the newest kept run measured."""
        newest = max(RESULTS.glob("[0-9]*.json"), default=None)
        told: dict[str, Any] = orjson.loads(newest.read_bytes()) if newest else {}

        def of(kind: type[T], rows: list[dict[str, Any]]) -> list[T]:
            names = [one.name for one in fields(kind)]
            return [kind(**{name: row[name] for name in names}) for row in rows]

        return cls(
            of(Figure, told.get("figures", [])),
            of(Series, told.get("series", [])),
            told.get("left_out", []),
            told.get("took_seconds", {}),
        )

    def forget(self, group: str) -> None:
        """Drop what is known of a scenario: it is measured anew."""
        self.figures = [one for one in self.figures if one.group != group]
        self.series = [one for one in self.series if one.group != group]
        self.left_out = [why for why in self.left_out if not why.startswith(f"{group}:")]

    def table(self, group: str = "") -> str:
        """The figures as Markdown tables: all, or those of one group."""
        rows = [
            "| what | measured (spread) | baseline | ratio | wanted | met |",
            "|---|---|---|---|---|---|",
        ]
        for one in self.figures:
            if group not in ("", one.group):
                continue
            spread = f" ({_short(min(one.values))}–{_short(max(one.values))})" if len(one.values) > 1 else ""
            sign = "≥" if one.better == "higher" else "≤"
            unit = "×" if one.of == "ratio" else f" {one.unit}"
            wanted = "" if one.wanted is None else f"{sign} {_short(one.wanted)}{unit}"
            met = {None: "", True: "yes", False: "NO"}[one.met]
            base = f"{one.baseline}: {_short(statistics.median(one.baseline_values))}"
            name = one.name if group else f"{one.group}: {one.name}"
            rows.append(
                f"| {name} | {_short(one.value)} {one.unit}{spread} | {base} | {_short(one.ratio)} | {wanted} | {met} |"
            )
        for curve in self.series:
            if group not in ("", curve.group):
                continue
            heads = " | ".join(f"{int(at):,}" for at in curve.x)
            rows += ["", f"| {curve.name} ({curve.unit}) | {heads} |", "|---" * (len(curve.x) + 1) + "|"]
            for name, line in curve.lines.items():
                rows.append(f"| {name} | " + " | ".join(_short(value) for value in line) + " |")
        rows += [f"\nNot measured: {why}" for why in self.left_out if not group or why.startswith(f"{group}:")]
        return "\n".join(rows)

    def save(self) -> Path:
        """Write results/<date>.json; returns its path."""
        now = datetime.now(VIETNAM)
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{now:%Y-%m-%d}.json"
        told = {
            "at": now.isoformat(timespec="seconds"),
            "machine": machine(),
            "figures": [one.as_dict() for one in self.figures],
            "series": [one.as_dict() for one in self.series],
            "left_out": self.left_out,
            "took_seconds": {name: round(value, 1) for name, value in self.took_seconds.items()},
        }
        path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
        return path


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 1024**2, 1),
        "kernel": platform.release().split("-")[0],
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _short(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
