"""docs/retention.md says of everything that the house writes who deletes it, and when: what it does not know fails
here, and so does what it only knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from services.counter.tables import metadata as counter
from services.ingest.tables import metadata as ingest
from services.web.tables import metadata as web

ROOT = Path(__file__).resolve().parents[3]
PYTHON = [path for folder in ("services", "shared", "toasoan") for path in sorted((ROOT / folder).rglob("*.py"))]
LUA = sorted((ROOT / "services").rglob("*.lua"))
SERVICES = {"ingest": ingest, "counter": counter, "web": web}


def told(*sections: str) -> dict[str, list[str]]:
    """What the tables of these sections name -> the other cells of its row."""
    parts = re.split(r"^## ", (ROOT / "docs" / "retention.md").read_text(), flags=re.MULTILINE)
    text = "\n".join(part for part in parts if part.startswith(sections))
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, re.MULTILINE)
    assert len({name for name, _ in rows}) == len(rows)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in rows}


def test_every_row_says_who_deletes_and_where_it_levels_off() -> None:
    rows = told("SQL", "Redis", "Folders", "Volumes")
    assert len(rows) > 100
    assert [name for name, cells in rows.items() if len(cells) != 2 or not all(cells)] == []


def test_every_table() -> None:
    assert set(told("SQL")) == {f"{service}.{name}" for service, tables in SERVICES.items() for name in tables.tables}


def test_every_key_of_redis() -> None:
    known = {re.split(r"[A-Z]", key)[0] for key in told("Redis")}
    written = {key for path in PYTHON for key in _keys_in(path)}
    written |= {key for path in LUA for key in re.findall(r"'(ts:[a-z:-]*)", path.read_text())}
    # The prefix of all, and that of the counter, are no keys.
    written -= {"ts:", "ts:c:"}
    assert len(written) > 25
    assert {key for key in written if not any(one.startswith(key) for one in known)} == set(), "no row tells of these"
    brokers = {re.split(r"[A-Z]", key)[0] for key in told("Redis of the broker")}
    unknown = {one for one in known - brokers if not any(one.startswith(key) for key in written)}
    assert unknown == set(), "nobody writes these"


def _keys_in(path: Path) -> Iterator[str]:
    """The beginnings of keys in a module's texts, up to what is filled in."""
    tree = ast.parse(path.read_text())
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        found = re.match(r"ts:[a-z:._-]*", _beginning(node, named)[0])
        if found:
            yield found[0]


def _beginning(node: ast.AST, named: dict[str, ast.expr]) -> tuple[str, bool]:
    """The text of an expression as far as it stands in the module, and whether that is all of it."""
    match node:
        case ast.Constant(value=str(text)):
            return text, True
        case ast.Constant(value=bytes(data)):
            return data.decode("latin-1"), True
        case ast.Name(id=name) if isinstance(named.get(name), ast.Constant):
            return _beginning(named[name], named)
        case ast.FormattedValue(value=value):
            return _beginning(value, named)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], named)
        case ast.JoinedStr(values=parts):
            return _joined(parts, named)
    return "", False


def _joined(parts: list[ast.expr], named: dict[str, ast.expr]) -> tuple[str, bool]:
    whole = ""
    for part in parts:
        text, complete = _beginning(part, named)
        whole += text
        if not complete:
            return whole, False
    return whole, True


def test_every_folder_and_file() -> None:
    text = "\n".join(path.read_text() for path in PYTHON)
    in_data = re.findall(r'data_dir / "([^"]+)"(?: / "([^"]+)")?', text)
    written = {"/".join(filter(None, parts)) for parts in in_data} | {f"{service}.db" for service in SERVICES}
    in_media = [*re.findall(r'media_dir / "([^"]+)"', text), *re.findall(r'prefix="(\.[^"]+)", dir=media_dir', text)]
    written |= {f"media/{name}*" if name.endswith("-") else f"media/{name}" for name in in_media}
    known = set(told("Folders"))
    assert {name for name in written if name not in known and name.split("/")[0] not in known} == set()
    assert {name for name in written if name.startswith("media/")} <= known
    assert known - written == set(), "nobody writes these"


@pytest.mark.parametrize("form", ["compose", "kubernetes"])
def test_every_volume(form: str) -> None:
    if form == "compose":
        volumes = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"])
    else:
        claims = yaml.safe_load_all((ROOT / "deploy/kubernetes/base/volumes.yaml").read_text())
        volumes = {claim["metadata"]["name"] for claim in claims if claim["kind"] == "PersistentVolumeClaim"}
    folders = (ROOT / "docs" / "retention.md").read_text().partition("are the folders above")[0].rpartition("\n\n")[2]
    assert volumes <= set(told("Volumes")) | set(re.findall(r"`(\w+)`", folders))
