"""Which articles read alike, from what both engines find: text and tags ask, section, tags and dates decide.

The figures are judged (`benchmarks/links`): the lists of 41 stories have an nDCG@6 of .65 where the text alone had .52,
and an editor would link to 39 of 100 that are shown, where it were 22. Names weigh as the pairs of words that they are:
to weigh them more gave nothing.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from services.search.documents import IndexDocument
from shared.vietnamese.forms import pair_token, syllables

CANDIDATES = 20
"""Articles looked at, beside the article itself."""
_SAME_SECTION = 0.5
_SAME_TAG = 1.0
_SAME_DAYS = 0.1
_DAYS = 30.0
# What is less like an article, against its likeness to itself, is about something else.
_LEAST = 0.12


def tag_pairs(document: IndexDocument) -> list[str]:
    """Tokens of `exact_pairs`: an article that another one's tags are words of is about the same."""
    return sorted({pair_token(*pair) for _, tag in document.tags for pair in pairwise(syllables(tag))})


def nearest(document: IndexDocument, scored: Sequence[tuple[IndexDocument, float]], size: int) -> list[int]:
    """The ids near enough to an article among (article, score), which should hold itself, if it is public."""
    own = next((score for found, score in scored if found.id == document.id), 0.0)
    others = [(found, score) for found, score in scored if found.id != document.id]
    common = Counter(tag for found, _ in others for tag in _tags(found))
    wanted = _tags(document)

    def likeness(found: IndexDocument, score: float) -> float:
        days = abs(found.published_at - document.published_at) / 86_400
        more = _SAME_DAYS * math.pow(0.5, days / _DAYS)
        more += _SAME_SECTION * (found.section_slug == document.section_slug)
        # The fewer of those that read alike have a tag, the more it says.
        more += _SAME_TAG * sum(1 / (1 + math.log2(common[tag])) for tag in sorted(wanted & _tags(found)))
        return score * (1 + more)

    found = sorted(((likeness(*one), one[0].id) for one in others), reverse=True)
    return [article_id for value, article_id in found if value >= own * _LEAST][:size]


def _tags(document: IndexDocument) -> set[str]:
    return {address for address, _ in document.tags}
