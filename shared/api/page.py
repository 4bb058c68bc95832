"""/api/openapi.json and /api/docs: the document, and a page made from it that needs no script."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader

from shared.api.described import Described

_FOLDER = files("shared.api")
_KEPT = {"cache-control": "public, max-age=300"}
_POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
_PAGE = _KEPT | {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
}


def publish(app: Described) -> None:
    """Add the document and its page to an app. Both are made once, in a thread, when somebody asks for them first."""

    @cache
    def document() -> bytes:
        return orjson.dumps(app.openapi())

    @cache
    def page() -> str:
        return rendered(app.openapi())

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return Response(document(), headers=_KEPT, media_type="application/json")

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> Response:
        return Response(page(), headers=_PAGE, media_type="text/html")

    @app.get("/api/docs.css", include_in_schema=False)
    def style() -> Response:
        return Response(_FOLDER.joinpath("docs.css").read_bytes(), headers=_KEPT, media_type="text/css")


def rendered(document: dict[str, Any]) -> str:
    """The page of a document."""
    jinja = Environment(
        loader=FileSystemLoader(str(_FOLDER)), autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    jinja.filters |= {"form": form, "limits": limits, "pretty": pretty}
    return jinja.get_template("docs.html").render(document=document, groups=groups(document))


def groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The calls by their tag, each with `method` and `path`; webhooks last."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(operation | {"method": method.upper(), "path": path})
    for name, methods in document.get("webhooks", {}).items():
        for method, operation in methods.items():
            found.setdefault("webhooks", []).append(operation | {"method": method.upper(), "path": name})
    return found


def form(schema: dict[str, Any]) -> str:
    """A schema in a few words: the name of a model, "string", "[integer]", "string or null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for many in ("anyOf", "oneOf"):
        if many in schema:
            return " or ".join(dict.fromkeys(form(one) for one in schema[many]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "prefixItems" in schema:
        return f"[{', '.join(form(one) for one in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"[{form(schema.get('items', {}))}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{{…: {form(schema['additionalProperties'])}}}"
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "from {}",
    "maximum": "to {}",
    "exclusiveMaximum": "below {}",
    "maxItems": "at most {} items",
    "pattern": "{}",
    "default": "default {}",
}


def limits(schema: dict[str, Any]) -> str:
    """What a schema bounds, in words; of the first of its forms that is bounded."""
    forms = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    said = [
        words.format(one[name])
        for name, words in _LIMITS.items()
        for one in forms
        if name in one and one[name] not in (None, "", [])
    ]
    return ", ".join(dict.fromkeys(said))


def pretty(value: Any) -> str:
    """An example as it is written."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
