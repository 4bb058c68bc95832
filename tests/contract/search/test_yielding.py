"""Background work yields to questions: it rests after each piece while somebody asks, and goes on by itself."""

import threading
from pathlib import Path

import pytest

from services.search import yielding
from services.search.answers import Answers
from services.search.engines.base import SearchEngine
from services.search.reindex import fill
from services.search.related import Related
from services.search.yielding import QuestionSignal, Yielding, asked
from shared.contracts.commands import SearchArticles, SuggestTitles
from shared.contracts.events import RelatedArticlesChanged
from tests.contract.search.conftest import article, put
from tests.servers import RedisServer
from tests.wait import until

STORIES = [article(number, f"Lũ cuốn cầu Bản Lầu {number}", "Bộ đội dựng cầu tạm.") for number in range(1, 8)]


class Rests(threading.Event):
    """An Event that is set by nobody; notes how long who works rests instead of resting."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        return False


def test_related_stories_rest_after_each_article_while_somebody_asks(
    engine: SearchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[RelatedArticlesChanged] = []
    questions = [True, True, False, False, False, False, False]
    rests = Rests()
    monkeypatch.setattr(threading, "Event", lambda: rests)
    related = Related(engine, tmp_path / "related.db", told.extend, questions=lambda: questions.pop(0))
    monkeypatch.undo()
    put(engine, STORIES)
    for story in STORIES:
        related.indexed([story])
    assert related.run_once() == len(STORIES)
    assert len(rests.seconds) == 2 and not questions  # looked after each, rested while there were questions
    assert {event.article_id for event in told} == {story.id for story in STORIES}


def test_a_new_index_rests_after_each_chunk_while_somebody_asks(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, STORIES)
    engine.begin()
    monkeypatch.setattr("services.search.reindex.Yielding", lambda rests, wait: Yielding(rests, wait, lambda: True))
    rests = Rests()
    assert fill(engine, rests)
    assert rests.seconds and engine.current().size() == len(STORIES)


def test_whoever_answers_is_noticed_by_whoever_works_and_forgotten_after_a_moment(
    engine: SearchEngine, counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another test may have asked without a Redis.
    monkeypatch.setattr("shared.redis_client._resting_until", 0.0)
    put(engine, STORIES)
    answers = Answers(engine, QuestionSignal().note)
    until(lambda: not asked(), 5, "nobody asks")
    answers.search(SearchArticles(q="lũ cuốn"))
    assert asked()
    until(lambda: not asked(), 5, "the question is forgotten")
    answers.complete(SuggestTitles(q="lu cuon"))
    assert asked()


def test_a_long_piece_rests_no_longer_than_bound() -> None:
    rests = Rests()
    turn = Yielding(4.0, rests.wait, lambda: True)
    turn.begin()
    turn._began -= 60
    turn.end()
    assert rests.seconds == [yielding._LONGEST_REST_SECONDS]
