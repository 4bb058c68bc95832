"""Checkers that npm has: installed once for each lock file, apart from the repository's own folders."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "browser-checks"


def modules(lock_folder: Path, timeout_s: float = 110) -> Path:
    """node_modules with what the folder's package-lock.json names. Raises LookupError where it can't be had."""
    if shutil.which("npm") is None:
        raise LookupError("npm is not installed")
    lock = (lock_folder / "package-lock.json").read_bytes()
    folder = _CACHE / hashlib.sha256(lock).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        # Tests run beside each other.
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _install(lock_folder, folder, timeout_s)
    return folder / "node_modules"


def _install(lock_folder: Path, folder: Path, timeout_s: float) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock_folder / name, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s, check=False)
    if done.returncode:
        raise LookupError(f"the checkers could not be installed: {done.stderr[-200:]}")
    (folder / "done").touch()
