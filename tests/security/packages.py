"""Known holes in what the house is made of: `python -m tests.security.packages`.

Python's packages, locked and installed, are asked about at PyPI (which has OSV's and PyPA's advisories); Debian's, of
this machine and of the images, at the security archive that their own apt is set up for; the Redis of the wheel by its
version. Exit code 1 for a hole. What could not be asked is said loudly, and ends with 0: a check that could not be made
is no hole, and no proof that there is none.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.images.pins import pins

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("base.txt", "dev.txt", "security.txt", "docs.txt", "mutants.txt")
_SECONDS = 300
# "Inst openssl [3.0.19-1] (3.0.22-1 Debian-Security:12/oldstable-security [amd64])"
_MENDED_BY_DEBIAN = re.compile(r"^Inst (\S+) \[([^\]]+)\] \((\S+) [^)]*security", re.IGNORECASE | re.MULTILINE)
# "libssl3-3.5.4-r0 < 3.5.5-r0": Alpine mends nothing else within a release.
_MENDED_BY_ALPINE = re.compile(r"^(\S+)-(\d\S*) +< +(\S+)", re.MULTILINE)
_ASK_IN_IMAGE = (
    "if command -v apk >/dev/null; then apk update -q && apk version -l '<'; "
    "else apt-get update -qq && apt-get -s -qq upgrade; fi"
)


def main() -> int:
    holes = [
        _python(lock, ["--requirement", f"requirements/{lock}", "--require-hashes", "--disable-pip"]) for lock in LOCKS
    ]
    holes += [_python("what is installed", ["--local"]), _wheel_redis(), _debian_here()]
    holes += [_image(f"{pin['name']}:{pin['tag']}", pin["digest"]) for pin in pins()]
    holes.append(_image("toasoan:local", "made here"))
    return int(any(holes))


def _not_checked(what: str, why: str) -> int:
    print(f"NOT CHECKED: {what}: {why}")
    return 0


def _python(what: str, arguments: list[str]) -> int:
    """Holes among Python's packages."""
    report, error = _ask(arguments)
    if report is None:
        return _not_checked(what, f"no answer from the database of known holes: {error}")
    holes = [(row["name"], row["version"], hole) for row in report for hole in row.get("vulns", ())]
    unknown = [str(row["name"]) for row in report if "skip_reason" in row]
    for name, version, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "none yet"
        print(f"{name} {version}: {hole['id']} (mended in: {mended})")
    print(f"{what}: {len(report) - len(unknown)} packages asked about, {len(holes)} known holes")
    if unknown:
        _not_checked(f"{len(unknown)} packages of {what}, of which nothing was answered", ", ".join(unknown))
    return len(holes)


def _ask(arguments: list[str]) -> tuple[list[dict[str, Any]] | None, str]:
    """(rows of pip-audit's report, ""), or (None, why there is none)."""
    command = [sys.executable, "-m", "pip_audit", *arguments]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False)
        return json.loads(done.stdout)["dependencies"], ""
    except subprocess.TimeoutExpired:
        return None, f"nothing within {_SECONDS} s"
    except ValueError:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        return None, lines[-1][:300]


def _wheel_redis() -> int:
    """The server beside our Python comes from a wheel, of which no database knows what is inside."""
    program = Path(sys.prefix, "bin", "redis-server")
    if not program.exists():
        return 0
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    version = re.search(r"v=([\d.]+)", said)
    (mended,) = (pin["mended"] for pin in pins() if pin["name"] == "redis")
    if version is None:
        return _not_checked(str(program), "it does not say its version")
    is_open = not holds(numbers(version[1]), [numbers(one) for one in mended])
    print(
        f"redis-server of the wheel: {version[1]}, {'OLDER than its mend' if is_open else 'after the last grave mend'}"
    )
    return int(is_open)


def numbers(tag: str) -> tuple[int, ...]:
    """(7, 4, 9) of "7.4.9-bookworm"."""
    return tuple(map(int, re.findall(r"\d+", tag.partition("-")[0])))


def holds(version: tuple[int, ...], mended: list[tuple[int, ...]]) -> bool:
    """Whether a version is the mended one of its line (major.minor), or of a line that began later."""
    if not mended:
        return True
    own = [one for one in mended if one[:2] == version[:2]]
    return version >= own[0] if own else version > max(mended)


def _debian_here() -> int:
    """Packages of this machine for which Debian's security archive has a mended version. Told, and no fault of ours."""
    if shutil.which("apt-get") is None:
        return _not_checked("the packages of this machine", "it is no Debian")
    if not any(Path("/var/lib/apt/lists").glob("*security*Packages*")):
        return _not_checked("the packages of this machine", "apt has no list of a security archive (apt-get update)")
    command = ["apt-get", "--simulate", "--quiet", "upgrade"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False).stdout
    for name, held, newer in _MENDED_BY_DEBIAN.findall(said):
        print(f"of this machine: {name} {held}: mended in {newer}")
    found = len(_MENDED_BY_DEBIAN.findall(said))
    print(f"this machine: {found} Debian packages with a mended version in the security archive")
    return 0


def _image(image: str, digest: str) -> int:
    """Packages of an image for which its own distribution has a mended version."""
    if not digest:
        print(f"NOT PINNED BY DIGEST: {image} (python deploy/images/pins.py ask)")
    wanted = f"{image}@{digest}" if digest.startswith("sha256:") else image
    command = ["docker", "run", "--rm", "--user=0", "--entrypoint=sh", wanted, "-c", _ASK_IN_IMAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except FileNotFoundError:
        return _not_checked(f"the packages of {image}", "there is no Docker here")
    except subprocess.TimeoutExpired:
        return _not_checked(f"the packages of {image}", f"nothing within {_SECONDS} s")
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["it said nothing"]
        return _not_checked(f"the packages of {image}", lines[-1][:200])
    holes = _MENDED_BY_DEBIAN.findall(done.stdout) + _MENDED_BY_ALPINE.findall(done.stdout)
    for name, held, newer in holes:
        print(f"{image}: {name} {held}: mended in {newer}")
    print(f"{image}: {len(holes)} packages with a mended version")
    return len(holes)


if __name__ == "__main__":
    sys.exit(main())
