"""A kind of message and the function that does what it says, paired where the type checker holds them together."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from shared.contracts.articles import Contract

Of = TypeVar("Of")


class Handled(NamedTuple, Generic[Of]):
    """Made by `Event.handled_by`, `Command.done_by` and `Query.answered_by`, which say what `work` gets and gives."""

    kind: type[Contract]
    work: Callable[[Of, Any], Any]
    """It gets what the service works on (its stores), and the message."""
