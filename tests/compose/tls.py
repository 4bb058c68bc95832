"""Certificates for a house in containers."""

import subprocess
from pathlib import Path

from tests.compose.house import DESK_HOST, SITE_HOST, ComposeHouse
from tests.production.compose import raw


def certify(house: ComposeHouse, folder: Path) -> Path:
    """New certificates, with keys that are root's own (0600); returns the two certificates as who is believed."""
    for name, host in (("site", SITE_HOST), ("desk", DESK_HOST)):
        for old in folder.glob(f"{name}.*"):
            old.unlink()
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
        whom = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
        where = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
        subprocess.run([*command, *whom, *where], check=True, capture_output=True)
        (folder / f"{name}.key").chmod(0o600)
    believed = folder.parent / "believed.pem"
    believed.write_text("".join(path.read_text() for path in sorted(folder.glob("*.crt"))))
    image = raw()["services"]["nginx"]["image"]
    given = house.engine.docker(
        *("run", "--rm", "--user=0:0", f"--volume={folder}:/keys", "--entrypoint=chown"), image, "-R", "0:0", "/keys"
    )
    assert given.returncode == 0, given.stderr
    return believed
