"""Search's processes: `python -m services.search.worker index` (one) and `… query` (as many as wanted; `query-2` and so
on where several share a run dir)."""

import sys
import time
from collections.abc import Sequence

from celery import Celery

from services.search import tasks
from services.search.answers import Answers
from services.search.embedding import configured
from services.search.engines.base import IndexMismatch, SearchEngine
from services.search.engines.choose import make_engine
from services.search.meaning import Learning, Meaning
from services.search.reindex import Filler
from services.search.related import Related
from services.search.yielding import QuestionSignal
from shared.away import Unavailable
from shared.celery_factory import make_celery
from shared.contracts.events import RelatedArticlesChanged
from shared.contracts.queues import Queue
from shared.process import prepare
from shared.publishing import send_all
from shared.settings import get_settings
from shared.telemetry import log
from shared.worker import run_worker

# How long the writing worker waits for one before it to end.
_OWN_SECONDS = 30.0
# Articles of the embedded engine's index (see `_threads`).
_TWO_THREADS_OVER = 5_000


def main(role: str) -> int:
    prepare(f"search.{role}")
    app = make_celery("search")
    engine = make_engine()
    try:
        return _index(app, engine) if role == "index" else _query(role, app, engine)
    finally:
        engine.close()


def _index(app: Celery, engine: SearchEngine) -> int:
    if not _own(engine):
        log.error("another process writes the search index")
        return 1
    _check(engine)
    related = Related(engine, get_settings().data_dir / "search" / "related.db", lambda events: _send(app, events))
    filler = Filler(engine)
    server = configured()
    learning = Learning(engine, server, engine.vectors(server.model)) if server else None
    work: list[Related | Filler | Learning] = [related, filler, *([learning] if learning else [])]
    tasks.register_indexing(app, tasks.Indexing(engine, [related, *([learning] if learning else [])]))
    for one in work:
        one.start()
    try:
        return run_worker("search.index", app, [Queue.index])
    finally:
        for one in reversed(work):
            one.stop()


def _query(role: str, app: Celery, engine: SearchEngine) -> int:
    _check(engine)
    server = configured()
    meaning = Meaning(server, engine.vectors(server.model)) if server else None
    service = Answers(engine, QuestionSignal().note, meaning)
    try:
        service.warm()
    except Unavailable as error:
        log.warning("not warmed", error=repr(error)[:200])
    tasks.register_questions(app, service)
    return run_worker(f"search.{role}", app, [Queue.query], pool="threads", threads=_threads(engine))


def _threads(engine: SearchEngine) -> int:
    """How many questions to answer at once."""
    if get_settings().elasticsearch_url:
        return get_settings().query_threads
    # The embedded engine searches in this process, without Python's lock. In a large index that is more than half of an
    # answer: two threads give a fifth more of them than one (11,568 articles), in a small one a tenth less (1,053).
    try:
        return 2 if engine.current().documents_held() > _TWO_THREADS_OVER else 1
    except Unavailable:
        return 1


def _own(engine: SearchEngine) -> bool:
    give_up = time.monotonic() + _OWN_SECONDS
    while not engine.own():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.2)
    return True


def _check(engine: SearchEngine) -> None:
    """Say it at the start when the index needs to be made anew; until then it is used as it is."""
    try:
        engine.current().must_fit()
    except IndexMismatch as mismatch:
        log.error("search index is of other code", problem=str(mismatch))
    except Unavailable as error:
        log.warning("search index is away", error=str(error))


def _send(app: Celery, events: Sequence[RelatedArticlesChanged]) -> None:
    send_all(app, [(event, event.article_id, event.version) for event in events])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "query"))
