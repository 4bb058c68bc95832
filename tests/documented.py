"""The commands of `toasoan` that the documents have people type."""

import re
from collections.abc import Iterator

_FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
# On one machine, in containers, on Kubernetes (whose `-n toasoan` is none); up to what the shell takes for itself.
_TYPED = re.compile(r"(?:(?<!-n )(?<![^\s(/])toasoan|run --rm tools) (?=[a-z])([^|;&>)']+)")
_DATE = re.compile(r"\$\(date [^)]*\)")


def told(text: str) -> Iterator[str]:
    """The commands of a page, without `toasoan` before them: those of its listings, then those within its words."""
    lines = [line.partition("  #")[0] for block in _FENCED.findall(text) for line in block.splitlines()]
    for code in [*lines, *_INLINE.findall(_FENCED.sub("", text))]:
        yield from (found.strip() for found in _TYPED.findall(_DATE.sub("TODAY", code)))
