"""The lines in which editors say it, and what they mean.

UBND = Ủy ban nhân dân          names of the same
giá vàng = vàng hôm nay => 123  queries that article 123 answers
"""

import re
from collections.abc import Sequence

from services.ingest.kit.errors import Invalid
from shared.contracts.events import SearchRule
from shared.vietnamese.forms import folded_text, syllables

MAX_LINES = 300
_MAX_NAMES = 8
_MAX_WORDS = 8
_MAX_CHARS = 60
_ARROW = "=>"
_NUMBER = re.compile(r"[0-9]{1,10}")


def read(lines: Sequence[str]) -> tuple[SearchRule, ...]:
    """Raises Invalid, with the number of each line that cannot be meant."""
    if len(lines) > MAX_LINES:
        raise Invalid.of("lines", f"Nhiều nhất {MAX_LINES} dòng.")
    rules, faults = [], []
    for number, line in enumerate(lines, start=1):
        try:
            rules.append(_rule(line))
        except ValueError as fault:
            faults.append({"field": "lines", "message": f"Dòng {number} “{line[:80]}”: {fault}"})
    if faults:
        raise Invalid(faults)
    return tuple(rules)


def _rule(line: str) -> SearchRule:
    """Raises ValueError with what is wrong, in Vietnamese."""
    typed, arrow, article = line.partition(_ARROW)
    names = [" ".join(name.split()) for name in typed.split("=")]
    if arrow and not (_NUMBER.fullmatch(article.strip()) and 0 < int(article) < 2**31):
        raise ValueError("sau => là số của một bài.")
    if len(names) < 2 and not arrow:
        raise ValueError("cần ít nhất hai cách gọi, ngăn bằng dấu =.")
    if len(names) > _MAX_NAMES:
        raise ValueError(f"nhiều nhất {_MAX_NAMES} cách gọi.")
    for name in names:
        if len(name) > _MAX_CHARS or not 0 < len(syllables(name)) <= _MAX_WORDS:
            raise ValueError(f"mỗi cách gọi có từ 1 đến {_MAX_WORDS} tiếng.")
    if len({folded_text(name) if arrow else name.lower() for name in names}) < len(names):
        raise ValueError("một cách gọi viết hai lần.")
    return SearchRule(words=tuple(names), article_id=int(article) if arrow else 0)
