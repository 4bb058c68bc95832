"""Where a house lives: what the supervisor needs to know of the settings, and nothing heavier.

The supervisor must stay small, so it does not load the settings' libraries: a short child process
(`python -m toasoan.place`) reads and checks the settings and hands them over as JSON.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class OperatorError(Exception):
    """Something a person can mend; the message is one clear sentence."""


@dataclass(frozen=True)
class Place:
    """One house: its folders, ports and addresses."""

    data_dir: Path
    socket_dir: Path
    host: str
    web_port: int
    ingest_port: int
    site_url: str
    ingest_url: str
    demo: bool
    log_format: str
    broker_socket: Path | None
    """Socket of the embedded broker; None when TOASOAN_BROKER_URL names another one."""
    counters_socket: Path | None
    query_workers: int = 1
    redis_megabytes: int = 384
    names_publisher: bool = True
    """The paper, or the demo paper, says who publishes it."""
    copies: bool = False
    """A process copies the house into TOASOAN_COPY_DIR."""
    services_with_sql: tuple[str, ...] = ("ingest", "web", "counter")

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def state_file(self) -> Path:
        """What the supervisor writes down about its processes, for `status` and its own successor."""
        return self.run_dir / "house.json"

    @property
    def probe_host(self) -> str:
        """Where the HTTP services answer on this machine."""
        return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(self.host, self.host)


def from_settings() -> Place:
    """The place that the environment describes. Raises pydantic.ValidationError."""
    from shared.settings import get_settings

    settings = get_settings()
    return Place(
        data_dir=settings.data_dir,
        socket_dir=settings.socket_dir,
        host=settings.host,
        web_port=settings.web_port,
        ingest_port=settings.ingest_port,
        site_url=settings.site_url,
        ingest_url=settings.ingest_url,
        demo=settings.demo,
        log_format=settings.log_format,
        broker_socket=None if settings.broker_url else settings.socket_dir / "broker.sock",
        counters_socket=None if settings.redis_url else settings.socket_dir / "counters.sock",
        query_workers=settings.query_workers,
        redis_megabytes=settings.redis_megabytes,
        names_publisher=settings.demo or settings.paper_file is not None,
        copies=settings.copy_dir is not None and settings.database_url is None,
    )


def ask_for_place() -> Place:
    """The same, read in a child process.

    Raises OperatorError with the names of the variables that cannot be meant.
    """
    answer = subprocess.run([sys.executable, "-m", "toasoan.place"], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise OperatorError(answer.stderr.strip() or "the settings could not be read")
    values = json.loads(answer.stdout)
    for name in ("data_dir", "socket_dir", "broker_socket", "counters_socket"):
        values[name] = Path(values[name]) if values[name] else None
    return Place(**values)


def problems(error: "ValidationError") -> list[str]:
    """One line for each variable that cannot be meant, by the name it has in the environment."""
    lines = []
    for problem in error.errors():
        name = "_".join(str(part) for part in problem["loc"]).upper()
        if name and not name.startswith("ELASTICSEARCH"):
            name = f"TOASOAN_{name}"
        lines.append(f"{name}: {problem['msg']}" if name else problem["msg"])
    return lines


def _main() -> int:
    from pydantic import ValidationError

    from services.web.pages.paper import paper_of
    from shared.settings import get_settings

    try:
        place = from_settings()
        paper_of(get_settings())
    except ValidationError as error:
        print("; ".join(problems(error)), file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"the data folder or the paper's file cannot be used: {error}", file=sys.stderr)
        return 1
    print(json.dumps(asdict(place), default=str))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
