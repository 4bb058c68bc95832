"""Comparing what the other services hold with ingest, and sending again what differs; a rebuild sends everything."""

import time
from collections.abc import Sequence

import redis
from celery import Celery
from kombu.exceptions import OperationalError as BrokerAway
from redis.utils import str_if_bytes
from sqlalchemy import Engine

from services.ingest.kit import generation
from services.ingest.ops.comparison import STORES, Behind, Comparison, Store
from services.ingest.ops.expected import PARTS, pages_of_articles, pages_of_parts, small_things
from services.ingest.ops.resend import resend
from shared.ask import Asker, AskFunction, NoAnswer
from shared.celery_factory import publisher
from shared.contracts.commands import ListWebRelated
from shared.contracts.events import ArticlePublished, ArticleSaved
from shared.contracts.queues import Queue
from shared.database import engine as service_engine
from shared.database import write
from shared.redis_client import redis_client
from shared.telemetry import log

_RESULTS = "ts:reconcile"
QUEUES = tuple(store.queue for store in STORES)


def reconcile() -> dict[str, int | None]:
    """Compare every store with ingest and send again what differs.

    Returns store name -> number of articles that differed, None where the store (or its queue) did not answer.
    """
    app = publisher("ingest")
    asker = Asker(app).start()
    try:
        return compare(service_engine("ingest"), app, asker.ask_sync)
    finally:
        asker.close()


def compare(source: Engine, app: Celery, ask: AskFunction, stores: Sequence[Store] = STORES) -> dict[str, int | None]:
    """`reconcile` with its surroundings as parameters."""
    generation.notice_promotion(source)
    found, ahead = _compared(source, app, ask, stores)
    if ahead:
        with write(source) as connection:
            generation.begin(connection, f"{', '.join(ahead)} knew newer versions", went_back=True)
        found, _ = _compared(source, app, ask, stores)
    _remember(found)
    if any(found.values()):
        log.warning("read models differed", **{name: number for name, number in found.items() if number})
    return found


def _compared(
    source: Engine, app: Celery, ask: AskFunction, stores: Sequence[Store]
) -> tuple[dict[str, int | None], list[str]]:
    """(what `reconcile` returns, the stores that know more than ingest)"""
    found: dict[str, int | None] = {}
    ahead = []
    for store in stores:
        comparison = Comparison(source, app, ask, store)
        try:
            found[store.name] = comparison.run()
        except (NoAnswer, Behind, BrokerAway, redis.RedisError) as error:
            log.warning("store not compared", store=store.name, error=repr(error)[:200])
            found[store.name] = None
        if comparison.ahead:
            ahead.append(store.name)
    if found.get("web") is not None:
        try:
            # After search was compared: what it is sent for this is no difference of its own.
            _ask_for_related(source, app, ask)
        except NoAnswer as error:
            log.warning("related articles not compared", error=repr(error)[:200])
    return found, ahead


def last_results() -> dict[str, tuple[int, float]]:
    """Store -> (articles that differed, unix seconds) at its last whole comparison by any process.

    Raises redis.RedisError.
    """
    results = {}
    for name, value in redis_client().hgetall(_RESULTS).items():
        number, at = value.split()
        results[str_if_bytes(name)] = (int(number), float(at))
    return results


def rebuild(everything: bool = False, went_back: bool = False) -> int:
    """Send all that readers see again, newest first, as newer than whatever stores hold; returns the number of events.

    Search is told too, because it then tells web the related articles. `everything`: drafts to search and the
    counter's list of articles as well, which the next comparison would send else. `went_back`: ingest's store is an
    older one than the one that spoke last.
    """
    source = service_engine("ingest")
    with write(source) as connection:
        generation.begin(connection, "restore" if went_back else "rebuild", went_back=went_back)
    sent = sum(resend(source, small_things(source, queue), (queue,), bulk=False) for queue in QUEUES)
    for parts in PARTS:
        for page in pages_of_parts(source, parts):
            sent += resend(source, [one for one in page if one.event is parts.shown], (Queue.page,), bulk=True)
    queues = QUEUES if everything else (Queue.page, Queue.index)
    for page in pages_of_articles(source, drafts=False, newest_first=True):
        sent += resend(source, page, queues, bulk=True)
    if everything:
        for page in pages_of_articles(source, drafts=True, newest_first=True):
            hidden = [article for article in page if article.event is ArticleSaved]
            sent += resend(source, hidden, (Queue.index,), bulk=True)
    return sent


def _ask_for_related(source: Engine, app: Celery, ask: AskFunction) -> None:
    """Have search tell web what is related to articles of which web does not know it. Search finds that out in its
    quiet moments: what is on its way counts for no difference.

    Raises NoAnswer.
    """
    told_by_search = Store("web", Queue.index, ListWebRelated)
    web, after = Comparison(source, app, ask, told_by_search), 0
    for page in pages_of_articles(source, drafts=False):
        web.send_lacking([one for one in page if one.event is ArticlePublished], after)
        after = page[-1].id


def _remember(found: dict[str, int | None]) -> None:
    """For whoever shows it: the relay's metrics, the ops page."""
    values = {name: f"{number} {time.time()}" for name, number in found.items() if number is not None}
    try:
        for name, value in values.items():
            redis_client().hset(_RESULTS, name, value)
    except redis.RedisError as error:
        log.warning("comparison not noted", error=str(error))
