"""An app whose OpenAPI document is made from what its endpoints are made of.

FastAPI knows an endpoint's parameters and its answers. What it does not know, since our endpoints read bodies within
their own bounds and answer errors in their own words, a dependency says of itself: it is a `Part`, whose call does the
work and whose attributes describe it.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.api.problems import Problem, answer
from shared.release import VERSION

_REF = "#/components/schemas/{model}"


@dataclass(frozen=True)
class BodyTaken:
    """A body that an endpoint takes: its form by content type, as a model or as a schema."""

    content: dict[str, type[BaseModel] | dict[str, Any]]
    max_bytes: int
    required: bool = True
    examples: dict[str, Any] = field(default_factory=dict)
    """By name; of the first content type."""

    def described(self) -> dict[str, Any]:
        content: dict[str, Any] = {}
        schema: dict[str, Any] = {}
        for kind, form in self.content.items():
            schema = deepcopy(form) if isinstance(form, dict) else {"$ref": _REF.format(model=form.__name__)}
            content[kind] = {"schema": schema}
            if self.examples and len(content) == 1:
                content[kind]["examples"] = {name: {"value": value} for name, value in self.examples.items()}
        said = f"At most {self.max_bytes:,} bytes{' a line' if 'x-lines' in schema else ''}."
        return {"description": said, "required": self.required, "content": content, "x-max-bytes": self.max_bytes}


class Part:
    """A dependency that says what it reads and with which problems it refuses."""

    problems: tuple[int, ...] = ()
    sent: BodyTaken | None = None
    lines: tuple[type[BaseModel], ...] = ()
    """What each line of the answer is one of, where it answers in lines."""
    needed: tuple[str, ...] = ()
    """Headers without which it refuses, although FastAPI lets them be missing."""


class Described(FastAPI):
    """FastAPI with a document that holds what the parts of its endpoints say."""

    def __init__(self, *, problems: dict[int, type[BaseModel]] | None = None, **named: Any) -> None:
        """`problems`: the statuses whose problem has members of its own."""
        super().__init__(
            version=VERSION,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            # A client may send what it was given: one schema for both ways.
            separate_input_output_schemas=False,
            servers=[{"url": "/"}],
            generate_unique_id_function=_operation_id,
            **named,
        )
        self._problems = problems or {}
        self._whole: dict[str, Any] | None = None
        self._making = Lock()

    def allowed(self, path: str) -> str:
        """The methods of the calls at a path, for Allow; "" where there is none."""
        return ", ".join(
            sorted(method for route in self._calls() if route.path_regex.match(path) for method in route.methods)
        )

    def openapi(self) -> dict[str, Any]:
        with self._making:
            if self._whole is None:
                self._whole = self._described(deepcopy(super().openapi()))
            return self._whole

    def _described(self, document: dict[str, Any]) -> dict[str, Any]:
        models: dict[str, type[BaseModel]] = {"Problem": Problem}
        models |= {model.__name__: model for model in self._problems.values()}
        for route in self._calls():
            for method in route.methods:
                operation = document["paths"][route.path_format][method.lower()]
                for part in _parts(route.dependant):
                    self._add(operation, part, models)
                for parameter in operation.get("parameters", ()):
                    _state_default(parameter["schema"])
                responses = operation["responses"]
                for response in responses.values():
                    if response["description"] == "Successful Response":
                        response["description"] = "Done."
                if responses.get("422", {}).get("description") == "Validation Error":
                    responses["422"] = answer(422)
                operation["responses"] = {status: responses[status] for status in sorted(responses)}
        for methods in document.get("webhooks", {}).values():
            for operation in methods.values():
                # Whoever receives one answers as they like.
                operation["responses"].pop("422", None)
        _name_lines(document["paths"], models)
        _add_schemas(document, models)
        return document

    def _calls(self) -> Iterator[Any]:
        """The routes that the document shows."""
        for context in iter_route_contexts(self.routes):
            route: Any = context
            if isinstance(context.original_route, APIRoute) and route.include_in_schema:
                yield route

    def _add(self, operation: dict[str, Any], part: Part, models: dict[str, type[BaseModel]]) -> None:
        for status in part.problems:
            operation["responses"].setdefault(str(status), answer(status, self._problems.get(status, Problem)))
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in part.needed:
                parameter["required"] = True
        if part.lines:
            for content in operation["responses"]["200"]["content"].values():
                content["schema"]["x-lines"] = part.lines
        if part.sent is not None:
            operation["requestBody"] = part.sent.described()
            models.update({form.__name__: form for form in part.sent.content.values() if not isinstance(form, dict)})


def _operation_id(route: Any) -> str:
    return "_".join([*(str(tag) for tag in route.tags), route.name])


def _parts(dependant: Dependant) -> Iterator[Part]:
    for below in dependant.dependencies:
        call: object = below.call
        if isinstance(call, Part):
            yield call
        yield from _parts(below)


def _state_default(schema: dict[str, Any]) -> None:
    """A number that an endpoint reads from a text by itself has a text as its default, too; "" means none."""
    if schema.get("default") == "":
        del schema["default"]
    elif schema.get("type") == "integer" and "default" in schema:
        schema["default"] = int(schema["default"])


def _name_lines(place: Any, models: dict[str, type[BaseModel]]) -> None:
    """OpenAPI 3.1 has no word for a body of lines: x-lines names the models that each of them is one of."""
    for name, value in place.items():
        if name == "x-lines":
            models.update({model.__name__: model for model in value})
            place[name] = [{"$ref": _REF.format(model=model.__name__)} for model in value]
        elif isinstance(value, dict):
            _name_lines(value, models)


def _add_schemas(document: dict[str, Any], models: dict[str, type[BaseModel]]) -> None:
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = [(one, "validation") for one in models.values()]
    _, made = models_json_schema(wanted, ref_template=_REF)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(made.get("$defs", {}))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas)}
