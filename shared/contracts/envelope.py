"""How events travel: a batch of envelopes of one kind in one Celery message.

One message may carry many events because what costs is the message, not the event; a consumer still applies
each by its own version.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypedDict, TypeVar

from pydantic import Field

from shared.contracts.articles import Contract

P_co = TypeVar("P_co", bound=Contract, covariant=True)

# Keeps a message under about half a megabyte of JSON, and a handler under about a second of work.
BATCH_EVENTS = 100
BATCH_BYTES = 400_000
# Larger messages are compressed; below this, compressing costs more than it saves.
COMPRESS_OVER_BYTES = 8_192

# Versions are SQL integers: what would not fit cannot be a version.
Version = Annotated[int, Field(ge=0, lt=2**62)]
VERSIONS_A_GENERATION = 2**24


def stamped(generation: int, version: int) -> int:
    """The version on the wire of a thing's `version` in a generation of its source: whatever a later generation says is
    newer than all that was said before. A source begins a new one when it was put back to an older state, or when
    everybody is to forget what they hold."""
    return generation * VERSIONS_A_GENERATION + version


class Envelope(Contract):
    """One event on the wire. `key` is what it speaks of (an article's id), `version` orders events of that key."""

    event_id: str = Field(max_length=64)
    schema_version: int = 1
    key: str
    version: Version
    occurred_at: float
    """Unix seconds of the commit."""
    traceparent: str = ""
    payload: dict[str, Any]

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.occurred_at, UTC)


class EnvelopeFields(TypedDict):
    """An Envelope as it is sent: `payload` is an object of JSON, or a piece of JSON as it is."""

    event_id: str
    schema_version: int
    key: str
    version: int
    occurred_at: float
    traceparent: str
    payload: object


class Events(TypedDict):
    """The arguments of the task of a kind of event."""

    events: list[EnvelopeFields]
    sent_at: float


class Delivered(Generic[P_co]):
    """An event as a handler gets it: the envelope's facts and the typed payload."""

    __slots__ = ("event_id", "occurred_at", "payload", "version")

    def __init__(self, envelope: Envelope, payload: P_co) -> None:
        self.event_id = envelope.event_id
        self.version = envelope.version
        self.occurred_at = envelope.at
        self.payload = payload
