"""Errors as both APIs answer them (RFC 9457), and what each status means."""

from typing import Any, Literal

from pydantic import BaseModel

PROBLEM = "application/problem+json"


class FieldFault(BaseModel):
    """What is wrong with one field; `field` is its path ("images.0.url"), "" for the whole."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a call was not carried out. `detail` and the messages are Vietnamese sentences for people."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[FieldFault]


MEANS = {
    400: "The request cannot be read.",
    401: "No key, or one that is wrong, expired or revoked.",
    403: "The key or the sender may not do this.",
    404: "There is no such thing.",
    409: "The present state does not allow it.",
    410: "It was public and has been taken away.",
    412: "Somebody else saved in between; `current` is what stands there now.",
    413: "More bytes than are taken.",
    415: "Another content type than is taken.",
    422: "Fields that cannot be meant; `errors` names each.",
    428: "If-Match is missing.",
    429: "Too often; Retry-After says how long to wait.",
    503: "Something that the call needs is away; Retry-After says when to try again.",
}


def header(description: str, **schema: Any) -> dict[str, Any]:
    """A header of an answer."""
    return {"description": description, "required": True, "schema": {"type": "string"} | schema}


ETAG = {"ETag": header("The version, for If-Match.", pattern='^"[0-9]+"$', examples=['"3"'])}
_RETRY = {"Retry-After": header("Seconds to wait.", pattern="^[0-9]+$", examples=["5"])}
_HEADERS = {
    401: {"WWW-Authenticate": header("How to name a key.", examples=['Bearer realm="ingest"'])},
    412: ETAG,
    429: _RETRY,
    503: _RETRY,
}


def answer(status: int, model: type[BaseModel] = Problem) -> dict[str, Any]:
    """A status as an OpenAPI response object."""
    described: dict[str, Any] = {
        "description": MEANS[status],
        "content": {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}},
    }
    return described | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
