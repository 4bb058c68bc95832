"""What every command and every question is, and how they travel."""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, Self, TypedDict, TypeVar

from shared.contracts.articles import Contract
from shared.contracts.handled import Handled
from shared.contracts.queues import Queue

A_co = TypeVar("A_co", bound=Contract, covariant=True)
Of = TypeVar("Of")


class Command(Contract):
    """Base of what is done once asked: `kind` names the task, `queue` is where it waits."""

    kind: ClassVar[str]
    queue: ClassVar[Queue]
    private: ClassVar[bool] = False
    """Of one that cannot be handled ops are told that it was there, and nothing that it says."""

    @classmethod
    def done_by(cls, work: Callable[[Of, Self], None]) -> Handled[Of]:
        """For `shared.handler.register`."""
        return Handled(cls, work)


class Query(Command, Generic[A_co]):
    """Base of the questions: a `Query[A]` is answered with an A."""

    Answer: ClassVar[type[Any]]
    """That A, as the class says it."""

    @classmethod
    def answered_by(cls, work: Callable[[Of, Self], A_co]) -> Handled[Of]:
        """For `shared.handler.register`."""
        return Handled(cls, work)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if arguments := cls.__pydantic_generic_metadata__["args"]:
            cls.Answer = arguments[0]


class CommandMessage(TypedDict):
    """The arguments of a command's task."""

    message: dict[str, object]
    """The command's fields as JSON."""
    sent_at: float


class AskedQuestion(TypedDict):
    id: str
    message: dict[str, object]
    within: float
    """Seconds from `sent_at` that somebody waits for the answer."""
    traceparent: str


class QuestionsMessage(TypedDict):
    """The arguments of a question's task: all of its kind that have gathered."""

    questions: list[AskedQuestion]
    sent_at: float
