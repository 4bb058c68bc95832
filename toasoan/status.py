"""The truth about a house: what its supervisor wrote down, checked against /proc and asked of each process."""

import asyncio
import json
from pathlib import Path
from typing import Any

from toasoan import probes, processes
from toasoan.place import Place
from toasoan.roles import Phase, ProcessRole, house_roles


def report(place: Place) -> list[dict[str, Any]]:
    """Every process of the house, the supervisor first; an empty list when no house runs on this data dir.

    Each: service, role, pid (None while it is down), rss_bytes, metrics_url, restarts, ready; Redis also has url.
    """
    try:
        state = json.loads(place.state_file.read_text())
        supervisor = {"pid": int(state["pid"]), "start_ticks": int(state["start_ticks"])}
        noted = list(state["processes"])
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if not processes.is_running(supervisor["pid"], supervisor["start_ticks"]):
        return []
    roles = {role.name: role for role in house_roles(place)}
    ready = asyncio.run(_ask_all(place, roles, noted))
    house = {
        "service": "toasoan",
        "role": "supervisor",
        "pid": supervisor["pid"],
        "rss_bytes": processes.rss_bytes(supervisor["pid"]),
        "metrics_url": None,
        "restarts": 0,
        "ready": state["state"] == "running" and all(ready),
    }
    return [house, *(_row(place, roles.get(entry["role"]), entry, ok) for entry, ok in zip(noted, ready, strict=True))]


async def _ask_all(place: Place, roles: dict[str, ProcessRole], noted: list[dict[str, Any]]) -> list[bool]:
    return list(await asyncio.gather(*(_ask(place, roles.get(entry["role"]), entry) for entry in noted)))


async def _ask(place: Place, role: ProcessRole | None, entry: dict[str, Any]) -> bool:
    return role is not None and _runs(entry) and await probes.ready(role, entry["pid"], place)


def _runs(entry: dict[str, Any]) -> bool:
    return entry["pid"] is not None and processes.is_running(entry["pid"], entry["start_ticks"])


def _row(place: Place, role: ProcessRole | None, entry: dict[str, Any], ready: bool) -> dict[str, Any]:
    runs = _runs(entry)
    note = probes.note(entry["role"], place)
    row = {
        "service": entry["service"],
        "role": entry["role"],
        "pid": entry["pid"] if runs else None,
        "rss_bytes": processes.rss_bytes(entry["pid"]) if runs else 0,
        "metrics_url": note.get("metrics_url") if runs and note.get("pid") == entry["pid"] else None,
        "restarts": entry["restarts"],
        "ready": ready and runs,
    }
    if role is not None and role.phase is Phase.redis:
        row["url"] = f"unix://{role.socket}"
    return row


def open_to_others(place: Place) -> list[Path]:
    """What in the data dir, and it itself, other users of this machine may read."""
    found = [place.data_dir, *sorted(place.data_dir.rglob("*"))]
    return [path for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]


def table(rows: list[dict[str, Any]]) -> str:
    """The report for people, with the sum of memory."""
    lines = [f"{'ROLE':<15} {'PID':>8} {'MEMORY':>8} {'RESTARTS':>8}  {'READY':<5}  METRICS"]
    for row in rows:
        memory = f"{row['rss_bytes'] / 1e6:.0f} MB"
        where = row["metrics_url"] or row.get("url") or ""
        lines.append(
            f"{row['role']:<15} {row['pid'] or '-':>8} {memory:>8} {row['restarts']:>8}  "
            f"{'yes' if row['ready'] else 'NO':<5}  {where}"
        )
    total = sum(row["rss_bytes"] for row in rows) / 1e6
    lines.append(f"{len(rows)} processes, {total:.0f} MB")
    return "\n".join(lines)
