"""The counter's one worker process: what it does side by side."""

import time
from datetime import date
from threading import Event
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import Engine

from services.counter import statistics, tasks
from services.counter.hot import Hot
from shared.contracts.commands import CountViews
from shared.contracts.messages import Query
from shared.contracts.statistics import ArticleStatistics, LiveNow, SiteStatistics, ViewAudit
from tests.servers import RedisServer
from tests.wait import until

QUESTIONS = [
    (SiteStatistics(first=date(2025, 1, 1), last=date(2025, 12, 31)), "of_site"),
    (ArticleStatistics(article_id=7), "of_article"),
    (LiveNow(), "live"),
    (ViewAudit(), "audit"),
]


@pytest.mark.parametrize(("question", "function"), QUESTIONS, ids=lambda one: getattr(one, "kind", ""))
def test_a_question_that_takes_long_delays_no_view(
    source: Engine, counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch, question: Query[Any], function: str
) -> None:
    begun, goes_on, ended = Event(), Event(), Event()

    def slow(*_: Any) -> None:
        begun.set()
        goes_on.wait(3)
        ended.set()
        raise RuntimeError("no answer")

    monkeypatch.setattr(statistics, function, slow)
    app, hot = Celery("test", broker="memory://"), Hot(counters_redis.client())
    tasks.register(app, tasks.Counter(source, hot, lambda: None))
    asked = {"id": "q1", "message": question.model_dump(mode="json"), "within": 4.0, "traceparent": ""}
    batch = CountViews(batch_id="0123456789abcdef-0", views=((7, "reader", int(time.time()), ""),))

    app.tasks[f"counter.{question.kind}"].apply(kwargs={"questions": [asked], "sent_at": time.time()})
    app.tasks["counter.count_views"].apply(kwargs={"message": batch.model_dump(mode="json")})

    assert hot.applied([batch.batch_id]) == [batch.batch_id]
    assert not ended.is_set(), "the view waited for the question"
    until(begun.is_set, 5)
    goes_on.set()
    until(ended.is_set, 5)
