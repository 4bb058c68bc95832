"""What an API answers, held against what its document says."""

import re
from typing import Any

import httpx2
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for


class Document:
    """An API's document; `hold` is a client's hook, which fails at the first answer that is not as described."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas = _strict(document["components"]["schemas"])
        self._calls = {
            (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path))): operation
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self.seen: set[tuple[str, str]] = set()
        """(operation, status) that were held."""

    @property
    def done(self) -> set[tuple[str, str]]:
        """Every (operation, status below 300) of the document."""
        return {
            (operation["operationId"], status)
            for operation in self._calls.values()
            for status in operation["responses"]
            if status < "300"
        }

    def hold(self, answer: httpx2.Response) -> None:
        found = [
            operation
            for (method, path), operation in self._calls.items()
            if method == answer.request.method and path.fullmatch(answer.request.url.path)
        ]
        if not found:
            return
        answer.read()
        called, status = found[0]["operationId"], str(answer.status_code)
        where = f"{called} {status}: {answer.text[:300]}"
        assert status in found[0]["responses"], where
        told = found[0]["responses"][status]
        for name, header in told.get("headers", {}).items():
            assert name in answer.headers, f"{name} is missing: {where}"
            self._check(header["schema"], answer.headers[name])
        kind = answer.headers.get("content-type", "").partition(";")[0]
        assert kind in told.get("content", {"": {}}), f"{kind}: {where}"
        if kind.endswith("json") and "lines" not in str(told["content"]):
            self._check(told["content"][kind]["schema"], answer.json())
        self.seen.add((called, status))

    def is_model(self, name: str, value: Any) -> None:
        """Fails unless a value is one of that schema."""
        self._check({"$ref": f"#/components/schemas/{name}"}, value)

    def _check(self, schema: dict[str, Any], value: Any) -> None:
        whole = {**schema, "components": {"schemas": self._schemas}}
        checker = Draft202012Validator.FORMAT_CHECKER
        wrong = [
            f"{each.json_path}: {each.message}"
            for each in Draft202012Validator(whole, format_checker=checker).iter_errors(value)
        ]
        assert wrong == []


def _strict(schema: Any) -> Any:
    """The same schemas, to which a member that they do not name is a fault."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _strict(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


def is_valid(document: dict[str, Any]) -> None:
    """Fails unless every schema of a document is one, and every reference leads somewhere."""
    for schema in document["components"]["schemas"].values():
        validator_for(schema, Draft202012Validator).check_schema(schema)
    names = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert names == set(document["components"]["schemas"]), names ^ set(document["components"]["schemas"])
