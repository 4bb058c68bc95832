"""Questions as people ask them, written by hand, with the pages that answer them: benchmarks/questions/*.txt.

The texts are LibreOffice's Vietnamese help (as in `manual`) and the demo paper, both in one index.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean

from services.search.documents import IndexDocument, plain_text
from shared.vietnamese.dates import VIETNAM
from shared.vietnamese.text import slug
from toasoan.demo import stories

FIRST = 10
_FOLDER = Path(__file__).parent / "questions"
# What a page is worth that answers, and one that answers in part.
_WHOLE, _PART = 2, 1
_PAPER_STARTS = datetime(2023, 1, 9, 18, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what each page is worth that answers it, by the page's name."""

    text: str
    worth: Mapping[str, int]
    about: str
    """The file it stands in: "demo", "manual"."""


def questions() -> list[Question]:
    """All of them. Raises ValueError for a line that cannot be meant."""
    return [question for file in sorted(_FOLDER.glob("*.txt")) for question in _read(file)]


def _read(file: Path) -> Iterator[Question]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, *answers = (part.strip() for part in line.split("|"))
        if not (text and answers and answers[0]) or len(answers) > 2:
            raise ValueError(f"{file.name}: {line}")
        worth = dict.fromkeys(answers[0].split(), _WHOLE)
        worth |= dict.fromkeys(" ".join(answers[1:]).split(), _PART)
        yield Question(text, worth, file.stem)


def documents(manual: Sequence[IndexDocument]) -> list[IndexDocument]:
    """The pages of the manual and the demo paper's stories; `url` is "/" and the name that `worth` has."""
    return [*manual, *(_story(len(manual) + number, one) for number, one in enumerate(stories.stories(), start=1))]


class _Addresses(dict[str, str]):
    """Of files that nobody has: of a picture, or of what the name's end says."""

    def __missing__(self, name: str) -> str:
        return f"/media/00/{'0' * 32}{Path(name).suffix or '.jpg'}"


def _story(number: int, story: stories.DemoStory) -> IndexDocument:
    return IndexDocument(
        id=number, version=1, status="published", title=story.title, url=f"/{story.name}",
        summary=story.dated(story.summary, _PAPER_STARTS),
        text=plain_text(story.html(_PAPER_STARTS, _Addresses())), extra=story.tags.replace(";", "\n"),
        tags=tuple((slug(tag), tag) for tag in map(str.strip, story.tags.split(";")) if tag),
        section_slug="bao", section_name=story.section, published_at=int(_PAPER_STARTS.timestamp()),
    )  # fmt: skip


def ndcg(question: Question, found: Sequence[str]) -> float:
    """Normalised discounted cumulative gain of the first ten names found: 1 for the best order there can be."""
    best = sorted(question.worth.values(), reverse=True)
    return _gain([question.worth.get(name, 0) for name in found[:FIRST]]) / _gain(best[:FIRST])


def recall(question: Question, found: Sequence[str]) -> float:
    """1 where a page that answers wholly is among the first ten."""
    return float(any(question.worth.get(name) == _WHOLE for name in found[:FIRST]))


def _gain(worths: Sequence[int]) -> float:
    return sum(worth / math.log2(place + 1) for place, worth in enumerate(worths, start=1))


def judge(
    asked: Sequence[Question], find: Callable[[str], Sequence[str]], way: Callable[[str], str] = str
) -> tuple[float, float]:
    """The mean (nDCG@10, recall@10) of what `find` finds for these questions, typed in some way."""
    found = [(question, find(way(question.text))) for question in asked]
    return mean(ndcg(*one) for one in found), mean(recall(*one) for one in found)
