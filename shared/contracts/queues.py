"""The queues: one a class of work, each consumed by one service's workers."""

from enum import StrEnum


class Queue(StrEnum):
    """A queue's name on the broker."""

    page = "page"  # what readers see: web's read model
    index = "index"  # type: ignore[assignment]  # the search index
    query = "query"  # questions with an answer and a deadline
    count = "count"  # type: ignore[assignment]  # views
    comments = "comments"  # readers' comments on their way to the moderators
    dead = "dead"  # what could not be handled, on its way to the dead-letter table
    statistics = "statistics"  # questions to the counter

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which messages of this queue may still wait on a broker."""
        return (self.value, *(former for former, queue in _FORMER.items() if queue == self.value))

    @classmethod
    def _missing_(cls, value: object) -> "Queue | None":
        return cls(_FORMER[str(value)]) if str(value) in _FORMER else None


_FORMER = {"bulk": "comments"}
"""Names of the release before this one -> today's. Its processes still send to them while a house is updated, and
dead letters are put back by them: workers consume both."""


CONSUMERS: dict[Queue, str] = {
    Queue.page: "web",
    Queue.index: "search",
    Queue.query: "search",
    Queue.count: "counter",
    Queue.comments: "ingest",
    Queue.dead: "ingest",
    Queue.statistics: "counter",
}

UNKEPT = frozenset({Queue.query, Queue.statistics})
"""Queues of questions: the broker forgets a message when it hands it out. Nobody asks the broker for it again, because
whoever asked has stopped waiting long before, and two commands a question are saved."""
