"""What receivers of webhooks are sent, for the API's document; a test holds the messages of `loop` against it."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Header
from pydantic import AwareDatetime, BaseModel, Field

from services.ingest.kit.retrying import RESTS
from services.ingest.webhooks.store.endpoints import KINDS, PING
from shared.contracts.articles import Tag


class RemovedArticle(BaseModel):
    """An article that readers do not see any more."""

    id: int
    version: int
    generation: Annotated[int, Field(description="Rises when the paper was put back to an older state.")]
    status: str
    url: str


class ToldArticle(RemovedArticle):
    """An article as readers see it; its text is asked of the API."""

    title: str
    summary: str
    section_slug: str
    section_name: str
    tags: list[Tag]
    byline: str
    published_at: AwareDatetime | None
    updated_at: AwareDatetime


class Message(BaseModel):
    """A message of webhooks; `id` is the same whenever it is sent again."""

    id: str
    timestamp: AwareDatetime


class ShownMessage(Message):
    """Readers see an article, or another version of it."""

    type: Literal["article.published", "article.updated"]
    data: ToldArticle


class RemovedMessage(Message):
    """Readers do not see an article any more."""

    type: Literal["article.removed"]
    data: RemovedArticle


class NoData(BaseModel):
    """Nothing."""


class PingMessage(Message):
    """Sent from the desk, to see whether messages arrive."""

    type: Literal["ping"]
    data: NoData


Id = Annotated[str, Header(alias="webhook-id")]
SentAt = Annotated[str, Header(alias="webhook-timestamp", description="Unix seconds.")]
Signature = Annotated[str, Header(alias="webhook-signature", description="As standardwebhooks.com says: v1,BASE64.")]
_TAKEN = (
    f"\n\nAny 2xx takes it; else it is sent {len(RESTS)} times more, the first after {RESTS[0].seconds} s. It may come "
    "twice or out of order: of the higher generation the higher version is right."
)


def _shown(message: ShownMessage, id: Id, sent_at: SentAt, signature: Signature) -> None: ...


def _removed(message: RemovedMessage, id: Id, sent_at: SentAt, signature: Signature) -> None: ...


def _ping(message: PingMessage, id: Id, sent_at: SentAt, signature: Signature) -> None: ...


_TOLD: dict[str, tuple[Callable[..., None], type[Message]]] = {
    "article.removed": (_removed, RemovedMessage),
    PING: (_ping, PingMessage),
}


def describe(webhooks: APIRouter) -> None:
    """Add every kind of message to an app's webhooks."""
    for kind in (*KINDS, PING):
        endpoint, model = _TOLD.get(kind, (_shown, ShownMessage))
        webhooks.add_api_route(
            kind,
            endpoint,
            methods=["POST"],
            status_code=204,
            operation_id=f"webhooks_{kind}",
            tags=["webhooks"],
            description=f"{model.__doc__}{_TAKEN}",
            response_description="Taken.",
        )
