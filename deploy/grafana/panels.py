"""Words that the dashboards are described in: boards, rows, panels, and the usual queries.

`$__rate_interval` is Grafana's.
"""

from dataclasses import dataclass

Queries = tuple[tuple[str, str], ...]
"""(legend, PromQL) pairs."""


# What people ask for: the house's own questions (health, figures) come more often than readers do at night.
READERS = 'service="web",route!~"/(healthz|readyz|metrics)"'
EDITORS = 'service="ingest",route!~"/(healthz|readyz|metrics)"'


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    queries: Queries
    width: int = 8
    kind: str = "timeseries"
    """timeseries, stat, bargauge or table."""
    warn: float | None = None
    bad: float | None = None
    """From here on orange, and red; where more is better `bad` is the lower one."""
    stacked: bool = False
    help: str = ""


@dataclass(frozen=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Board:
    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]


def stat(
    title: str, unit: str, query: str, warn: float | None = None, bad: float | None = None, help: str = ""
) -> Panel:
    """One number, six to a line."""
    return Panel(title, unit, (("", query),), 4, "stat", warn, bad, help=help)


def quantiles(metric: str, where: str = "", by: str = "") -> Queries:
    """Half, 95 % and 99 % of a histogram; of each `by` the 95 % alone."""
    selected = f"{metric}_bucket{{{where}}}" if where else f"{metric}_bucket"
    if by:
        inner = f"sum by ({by}, le) (rate({selected}[$__rate_interval]))"
        return ((f"{{{{{by}}}}}", f"histogram_quantile(0.95, {inner})"),)
    inner = f"sum by (le) (rate({selected}[$__rate_interval]))"
    return tuple((f"{name}", f"histogram_quantile({share}, {inner})") for name, share in _QUANTILES)


_QUANTILES = (("50 %", "0.5"), ("95 %", "0.95"), ("99 %", "0.99"))


def rates(metric: str, by: str, where: str = "") -> Queries:
    """Events a second, one line for each value of the label `by`."""
    selected = f"{metric}{{{where}}}" if where else metric
    return ((f"{{{{{by}}}}}", f"sum by ({by}) (rate({selected}[$__rate_interval]))"),)


def rate(metric: str, where: str = "") -> str:
    """Events a second, all together."""
    selected = f"{metric}{{{where}}}" if where else metric
    return f"sum(rate({selected}[$__rate_interval]))"


def budget(objective: str, allowed: str) -> str:
    """How much of the allowed share has been used over the last six hours; 1 is all of it."""
    return f"slo:{objective}:bad_ratio_6h / {allowed}"


def processes(jobs: str) -> Row:
    """What every service's board ends with."""
    return Row(
        "Tiến trình",
        (
            Panel(
                "Bộ nhớ",
                "bytes",
                (("{{job}}", f'max by (job) (process_resident_memory_bytes{{job=~"{jobs}"}})'),),
                warn=250e6,
                bad=350e6,
            ),
            Panel(
                "CPU",
                "percentunit",
                (("{{job}}", f'sum by (job) (rate(process_cpu_seconds_total{{job=~"{jobs}"}}[$__rate_interval]))'),),
            ),
            Panel(
                "Chạy từ",
                "dateTimeFromNow",
                (("{{job}}", f'max by (job) (process_start_time_seconds{{job=~"{jobs}"}}) * 1000'),),
                kind="bargauge",
            ),
        ),
    )
