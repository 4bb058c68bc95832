"""`toasoan up --reload`: a process of the house that ends those whose code changed; the supervisor starts them again.

Looks at the files twice a second: some hundred of them, a few milliseconds, and no package for it.
"""

import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from toasoan import processes

ROOT = Path(__file__).resolve().parents[1]
# Folders beside `services`, and who runs what is in them.
_OF_FOLDER = {"shared": "shared", "themes": "web"}
_FOLDERS = ("services", *_OF_FOLDER)
_EVERY_SECONDS = 0.5
# What editors and Python itself put beside the code.
_IGNORED = ("__pycache__", ".")


def stamps(root: Path) -> dict[Path, int]:
    """Each file of the code and of themes, by its path below `root`, and when it was changed."""
    found = {}
    for name in _FOLDERS:
        for folder, folders, files in os.walk(root / name):
            folders[:] = [each for each in folders if not each.startswith(_IGNORED)]
            for file in files:
                path = Path(folder, file)
                try:
                    found[path.relative_to(root)] = path.stat().st_mtime_ns
                except FileNotFoundError:
                    pass  # an editor's file that is replaced just now
    return found


def concerned(changed: Iterable[Path], rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """The processes (rows of the state file) that run what was changed; `shared` is run by all but Redis, a theme by
    web."""
    services = {path.parts[1] if path.parts[0] == "services" else _OF_FOLDER[path.parts[0]] for path in changed}
    ours = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()}
    return [row for row in rows if row["service"] in (ours if services - ours else services)]


def watch(state_file: Path, root: Path = ROOT) -> None:
    """Look on and end processes, for ever."""
    seen = stamps(root)
    while True:
        time.sleep(_EVERY_SECONDS)
        now = stamps(root)
        changed = {path for path, _ in seen.items() ^ now.items()}
        if not changed:
            continue
        seen = now
        try:
            rows = concerned(changed, json.loads(state_file.read_text())["processes"])
        except FileNotFoundError:
            return  # the house is ending
        print(f"changed: {', '.join(sorted(map(str, changed)))}")
        for row in rows:
            pid = row["pid"]
            if isinstance(pid, int) and processes.start_ticks(pid) == row["start_ticks"]:
                os.kill(pid, signal.SIGTERM)


if __name__ == "__main__":
    from toasoan.place import from_settings

    watch(from_settings().state_file)
