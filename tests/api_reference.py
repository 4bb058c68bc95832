"""`python -m tests.api_reference` writes docs/api.md from the documents of both APIs, as the code makes them.

With `--released` it writes the documents themselves to docs/api/, too: what the next changes are compared with.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from services.ingest.app import make_app as make_ingest
from services.web.app import make_app as make_web
from shared.api.page import form, groups, limits

DOCS = Path(__file__).resolve().parents[1] / "docs"
SERVICES = ("ingest", "web")
INTRODUCTION = DOCS / "api" / "introduction.md"


def document(service: str) -> dict[str, Any]:
    """The document of a service as the code makes it now."""
    nobody: Any = SimpleNamespace()
    return (make_ingest() if service == "ingest" else make_web(nobody)).openapi()


def released(service: str) -> dict[str, Any]:
    """The document of the last release."""
    found: dict[str, Any] = json.loads((DOCS / "api" / f"{service}.json").read_text())
    return found


def page() -> str:
    """docs/api.md."""
    parts = [INTRODUCTION.read_text().rstrip()]
    for service in SERVICES:
        made = document(service)
        parts.append(f"## {made['info']['title']}\n\n{made['info']['summary']}")
        parts += [_call(operation) for operations in groups(made).values() for operation in operations]
        parts.append(f"### Schemas of {service}")
        parts += [_schema(name, schema) for name, schema in made["components"]["schemas"].items()]
    return "\n\n".join(parts) + "\n"


def _call(call: dict[str, Any]) -> str:
    parts = [f"### {call['method']} {call['path']}", call["description"]]
    scopes = [scope for needs in call.get("security", ()) for scopes in needs.values() for scope in scopes]
    if scopes:
        parts.append(f"Needs a key with `{', '.join(scopes)}`.")
    if call.get("parameters"):
        parts.append(_table([(each["name"], each.get("required"), each["schema"]) for each in call["parameters"]]))
    if "requestBody" in call:
        sent = call["requestBody"]
        forms = [f"`{kind}` {_content(one['schema'])}" for kind, one in sent["content"].items()]
        parts.append(f"Body: {'; '.join(forms)}. {sent.get('description', '')}".rstrip())
    answers = []
    for status, answer in call["responses"].items():
        forms = [_content(one["schema"]) for one in answer.get("content", {}).values()]
        headers = [f"`{name}`" for name in answer.get("headers", {})]
        answers.append(f"- **{status}** {answer['description']} {' '.join([*forms, *headers])}".rstrip())
    return "\n\n".join([*parts, "\n".join(answers)])


def _content(schema: dict[str, Any]) -> str:
    lines = schema.get("x-lines")
    return f"lines of {' or '.join(form(line) for line in lines)}" if lines else form(schema)


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [(member, member in needed, form) for member, form in schema.get("properties", {}).items()]
    return "\n\n".join(part for part in (f"#### {name}", schema.get("description", ""), _table(rows)) if part)


def _table(rows: list[tuple[str, Any, dict[str, Any]]]) -> str:
    if not rows:
        return ""
    made = ["| name | form | |", "|---|---|---|"]
    for name, needed, schema in rows:
        said = [schema.get("description", ""), limits(schema).replace("|", "\\|")]
        bold = f"**`{name}`**" if needed else f"`{name}`"
        made.append(f"| {bold} | {form(schema).replace('|', chr(92) + '|')} | {' '.join(filter(None, said))} |")
    return "\n".join(made)


if __name__ == "__main__":
    if "--released" in sys.argv:
        for each in SERVICES:
            text = json.dumps(document(each), ensure_ascii=False, indent=1, sort_keys=True)
            (DOCS / "api" / f"{each}.json").write_text(text + "\n")
    (DOCS / "api.md").write_text(page())
