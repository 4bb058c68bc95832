"""docker-compose.yml as Docker Compose would understand it: anchors merged, variables filled in."""

import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"

# ${NAME}, ${NAME:-default} and ${NAME:?message}; $$ is a dollar sign.
_VARIABLE = re.compile(r"\$(?:(\$)|\{([A-Z_0-9]+)(?:(:-|:\?)([^}]*))?\})")


class MissingVariable(Exception):
    """A required variable is not set, as Docker Compose would say."""


def load_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text())


@lru_cache(maxsize=1)
def raw() -> dict[str, Any]:
    """The file with its anchors merged and its variables still in it."""
    return dict(load_yaml(COMPOSE_FILE))


def variables(value: Any) -> dict[str, bool]:
    """Every variable that stands in `value`, and whether it must be set."""
    found: dict[str, bool] = {}
    for text in texts(value):
        for _, name, operator, _ in _VARIABLE.findall(text):
            if name:
                found[name] = found.get(name, False) or operator == ":?"
    return found


def filled(value: Any, environment: dict[str, str]) -> Any:
    """`value` with its variables filled in. Raises MissingVariable."""
    if isinstance(value, dict):
        return {name: filled(part, environment) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, environment) for part in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        dollar, name, operator, rest = match.groups()
        if dollar:
            return "$"
        if environment.get(name):
            return environment[name]
        if operator == ":?":
            raise MissingVariable(name)
        return rest or ""

    return _VARIABLE.sub(fill, value)


def texts(value: Any) -> list[str]:
    """Every text inside nested lists and dicts."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


PAPER_FILE = "/etc/toasoan/paper.toml"
"""Where the processes look for it."""
IMPRINT = """tagline = "Báo thử"
about = []
[[imprint]]
since = 2026-01-01
agency = "Báo Thử"
licence = "Giấy phép số 1/GP-TEST"
"""


def example_environment() -> dict[str, str]:
    """Every variable that must be set, set to something."""
    hosts = {"SITE_HOST": "bao.test", "DESK_HOST": "toasoan.test"}
    urls = {"TOASOAN_SITE_URL": "https://bao.test", "TOASOAN_INGEST_URL": "https://toasoan.test"}
    required = [name for name, must in variables(raw()).items() if must]
    secrets = {name: sha256(name.encode()).hexdigest()[:48] for name in required}
    return secrets | hosts | urls
