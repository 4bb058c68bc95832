"""Harm to one service of a house in containers, and the table of what readers and editors noticed."""

from tests.compose.house import ComposeHouse
from tests.compose.load import Load, Phase, Verdict
from tests.production.compose import ROOT, raw
from tests.wait import until

_SHELL = raw()["services"]["broker"]["image"]
PAGE = ROOT / "docs" / "faults.md"
_KINDS = {
    "pages": "page",
    "searches": "search",
    "views": "view",
    "comments": "comment",
    "pushes": "push",
    "desk": "desk",
}
_COLUMNS = ("what was done", *_KINDS, "desk away", "healthy after", "lost", "doubled")
_TABLE = "<!-- the table: make compose-test -->\n"
# In a container that sees the machine's processes: to what stands behind an init, else to the first process itself.
_KILL = """
signal=$1; shift
for first; do
    child=$first; children=$(cat /proc/$first/task/$first/children)
    case $(cat /proc/$first/comm) in docker-init|tini) child=${children%% *};; esac
    kill -s "$signal" "$child"
done
"""


def restart(house: ComposeHouse, service: str) -> None:
    house.compose("restart", service, timeout=180)


def crash(house: ComposeHouse, service: str) -> None:
    """SIGKILL to the first process of each container of the service, as the kernel does when memory is short."""
    signal(house, "KILL", service)


def signal(house: ComposeHouse, name: str, *services: str) -> None:
    """To the first process of each of their containers, past Docker."""
    names = [row["Name"] for row in house.containers() if row["Service"] in services]
    pids = house.engine.docker("inspect", "--format", "{{.State.Pid}}", *names).stdout.split()
    own = ("run", "--rm", "--pid=host", "--user=0", "--entrypoint=sh", _SHELL)
    sent = house.engine.docker(*own, "-c", _KILL, "sh", name, *pids)
    assert sent.returncode == 0, sent.stderr


def until_healthy(house: ComposeHouse, deadline_s: float = 150.0) -> None:
    def well() -> bool:
        rows = [row for row in house.containers() if not row["Service"].endswith(("-migrate", "-accounts"))]
        return all(row["State"] == "running" and row["Health"] in ("", "healthy") for row in rows)

    until(well, deadline_s, "every container is healthy again", interval_s=0.5)


def row(phase: Phase, verdict: Verdict) -> str:
    figures = [str(phase.failed(kind)) for kind in _KINDS.values()]
    away = f"{phase.outage('desk'):.1f} s" if phase.failed("desk") else "–"
    ends = [away, f"{phase.seconds:.0f} s", str(len(verdict.lost)), str(len(verdict.doubled))]
    return f"| {' | '.join([phase.name, *figures, *ends])} |"


def write_table(load: Load, verdicts: dict[str, Verdict]) -> None:
    """In the place of the one that stands on the page."""
    before, found, _ = PAGE.read_text().partition(_TABLE)
    assert found, f"{PAGE} has no place for the table"
    head = [f"| {' | '.join(_COLUMNS)} |", "|---|" + "--:|" * (len(_COLUMNS) - 1)]
    lines = [*head, *(row(phase, verdicts[phase.name]) for phase in load.phases)]
    PAGE.write_text(before + found + "\n" + "\n".join(lines) + "\n")
