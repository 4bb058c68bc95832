"""A higher version wins: the rule by which messages may come twice, late or out of order."""

from collections.abc import Callable, Hashable, Iterable
from operator import ge, gt
from typing import Any, TypeVar

T = TypeVar("T")


def newest(
    items: Iterable[T], key: Callable[[T], Hashable], version: Callable[[T], Any], *, last: bool = False
) -> list[T]:
    """The item with the highest version for each key, in the order of the keys' first items.

    Of equal versions the first item, or the `last`.
    """
    beats = ge if last else gt
    kept: dict[Hashable, T] = {}
    for item in items:
        name = key(item)
        if name not in kept or beats(version(item), version(kept[name])):
            kept[name] = item
    return list(kept.values())
