"""Whatever is typed gives results or nothing, never an error, within bounded time and memory."""

import random
import resource
import time

import pytest

from services.search.answers import Answers
from services.search.engines.base import PUBLIC, SearchEngine
from services.search.queries import MAX_PHRASES, MAX_WORDS, plan, read
from shared.contracts.commands import SearchArticles, SuggestTitles
from tests.contract.search.conftest import Reader, put
from tests.contract.search.made_paper import made_paper

HOSTILE = [
    "*:*",
    "/.*/",
    "a*",
    "*",
    "(((((",
    "title:tết",
    "_exists_:title",
    "tết OR 1=1",
    "tết AND NOT",
    "tết~2 điện^9999999",
    "[* TO *]",
    '"',
    '""',
    '"""',
    '"điện biên',
    'điện " biên " phủ "',
    "-",
    "--",
    '-"',
    "- -- ---",
    "\\",
    '\\\\"',
    "điện\x00biên\x07phủ\x1b[31m",
    "\u202e\u200bđiện\u2066 biên\ufeff",
    "\U0001f600 tết \U0001f600",
    "̣́̀̉̃" * 60,
    "a" * 500,
    "ﷺ" * 100,
    "İıẞß ǅ ﬁ",
    "_ __ a_b ^bai |x|",
    "điện|điên5 dien_bien",
    "{{7*7}} ${jndi:ldap://x} <script>alert(1)</script>",
    "'; DROP TABLE articles; --",
    "汉字 кириллица ไทย العربية",
]


@pytest.fixture
def full(engine: SearchEngine) -> SearchEngine:
    put(engine, made_paper(40))
    return engine


def test_hostile_text_is_only_text(full: SearchEngine, reader: Reader) -> None:
    for typed in HOSTILE:
        started = time.monotonic()
        answer = reader.search(typed)
        Answers(full).complete(SuggestTitles(q=typed[:200]))
        assert answer.total < 40, typed  # none of them is a way to ask for everything
        assert "<script" not in answer.model_dump_json().replace("\\u003c", "<"), typed
        assert time.monotonic() - started < 5, typed
    assert reader.search("điện\x00 biên").total == reader.search("điện biên").total


def test_more_than_can_be_meant_is_cut(full: SearchEngine) -> None:
    index = full.current()
    dice = random.Random(3)
    words = [f"{dice.choice('bcdghklmnpst')}{dice.choice('aeiou')}{number}" for number in range(10_000)]
    huge = {
        "10,000 words": " ".join(words),
        "1 MB": "điện biên " * 100_000,
        "1 MB without a space": "đ" * 1_000_000,
        "many phrases": '"điện biên" -"tết" ' * 5_000,
        "quotes": '"' * 1_000_000,
    }
    for name, typed in huge.items():
        started = time.monotonic()
        understood = read(typed)
        asked = plan(understood)
        assert len(asked.words) <= MAX_WORDS, name
        assert len(asked.phrases) <= MAX_PHRASES, name
        assert len(asked.without) <= MAX_PHRASES, name
        assert index.search(asked, PUBLIC, 0, 20).total <= 40
        assert time.monotonic() - started < 5, name


def test_memory_stays_flat(full: SearchEngine) -> None:
    answers = Answers(full)
    dice = random.Random(5)

    def ask(number: int) -> None:
        letters = "".join(dice.choice('abcdeghiklmnopqrstuvxy ăâđêôơư"-*') for _ in range(dice.randrange(500)))
        answers.search(SearchArticles(q=letters, page=dice.choice([1, 2, 500])))
        answers.complete(SuggestTitles(q=letters[:200]))

    for number in range(60):
        ask(number)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(120):
        ask(number)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000
