"""Writes the dashboards' JSON from their description in boards/.

python -m deploy.grafana.build
"""

import json
import sys
from pathlib import Path
from typing import Any

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Board, Panel, Row

FOLDER = Path(__file__).with_name("dashboards")
SOURCE = {"type": "prometheus", "uid": "prometheus"}
_COLUMNS = 24
_HEIGHTS = {"stat": 4, "gauge": 4, "timeseries": 8, "bargauge": 8, "table": 8}


def dashboard(board: Board) -> dict[str, Any]:
    """A board as Grafana reads it."""
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "tags": ["toasoan"],
        "timezone": "Asia/Ho_Chi_Minh",
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "schemaVersion": 39,
        "links": [
            {
                "type": "dashboards",
                "tags": ["toasoan"],
                "asDropdown": True,
                "title": "Bảng khác",
                "keepTime": True,
                "includeVars": False,
                "targetBlank": False,
                "url": "",
                "icon": "external link",
                "tooltip": "",
            }
        ],
        "panels": _laid_out(board.rows),
    }


def _laid_out(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """Panels from left to right, a row's panels under its title."""
    laid: list[dict[str, Any]] = []
    y = 0
    for row in rows:
        laid.append(
            {
                "id": len(laid) + 1,
                "type": "row",
                "title": row.title,
                "collapsed": False,
                "panels": [],
                "gridPos": {"x": 0, "y": y, "w": _COLUMNS, "h": 1},
            }
        )
        y += 1
        x = height = 0
        for panel in row.panels:
            if x + panel.width > _COLUMNS:
                x, y, height = 0, y + height, 0
            height = max(height, _HEIGHTS[panel.kind])
            position = {"x": x, "y": y, "w": panel.width, "h": _HEIGHTS[panel.kind]}
            laid.append({"id": len(laid) + 1, "gridPos": position, **_panel(panel)})
            x += panel.width
        y += height
    return laid


def _panel(panel: Panel) -> dict[str, Any]:
    instant = panel.kind != "timeseries"
    targets = [
        {
            "refId": chr(ord("A") + at),
            "datasource": SOURCE,
            "expr": query,
            "legendFormat": legend,
            "instant": instant,
            "range": not instant,
        }
        for at, (legend, query) in enumerate(panel.queries)
    ]
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.help,
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel.kind),
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    """Unit, bounds, and colours: green below `warn`, red from `bad` on (the other way round where more is better)."""
    rising = panel.warn is None or panel.bad is None or panel.bad >= panel.warn
    first, last = ("green", "red") if rising else ("red", "green")
    steps: list[dict[str, Any]] = [{"color": first, "value": None}]
    low, high = sorted((panel.warn, panel.bad)) if panel.warn is not None and panel.bad is not None else (None, None)
    if low is not None and low != high:
        steps.append({"color": "orange", "value": low})
    if high is not None:
        steps.append({"color": last, "value": high})
    defaults: dict[str, Any] = {
        "unit": panel.unit,
        "min": 0,
        "noValue": "–",
        "thresholds": {"mode": "absolute", "steps": steps},
        "color": {"mode": "palette-classic" if panel.kind == "timeseries" else "thresholds"},
    }
    if panel.kind == "timeseries":
        shown = "dashed" if high is not None else "off"
        defaults["custom"] = {
            "lineWidth": 1,
            "fillOpacity": 20 if panel.stacked else 8,
            "showPoints": "never",
            "spanNulls": 60_000,
            "stacking": {"mode": "normal" if panel.stacked else "none"},
            "thresholdsStyle": {"mode": shown},
        }
    return defaults


def _options(kind: str) -> dict[str, Any]:
    if kind == "timeseries":
        legend = {"displayMode": "list", "placement": "bottom", "showLegend": True}
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if kind == "table":
        return {"showHeader": True}
    options: dict[str, Any] = {"reduceOptions": reduced, "orientation": "auto"}
    if kind == "bargauge":
        return options | {"orientation": "horizontal", "displayMode": "gradient", "valueMode": "color"}
    return options | {"colorMode": "value", "graphMode": "none", "textMode": "auto"}


def rendered(board: Board) -> str:
    """The file of a board, as it is committed."""
    return json.dumps(dashboard(board), ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(rendered(board))
    return 0


if __name__ == "__main__":
    sys.exit(main())
