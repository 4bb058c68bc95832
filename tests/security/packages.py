"""Known holes in the locked packages: `python -m tests.security.packages`.

Exit code 1 for a hole. Where the database of holes cannot be asked it says so, and ends with 0: a check that could
not be made is no hole, and no proof that there is none.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("base.txt", "dev.txt")
_SECONDS = 300


def main() -> int:
    found = False
    for lock in LOCKS:
        report, error = _ask(lock)
        if report is None:
            print(f"NOT CHECKED: requirements/{lock}: no answer from the database of known holes: {error}")
            continue
        holes = [(row["name"], row["version"], hole) for row in report for hole in row.get("vulns", ())]
        unknown = [row["name"] for row in report if "skip_reason" in row]
        for name, version, hole in holes:
            mended = ", ".join(hole["fix_versions"]) or "none yet"
            print(f"{name} {version}: {hole['id']} (mended in: {mended})")
        found = found or bool(holes)
        asked = len(report) - len(unknown)
        print(f"requirements/{lock}: {asked} packages asked about, {len(holes)} known holes")
        if unknown:
            print(f"NOT CHECKED: {len(unknown)} packages that the database does not know: {', '.join(unknown)}")
    return int(found)


def _ask(lock: str) -> tuple[list[dict[str, object]] | None, str]:
    """(rows of pip-audit's report, ""), or (None, why there is none)."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", f"requirements/{lock}", "--require-hashes"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False)
        return json.loads(done.stdout)["dependencies"], ""
    except subprocess.TimeoutExpired:
        return None, f"nothing within {_SECONDS} s"
    except ValueError:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        return None, lines[-1][:300]


if __name__ == "__main__":
    sys.exit(main())
