"""`make release`: everything of a release in dist/, made from the last commit alone.

The wheel (and the image, where a Docker engine answers) is made twice from two copies of the commit, and must be the
same to the byte. Exit code 1 where it is not.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
_LOCKS = {"base.in": "base.txt", "redis.in": "redis.txt"}


def pins(lock: Path) -> list[str]:
    """What a lock asks for, without its hashes: "celery==5.7.0", "tzdata==2026.6 ; sys_platform == 'win32'"."""
    return re.findall(r"^([A-Za-z0-9][^\\\n]*?) *\\?$", lock.read_text(), re.MULTILINE)


def copy_of_commit(folder: Path) -> None:
    """The last commit's files, and what the wheel asks for as locked: whoever installs gets what was tested."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "--no-same-permissions", "-C", folder], input=archive, check=True)
    for wanted, lock in _LOCKS.items():
        (folder / "requirements" / wanted).write_text("\n".join(pins(folder / "requirements" / lock)) + "\n")


def wheel(folder: Path) -> Path:
    """The wheel of one more copy of the commit, in `folder`."""
    copy_of_commit(folder / "source")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index"]
    options: list[str | Path] = ["--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "source"]
    subprocess.run([*pip, *options], env=_environment(), check=True)
    (made,) = folder.glob("*.whl")
    return made


def image(folder: Path, name: str) -> tuple[Path, str]:
    """An image as a file for `docker load`, and its digest; nothing is taken from earlier builds."""
    copy_of_commit(folder / "source")
    made, told = folder / "image.tar", folder / "image.json"
    output = f"type=docker,dest={made},name={name},rewrite-timestamp=true"
    epoch = f"SOURCE_DATE_EPOCH={_environment()['SOURCE_DATE_EPOCH']}"
    build = ["docker", "buildx", "build", "--no-cache", "--provenance=false", "--build-arg", epoch]
    subprocess.run([*build, "--output", output, "--metadata-file", told, folder / "source"], check=True)
    return made, json.loads(told.read_text())["containerimage.config.digest"]


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _environment() -> dict[str, str]:
    """Times in what is built are the commit's."""
    shown = ["git", "show", "--no-patch", "--format=%ct", "HEAD"]
    epoch = subprocess.run(shown, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    return {**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "0"}


def _engine() -> bool:
    return bool(shutil.which("docker")) and not subprocess.run(["docker", "info"], capture_output=True).returncode


def _release(folder: Path, version: str) -> None:
    for number in ("1", "2"):
        (folder / number).mkdir()
    one, other = wheel(folder / "1"), wheel(folder / "2")
    if digest(one) != digest(other):
        raise SystemExit(f"{one.name} is not the same twice: it cannot be released")
    print(f"{one.name}: the same twice, sha256 {digest(one)}")
    shutil.copy(one, DIST)
    lock = (ROOT / "requirements" / "base.txt").read_text()
    (DIST / "requirements.txt").write_text(f"./{one.name} --hash=sha256:{digest(one)}\n{lock}")
    for name in ("CHANGELOG.md", "docs/upgrading.md"):
        shutil.copy(ROOT / name, DIST)

    name = f"toasoan:{version}"
    if _engine():
        for number in ("1", "2"):
            shutil.rmtree(folder / number / "source")
        (made, its), (_, others) = image(folder / "1", name), image(folder / "2", name)
        if its != others:
            raise SystemExit(f"{name} is not the same twice ({its}, {others}): it cannot be released")
        print(f"{name}: the same twice, {its}")
        subprocess.run(["docker", "load", "--quiet", "--input", made], check=True)
        shutil.move(made, DIST / f"toasoan-{version}-image.tar")
    else:
        print("No Docker engine answers here: no image, and no bill of materials of one")
    subprocess.run(["make", "sbom"], cwd=ROOT, env={**os.environ, "TOASOAN_VERSION": version}, check=True)
    shutil.copy(ROOT / "sbom.json", DIST)
    if _engine():
        shutil.copy(ROOT / "sbom-image.json", DIST)


def main() -> None:
    os.umask(0o022)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if f"## [{version}]" not in (ROOT / "CHANGELOG.md").read_text():
        raise SystemExit(f"CHANGELOG.md does not tell of {version}")
    if subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout:
        print("What is not committed is not in it.", file=sys.stderr)
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        _release(Path(folder), version)
    files = sorted(DIST.iterdir())
    (DIST / "SHA256SUMS").write_text("".join(f"{digest(file)}  {file.name}\n" for file in files))
    print("\n".join(f"dist/{file.name}" for file in [*files, DIST / "SHA256SUMS"]))


if __name__ == "__main__":
    main()
