"""The images' digests: `python deploy/images/pins.py ask` asks the registries by Docker and writes pins.toml,
`python deploy/images/pins.py overlay` writes deploy/compose.pins.yml and says which images stand in it by tag alone.

    COMPOSE_FILE=docker-compose.yml:deploy/compose.pins.yml

Exit code 1 for an image whose digest could not be asked, or is unknown. Needs nothing but Python.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PINS = FOLDER / "pins.toml"
OVERLAY = FOLDER.parent / "compose.pins.yml"
COMPOSE = FOLDER.parents[1] / "docker-compose.yml"
_SECONDS = 60
_HEAD = """# Written by deploy/images/pins.py from pins.toml beside it: images by digest, whatever their tags say later.
#   COMPOSE_FILE=docker-compose.yml:deploy/compose.pins.yml

services:
"""


def pins() -> list[dict[str, Any]]:
    """What pins.toml says of each image."""
    return list(tomllib.loads(PINS.read_text())["image"])


def named() -> dict[str, str]:
    """Service -> image, as docker-compose.yml names them; "" for those that run the house's own."""
    found: dict[str, str] = {}
    service, anchors = "", {}
    for line in COMPOSE.read_text().partition("\nservices:\n")[2].partition("\nnetworks:\n")[0].splitlines():
        if heading := re.fullmatch(r"  ([a-z-]+):(?: &(\S+))?.*", line):
            service = heading[1]
            found[service], anchors[heading[2]] = "", service
        elif alike := re.fullmatch(r"    <<: \*(\S+)", line):
            found[service] = found.get(anchors.get(alike[1], ""), "")
        elif image := re.fullmatch(r"    image: (\S+)", line):
            found[service] = image[1]
    return found


def overlay() -> str:
    """The text of compose.pins.yml."""
    known = {f"{pin['name']}:{pin['tag']}": pin["digest"] for pin in pins()}
    theirs = {service: image for service, image in named().items() if known.get(image)}
    lines = [f"  {service}: {{image: {image}@{known[image]}}}\n" for service, image in theirs.items()]
    (base,) = (image for image in known if image.startswith("python:"))
    if known[base]:
        lines.append("  # What the Dockerfile begins with, in every service that it is built for.\n")
        context = f'{{"{base}": "docker-image://{base}@{known[base]}"}}'
        built = f"&built {{build: {{context: ., additional_contexts: {context}}}}}"
        for service in (service for service, image in named().items() if not image):
            lines.append(f"  {service}: {built}\n")
            built = "*built"
    return _HEAD + "".join(lines)


def ask() -> bool:
    """Write what the registries say into pins.toml. False when one could not be asked."""
    text, every = PINS.read_text(), True
    for pin in pins():
        image = f"{pin['name']}:{pin['tag']}"
        command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}"]
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
            digest = str(json.loads(said)["digest"])
        except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            print(f"NOT ASKED: {image}: {str(error)[:200]}", file=sys.stderr)
            every = False
            continue
        if digest != pin["digest"]:
            print(f"{image}: {pin['digest'] or 'unknown'} -> {digest}")
            head = re.escape(f'name = "{pin["name"]}"\ntag = "{pin["tag"]}"\n')
            text = re.sub(rf'({head}digest = )"[^"]*"', rf'\g<1>"{digest}"', text)
    PINS.write_text(text)
    return every


def main(what: str) -> int:
    if what == "ask":
        return 0 if ask() else 1
    if what != "overlay":
        print(__doc__, file=sys.stderr)
        return 2
    OVERLAY.write_text(overlay())
    unknown = [f"{pin['name']}:{pin['tag']}" for pin in pins() if not pin["digest"]]
    for image in unknown:
        print(f"NOT PINNED BY DIGEST: {image}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
