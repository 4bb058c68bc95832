"""The bill of materials of an image (CycloneDX 1.6): `python deploy/images/sbom.py IMAGE FILE`.

Debian's packages and Python's, as the image itself says; the base by its digest. Needs Docker, the image and Python.
Exit code 1 where they cannot be asked: then nothing is written.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

if __package__:
    from deploy.images.pins import pins
else:
    from pins import pins  # type: ignore[import-not-found,no-redef]  # where it is a script of an image

_SECONDS = 120
_DEBIAN = ("dpkg-query", "--show", "--showformat", "${Package}\t${Version}\t${Architecture}\n")
_PYTHON = (
    *("/app/.venv/bin/python", "-c"),
    "from importlib.metadata import distributions as d\nfor x in d(): print(x.name, x.version, 'any', sep=chr(9))",
)


def bill(image: str) -> dict[str, Any]:
    """The bill. Raises OSError or subprocess.SubprocessError where the image cannot be asked."""
    packages = [("deb/debian", *row) for row in _rows(image, _DEBIAN)]
    packages += [("pypi", *row) for row in _rows(image, _PYTHON)]
    (base,) = (pin for pin in pins() if pin["name"] == "python")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": image, "bom-ref": image}},
        "components": [
            {"type": "container", "name": base["name"], "version": f"{base['tag']} {base['digest']}".strip()},
            *(_component(*package) for package in sorted(packages)),
        ],
    }


def _rows(image: str, command: tuple[str, ...]) -> list[tuple[str, str, str]]:
    asked = ["docker", "run", "--rm", "--network=none", f"--entrypoint={command[0]}", image, *command[1:]]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    return [(name, version, kind) for name, version, kind in (line.split("\t") for line in said.splitlines())]


def _component(kind: str, name: str, version: str, architecture: str) -> dict[str, str]:
    more = f"?arch={architecture}" if kind.startswith("deb") else ""
    address = f"pkg:{kind}/{quote(name.lower() if kind == 'pypi' else name)}@{quote(version)}{more}"
    return {"type": "library", "name": name, "version": version, "purl": address, "bom-ref": address}


def main(image: str, file: Path) -> int:
    try:
        made = bill(image)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"NOT WRITTEN: {file}: {image} cannot be asked: {str(error)[:200]}", file=sys.stderr)
        return 1
    file.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    print(f"{file}: {len(made['components'])} packages")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
