"""Questions on their way: how many messages they become, and what nobody waits for is not sent."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from shared.ask import Asker, NoAnswer, reply
from shared.celery_factory import make_celery
from shared.contracts.commands import SearchAnswer, SearchArticles, SuggestTitles
from shared.contracts.queues import Queue
from tests.contract.shared.conftest import messages
from tests.servers import RedisServer
from tests.wait import until_async

WORDS = [f"cau {number}" for number in range(80)]


@pytest.fixture
def asker(broker: RedisServer, counters_redis: RedisServer) -> Iterator[Asker]:
    made = Asker(make_celery("tests")).start()
    yield made
    made.close()


def sent(broker: RedisServer) -> list[tuple[str, list[str]]]:
    """(task, what was asked) of each message in the queue."""
    return [
        (task, [question["message"]["q"] for question in arguments["questions"]])
        for task, arguments in messages(broker, Queue.query)
    ]


async def none(asker: Asker, query: SearchArticles | SuggestTitles, timeout: float) -> None:
    with pytest.raises(NoAnswer):
        await asker.ask(query, timeout)


def test_while_nobody_answers_questions_gather(asker: Asker, broker: RedisServer) -> None:
    async def crowd() -> list[tuple[str, list[str]]]:
        asked = [asyncio.create_task(none(asker, SearchArticles(q=word), 3)) for word in WORDS]
        await until_async(lambda: len(sent(broker)) == 4, 10, "four messages")
        # Another kind of question does not wait for this one.
        asked.append(asyncio.create_task(none(asker, SuggestTitles(q="a"), 2)))
        await until_async(lambda: len(sent(broker)) == 5, 10, "the other kind's message")
        seen = sent(broker)
        await asyncio.gather(*asked)
        return seen

    *searches, (task, _) = asyncio.run(crowd())
    assert task == "search.suggest_titles"
    assert {task for task, _ in searches} == {"search.search_articles"}
    assert max(len(asked) for _, asked in searches) <= 16
    together = [word for _, asked in searches for word in asked]
    assert together == WORDS[: len(together)]


def test_what_nobody_waits_for_any_more_is_not_sent(asker: Asker, broker: RedisServer) -> None:
    async def ask() -> None:
        await asyncio.gather(*(none(asker, SearchArticles(q=word), 1) for word in WORDS))
        before = len(sent(broker))
        later = asyncio.create_task(none(asker, SearchArticles(q="sau"), 2))
        await until_async(lambda: len(sent(broker)) == before + 1, 5, "the way is free again")
        assert sent(broker)[-1][1] == ["sau"]
        await later

    asyncio.run(ask())


def test_a_question_says_how_long_its_asker_waits(asker: Asker, broker: RedisServer) -> None:
    asyncio.run(none(asker, SearchArticles(q="a"), 2))
    ((_, arguments),) = messages(broker, Queue.query)
    assert 1.5 < arguments["questions"][0]["within"] <= 2
    assert abs(arguments["sent_at"] - time.time()) < 10


def test_a_question_is_put_again_when_a_worker_took_it_and_died(asker: Asker, broker: RedisServer) -> None:
    async def ask() -> SearchAnswer:
        asked = asyncio.create_task(asker.ask(SearchArticles(q="lũ"), 20, again_after=1))
        await until_async(lambda: len(sent(broker)) == 1, 5, "the question")
        broker.client().delete(f"ts:{Queue.query.value}")
        await until_async(lambda: len(sent(broker)) == 1, 15, "the question again")
        ((_, arguments),) = messages(broker, Queue.query)
        reply(arguments["questions"][0]["id"], SearchAnswer(total=3, took_ms=1))
        return await asked

    assert asyncio.run(ask()).total == 3


def test_without_a_broker_there_is_no_answer_and_soon(asker: Asker, broker: RedisServer) -> None:
    broker.kill()
    started = time.monotonic()
    asyncio.run(none(asker, SearchArticles(q="a"), 1.5))
    assert time.monotonic() - started < 2.5
