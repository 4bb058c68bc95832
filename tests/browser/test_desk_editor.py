"""The desk's editor, built again from its sources and npm's packages: byte for byte what is committed."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from services.ingest.desk_kit.static_files import STATIC

ROOT = Path(__file__).resolve().parents[2]
BUILT = next(folder / "built" for folder in STATIC if (folder / "built").is_dir())
# What npm says where it can't reach a registry; that a lock file is at fault is no reason to skip.
_NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ERR_SOCKET_TIMEOUT")
_UNPACK = """const [zlib, files] = ["zlib", "fs"].map(require);
process.stdout.write(zlib.brotliDecompressSync(files.readFileSync(process.argv[1])));"""


@pytest.mark.timeout(300)
def test_the_editor_builds_again_to_the_same_bytes(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    desk = shutil.copytree(ROOT / "desk", tmp_path / "desk", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / "shared/vietnamese", tmp_path / "shared/vietnamese", ignore=shutil.ignore_patterns("*.py*"))
    patience = ("--fetch-retries=1", "--fetch-timeout=20000")
    fetched = _npm(desk, "ci", "--no-audit", "--no-fund", "--ignore-scripts", *patience)
    if fetched.returncode and any(code in fetched.stderr for code in _NO_NETWORK):
        pytest.skip(f"npm could not fetch the editor's packages: {fetched.stderr[:200]}")
    assert fetched.returncode == 0, fetched.stderr
    built = _npm(desk, "run", "build")
    assert built.returncode == 0, built.stderr
    assert _files(tmp_path / BUILT.relative_to(ROOT)) == _files(BUILT), "run `make editor`"
    for packed in BUILT.glob("*.br"):
        # Another Node may pack otherwise.
        unpacked = subprocess.run(["node", "-e", _UNPACK, packed], capture_output=True, timeout=60, check=True).stdout
        assert unpacked == packed.with_suffix("").read_bytes()


def _npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def _files(folder: Path) -> dict[str, str]:
    unsure = (".br", ".sha256")
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.suffix not in unsure}
