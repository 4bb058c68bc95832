"""Which stories of the demo paper an editor would link to each other, and what "Tin liên quan" makes of them.

The pairs (benchmarks/links/demo.txt) were written from reading the stories, before any of them was asked of the engine.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from benchmarks import judged
from services.search.documents import IndexDocument
from services.search.engines.base import Index

_FILE = Path(__file__).parent / "links" / "demo.txt"
_SHOWN = 6
_SURE, _PERHAPS = 2, 1


@dataclass(frozen=True, slots=True)
class Links:
    """How good the lists are of all stories."""

    ndcg: float
    """nDCG@6, the mean of the stories that an editor would link to any."""
    precision: float
    """What share of all that is shown an editor would link to."""
    shown: int


def documents(bare: bool = False) -> list[IndexDocument]:
    """The stories, with the section and the tags of each, or `bare` without."""
    stories = judged.documents([])
    return [replace(one, extra="", tags=()) if bare else replace(one, section_slug=one.section_name) for one in stories]


def pairs() -> Mapping[str, Mapping[str, int]]:
    """What each story's link to another is worth, by their addresses. Raises ValueError for what cannot be meant."""
    worth: dict[str, dict[str, int]] = defaultdict(dict)
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        one, other, *doubt = (part.strip() for part in line.split("|"))
        if doubt not in ([], ["may be"]):
            raise ValueError(f"{_FILE.name}: {line}")
        worth[f"/{one}"][f"/{other}"] = worth[f"/{other}"][f"/{one}"] = _PERHAPS if doubt else _SURE
    return worth


def judge(index: Index, stories: list[IndexDocument]) -> Links:
    """The lists that an index, which holds just these stories, makes for them."""
    worth, names = pairs(), {one.id: one.url for one in stories}
    if strange := worth.keys() - names.values():
        raise ValueError(f"no such stories: {strange}")
    lists = {one.url: [names[found] for found in index.similar(one, _SHOWN)] for one in stories}
    gains = [
        _gain([wanted.get(found, 0) for found in lists[url]]) / _gain(sorted(wanted.values(), reverse=True)[:_SHOWN])
        for url, wanted in worth.items()
    ]
    good = [found in worth.get(url, ()) for url, listed in lists.items() for found in listed]
    return Links(mean(gains), mean(good), len(good))


def _gain(worths: list[int]) -> float:
    return sum(worth / math.log2(place + 1) for place, worth in enumerate(worths, start=1))
