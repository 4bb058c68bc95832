"""A server that makes vectors of texts, as OpenAI's API does it (`POST …/embeddings`): asked only where an operator
names one.

The address is the operator's, so it may lie inside the house; it leads nowhere else (no redirect is followed), and
never to what a machine tells about itself (link-local addresses).
"""

import math
from array import array
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import orjson

from shared.http_client import PORTS, call, resolve
from shared.settings import get_settings

MOST_TEXTS = 32
MOST_DIMENSIONS = 4_096
# A number of an answer has some 22 signs.
_MAX_BYTES = MOST_TEXTS * MOST_DIMENSIONS * 32

if TYPE_CHECKING:
    Vector: TypeAlias = array[float]
else:  # Python 3.11's knows no parameter.
    Vector = array
"""Of length 1, so that the product of two says how near they are."""


class NoVectors(Exception):
    """The server did not answer in time, or with something else; the message says what, and quotes no text."""


class Embeddings:
    """The server at `url`. Thread-safe."""

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self.model = model
        self._url = url
        self._headers = {"content-type": "application/json", "accept": "application/json"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"

    def of(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        """The vector of each text, within so many seconds. Raises NoVectors."""
        body = orjson.dumps({"model": self.model, "input": list(texts), "encoding_format": "float"})
        try:
            answer = call(
                "POST", self._url, seconds=seconds, body=body, headers=self._headers, max_bytes=_MAX_BYTES, find=_find
            )
        except OSError as error:
            raise NoVectors(str(error)[:200]) from error
        if answer.status != 200:
            raise NoVectors(f"status {answer.status}")
        try:
            rows = sorted(orjson.loads(answer.body)["data"], key=lambda row: row["index"])
            made = [_unit(row["embedding"]) for row in rows]
            places = [row["index"] for row in rows]
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise NoVectors(f"no vectors in the answer: {type(error).__name__}") from error
        if places != list(range(len(texts))) or len({len(vector) for vector in made}) > 1:
            raise NoVectors(f"{len(made)} vectors for {len(texts)} texts, or of different lengths")
        return made


def configured() -> Embeddings | None:
    """The server of the settings, if there is one."""
    settings = get_settings()
    if not settings.embedding_url:
        return None
    return Embeddings(settings.embedding_url, settings.embedding_model, settings.embedding_key)


def _unit(numbers: object) -> Vector:
    """Raises ValueError or TypeError for what is no direction."""
    if not isinstance(numbers, list) or not 0 < len(numbers) <= MOST_DIMENSIONS:
        raise ValueError("no list of numbers")
    length = math.hypot(*numbers)
    if not (math.isfinite(length) and length > 0):
        raise ValueError("no direction")
    return array("f", [number / length for number in numbers])


def _find(url: str) -> list[str]:
    """Addresses of an operator's host. Raises OSError for an unknown one, NoVectors where none may be asked."""
    parts = urlsplit(url)
    found = resolve(parts.hostname or "", parts.port or PORTS[parts.scheme])
    asked = [address for address in found if not _tells_of_the_machine(address)]
    if not asked:
        raise NoVectors("link-local addresses are not asked")
    return asked


def _tells_of_the_machine(address: str) -> bool:
    known = ip_address(address.partition("%")[0])
    mapped = getattr(known, "ipv4_mapped", None) or known
    return mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified
