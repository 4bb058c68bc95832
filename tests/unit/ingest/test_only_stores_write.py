"""Only a feature's store writes the feature's tables: read from the code here, and from the SQL that runs in every
contract test of ingest (tests/contract/ingest/conftest.py)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Table

from services.ingest.tables import FEATURES

INGEST = Path(__file__).resolve().parents[3] / "services" / "ingest"
WRITES = {"insert": 0, "update": 0, "delete": 0, "upsert": 1, "setting": 1, "_note": 2}
"""What makes a statement that writes, and which of its arguments is the table."""


def test_no_statement_that_writes_is_made_outside_its_tables_store() -> None:
    made = [
        f"{file.relative_to(INGEST)} writes {table}"
        for file in sorted(INGEST.rglob("*.py"))
        if "migrations" not in file.parts
        for feature, table in _written(file)
        if not _is_store(file, feature)
    ]
    assert made == []


def test_every_table_is_written_by_somebody() -> None:
    """Where this fails, the test above has gone blind."""
    written = {table for file in INGEST.rglob("*.py") for _, table in _written(file)}
    every = {name for feature in FEATURES.values() for name in vars(feature) if isinstance(vars(feature)[name], Table)}
    # Two are written by functions of shared, two by the release before this.
    assert every - written == {"outbox", "dead_letters", "royalty_payees", "webhook_cursor"}


def _is_store(file: Path, feature: str) -> bool:
    if feature == "kit":
        return file in {INGEST / "kit" / name for name in ("audit.py", "generation.py", "once.py")}
    return file == INGEST / feature / "store.py" or file.is_relative_to(INGEST / feature / "store")


def _written(file: Path) -> Iterator[tuple[str, str]]:
    """(feature, table) of each statement that the file makes."""
    tree = ast.parse(file.read_text("utf-8"))
    tables = {
        one.asname or one.name: (node.module.split(".")[2], one.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".tables")
        for one in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if called not in WRITES:
            continue
        # table.insert() is the table's own, insert(table) and only_one.setting(connection, table) are given it.
        said = [*node.args[WRITES[called] :][:1], *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
        for named in said:
            if isinstance(named, ast.Name) and named.id in tables:
                yield tables[named.id]
