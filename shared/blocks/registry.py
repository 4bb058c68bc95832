"""The kinds of story blocks that there are: found in their folders, each once."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar

from shared.blocks.fields import BlockPart
from shared.vietnamese.text import sort_key

KINDS = Path(__file__).parent / "kinds"


class Block(BlockPart):
    """A story block. Its kind is called as its folder is."""

    LABEL: ClassVar[str]
    """What editors call it."""
    HINT: ClassVar[str]
    """What it is for, in a few words."""
    VERSION: ClassVar[int] = 1
    FRAMES: ClassVar[tuple[str, ...]] = ()
    """Origins that the page may show in a frame, once the reader has asked for it."""

    @classmethod
    def kind(cls) -> str:
        return cls.__module__.rpartition(".")[2]

    def articles(self) -> tuple[int, ...]:
        """The ids of the paper's own articles that it names."""
        return ()

    def now(self, cards: Mapping[int, Any]) -> "Block | None":
        """The same with these articles as they are now (`path`, `title`), without those that are no more; None where
        nothing is left of it."""
        return self

    def more(self) -> Mapping[str, object]:
        """What its template is given beside its fields, for a page."""
        return {}


@lru_cache(maxsize=1)
def kinds() -> dict[str, type[Block]]:
    """By their names, in the order of their labels."""
    for found in iter_modules([str(KINDS)]):
        import_module(f"shared.blocks.kinds.{found.name}")
    every = sorted(Block.__subclasses__(), key=lambda kind: sort_key(kind.LABEL))
    return {kind.kind(): kind for kind in every}


def schema(kind: type[Block]) -> dict[str, Any]:
    """The JSON schema of a kind's fields."""
    return kind.model_json_schema()


def frames() -> list[str]:
    """All origins that some kind may show in a frame."""
    return sorted({origin for kind in kinds().values() for origin in kind.FRAMES})


@lru_cache(maxsize=1)
def style() -> str:
    """What all kinds share, and the style sheets of each."""
    return (KINDS.parent / "common.css").read_text("utf-8") + _together("style.css")


@lru_cache(maxsize=1)
def script() -> str:
    """The scripts of all kinds: each works on what it finds on the page."""
    return _together("page.js")


def _together(name: str) -> str:
    found = (KINDS / kind / name for kind in sorted(kinds()))
    return "\n".join(path.read_text("utf-8") for path in found if path.is_file())
