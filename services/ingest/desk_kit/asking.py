"""The desk's questions to the other services."""

from functools import lru_cache
from typing import TypeVar

from shared.ask import Asker, NoAnswer
from shared.celery_factory import publisher
from shared.contracts.articles import Contract
from shared.contracts.messages import Query

A = TypeVar("A", bound=Contract)

SECONDS = 4.0
"""How long a page of the desk waits for an answer."""


@lru_cache(maxsize=1)
def _asker() -> Asker:
    """The process's line to the others, opened at the first question."""
    return Asker(publisher("ingest")).start()


def ask(query: Query[A]) -> A | None:
    """The answer, or None when there is none in time: pages then say so."""
    try:
        return _asker().ask_sync(query, SECONDS)
    except (NoAnswer, RuntimeError):
        # RuntimeError: Celery's own, when the store of answers is away.
        return None


def close() -> None:
    """Hang up, when the process ends."""
    if _asker.cache_info().currsize:
        _asker().close()
        _asker.cache_clear()
