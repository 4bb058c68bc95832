"""The queues: one a class of work, each consumed by one service's workers."""

from enum import StrEnum


class Queue(StrEnum):
    """A queue's name on the broker."""

    page = "page"  # what readers see: web's read model
    index = "index"  # type: ignore[assignment]  # the search index
    query = "query"  # questions with an answer and a deadline
    count = "count"  # type: ignore[assignment]  # views
    bulk = "bulk"  # imports, reader comments, rebuilds
    dead = "dead"  # what could not be handled, on its way to the dead-letter table
    statistics = "statistics"  # questions to the counter


CONSUMERS: dict[Queue, str] = {
    Queue.page: "web",
    Queue.index: "search",
    Queue.query: "search",
    Queue.count: "counter",
    Queue.bulk: "ingest",
    Queue.dead: "ingest",
    Queue.statistics: "counter",
}

UNKEPT = frozenset({Queue.query, Queue.statistics})
"""Queues of questions: the broker forgets a message when it hands it out. Nobody asks the broker for it again, because
whoever asked has stopped waiting long before, and two commands a question are saved."""
