"""What was measured of each system, as a table, as JSON, and in the documents."""

import re
import statistics
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from benchmarks.figures import RESULTS, machine
from shared.vietnamese.dates import VIETNAM

_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Row:
    """One thing, measured of each system that does it; every repetition is kept."""

    key: str
    name: str
    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)
    """System → repetitions, in the same rounds."""
    of: dict[str, list[float]] = field(default_factory=dict)
    """For counts: how many there were to count."""

    def cell(self, system: str, spread: bool = True, of: str = "of") -> str:
        """Median, with lowest and highest where they differ; "–" for what a system does not do."""
        values = self.values.get(system)
        if not values:
            return "–"
        text = short(statistics.median(values))
        if spread and short(min(values)) != short(max(values)):
            text += f" ({short(min(values))}–{short(max(values))})"
        if system in self.of:
            text += f" {of} {short(statistics.median(self.of[system]))}"
        return text


@dataclass
class PeerReport:
    """Everything of a run; the first system is the house."""

    systems: dict[str, dict[str, str]] = field(default_factory=dict)
    """Name → version, setup; counter: the name of what counts there, where it is another."""
    rows: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def row(self, key: str, name: str, unit: str = "") -> Row:
        """The row of this key, made when it is new."""
        found = next((one for one in self.rows if one.key == key), None)
        if found is None:
            found = Row(key, name, unit)
            self.rows.append(found)
        return found

    def table(self) -> str:
        """Markdown: a line a thing, a column a system."""
        lines = [_line("", *self.systems), "|---" * (len(self.systems) + 1) + "|"]
        lines.append(_line("version", *(told["version"] for told in self.systems.values())))
        for one in self.rows:
            unit = f" ({one.unit})" if one.unit else ""
            lines.append(_line(one.name + unit, *(one.cell(name) for name in self.systems)))
        return "\n".join([*lines, *(f"\nNot measured: {why}" for why in self.left_out)])

    def counters(self, words: dict[str, str], of: str = "of") -> str:
        """Markdown: what each counter says of the same traffic; `words` are row key → name, in the order wanted."""
        counting = [name for name in self.systems if any(name in one.values for one in self.rows if one.key in words)]
        lines = [_line("", *(self.systems[name].get("counter") or name for name in counting))]
        lines.append("|---" * (len(counting) + 1) + "|")
        for key, name in words.items():
            row = next((one for one in self.rows if one.key == key), None)
            if row is not None:
                lines.append(_line(name, *(row.cell(system, False, of) for system in counting)))
        return "\n".join(lines)

    def save(self) -> Path:
        """Write results/peers-<date>.json; returns its path."""
        now = datetime.now(VIETNAM)
        path = RESULTS / f"peers-{now:%Y-%m-%d}.json"
        told: dict[str, Any] = {
            "at": now.isoformat(timespec="seconds"),
            "machine": machine(),
            "systems": self.systems,
            "rows": [
                {
                    "key": one.key,
                    "name": one.name,
                    "unit": one.unit,
                    "values": {name: [float(f"{value:.4g}") for value in row] for name, row in one.values.items()},
                    "of": one.of,
                    "medians": {name: float(f"{statistics.median(row):.4g}") for name, row in one.values.items()},
                }
                for one in self.rows
            ],
            "left_out": self.left_out,
        }
        path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
        return path


def put(page: str, table: str) -> None:
    """Put a table between the marks of a document; its words are people's."""
    path = _ROOT / page
    text = f"<!-- peers -->\n{table}\n<!-- /peers -->"
    path.write_text(re.sub(r"<!-- peers -->.*?<!-- /peers -->", lambda _: text, path.read_text(), flags=re.DOTALL))


def short(value: float) -> str:
    """Three figures; whole where they are many."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
