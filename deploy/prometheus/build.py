"""Writes rules/slo.yml: for each objective its bad share over five windows, and alerts on how fast the budget burns.

python deploy/prometheus/build.py [--check]

The method is the SRE workbook's: a page when 14.4 times the allowed rate has burnt for an hour (2 % of 30 days'
budget) or 6 times for six hours (5 %), a ticket when the rate has been over the allowed one for three days (10 %);
each only while the shorter window says that it still burns.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).with_name("rules") / "slo.yml"
WINDOWS = ("5m", "30m", "1h", "6h", "3d")
# How fast, over which long and short window, for how long, and who is told.
BURNS = (("14.4", "1h", "5m", "2m", "page"), ("6", "6h", "30m", "15m", "page"), ("1", "3d", "6h", "1h", "ticket"))


# Without the house's own questions: they would be most of a small paper's requests.
_READERS = 'service="web",route!~"/(healthz|readyz|metrics)"'
_LEAST_READERS = f"sum(increase(http_requests_total{{{_READERS}}}[LONG])) >= 50"


@dataclass(frozen=True)
class Objective:
    """`bad` and `all` are rates over WINDOW; `budget` is the share that may be bad."""

    name: str
    alert: str
    bad: str
    all: str
    budget: str
    summary: str
    least: str = ""
    """At least so many events in the long window: one slow story at night is no trend."""


OBJECTIVES = (
    Objective(
        "reader_availability",
        "ReaderAvailabilityBurn",
        f'sum(rate(http_requests_total{{{_READERS},status=~"5.."}}[WINDOW])) or vector(0)',
        f"sum(rate(http_requests_total{{{_READERS}}}[WINDOW]))",
        "0.001",
        "Readers get errors: more than 0.1 % of requests",
        least=_LEAST_READERS,
    ),
    Objective(
        "page_latency",
        "PageLatencyBurn",
        f"sum(rate(http_request_seconds_count{{{_READERS}}}[WINDOW]))"
        f' - sum(rate(http_request_seconds_bucket{{{_READERS},le="0.2"}}[WINDOW]))',
        f"sum(rate(http_request_seconds_count{{{_READERS}}}[WINDOW]))",
        "0.05",
        "Pages are slow: more than 5 % of requests take over 200 ms",
        least=_LEAST_READERS.replace("http_requests_total", "http_request_seconds_count"),
    ),
    Objective(
        "publish_visible",
        "PublishVisibleBurn",
        "sum(rate(publish_to_visible_seconds_count[WINDOW]))"
        ' - sum(rate(publish_to_visible_seconds_bucket{le="10.0"}[WINDOW]))',
        "sum(rate(publish_to_visible_seconds_count[WINDOW]))",
        "0.01",
        "Stories appear late: more than 1 % take over 10 s from the desk to the page",
        least="sum(increase(publish_to_visible_seconds_count[LONG])) >= 5",
    ),
    Objective(
        "search_success",
        "SearchSuccessBurn",
        'sum(rate(search_requests_total{outcome=~"refused|unanswered"}[WINDOW])) or vector(0)',
        "sum(rate(search_requests_total[WINDOW]))",
        "0.005",
        "Searches go unanswered: more than 0.5 %",
        least="sum(increase(search_requests_total[LONG])) >= 20",
    ),
)


def rendered() -> str:
    """The whole file."""
    lines = [
        "# Made by deploy/prometheus/build.py from its table of objectives: change it there.",
        "",
        "groups:",
    ]
    for objective in OBJECTIVES:
        lines += [f"  - name: slo-{objective.name.replace('_', '-')}", "    rules:"]
        for window in WINDOWS:
            bad, every = (text.replace("WINDOW", window) for text in (objective.bad, objective.all))
            lines += [
                f"      - record: slo:{objective.name}:bad_ratio_{window}",
                f"        expr: ({bad}) / ({every} > 0)",
            ]
        for speed, long, short, wait, severity in BURNS:
            name = f"slo:{objective.name}:bad_ratio"
            expression = (
                f"{name}_{long} > {speed} * {objective.budget} and {name}_{short} > {speed} * {objective.budget}"
            )
            if objective.least:
                expression += f" and ({objective.least.replace('LONG', long)})"
            lines += [
                f"      - alert: {objective.alert}",
                f"        expr: {expression}",
                f"        for: {wait}",
                f'        labels: {{severity: {severity}, burn: "{speed}x"}}',
                "        annotations:",
                f'          summary: "{objective.summary} (the budget of 30 days burns {speed} times too fast)"',
                '          description: "Bad share in the long window: {{ $value | humanizePercentage }}"',
                f"          runbook: docs/runbook.md#{objective.alert.lower()}",
            ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        return 0 if RULES.read_text() == rendered() else 1
    RULES.write_text(rendered())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
