"""The counter's stores as the number of viewed articles grows: `python -m benchmarks.hotpart SIZE…` prints JSON."""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.stories import SECTIONS
from shared.contracts.commands import CountViews
from shared.vietnamese.text import slug
from shared.views.batches import MAX_VIEWS, BatchNames

_DRAINED_VIEWS = 5000
_REPEATED = 5


def measured(data_dir: Path, redis_url: str, sizes: list[int]) -> tuple[list[float], list[float], list[float]]:
    """(MB of Redis, ms of a drain, ms of making all lists) at each size. Raises CalledProcessError."""
    environment = {**os.environ, "TOASOAN_DATA_DIR": str(data_dir), "TOASOAN_REDIS_URL": redis_url}
    command = [sys.executable, "-m", "benchmarks.hotpart", *map(str, sizes)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    rows = json.loads(done.stdout)
    memory, drains, lists = ([row[place] for row in rows] for place in range(3))
    return memory, drains, lists


def _main(sizes: list[int]) -> list[tuple[float, float, float]]:
    from services.counter import store
    from services.counter.drain import drain
    from services.counter.hot import Hot
    from services.counter.publish_totals import TotalsPublisher
    from services.counter.rankings import Rankings
    from shared.celery_factory import make_celery
    from shared.database import migrate
    from shared.redis_client import redis_client

    migrate("counter")
    source, hot, names, dice = store.engine(), Hot(redis_client()), BatchNames(), random.Random(1)
    rankings = Rankings(source, hot, TotalsPublisher(source, make_celery("counter")))
    rows, held, readers = [], 0, 0

    def view(articles: list[int]) -> None:
        nonlocal readers
        for first in range(0, len(articles), MAX_VIEWS):
            now, some = int(time.time()), articles[first : first + MAX_VIEWS]
            views = tuple((article, f"{readers + place:011x}", now, "") for place, article in enumerate(some))
            hot.apply(CountViews(batch_id=names.take(), views=views))
            readers += len(some)

    for size in sizes:
        _know(source, held + 1, size)
        for first in range(held + 1, size + 1, 20_000):
            view(list(range(first, min(first + 20_000, size + 1))))
            drain(hot, source)
        held = size
        drains, lists = [], []
        for _ in range(_REPEATED):
            view([min(size, int(dice.paretovariate(0.6))) for _ in range(_DRAINED_VIEWS)])
            started = time.perf_counter()
            drain(hot, source)
            drains.append((time.perf_counter() - started) * 1000)
            started = time.perf_counter()
            rankings.make(time.time())
            lists.append((time.perf_counter() - started) * 1000)
        memory = int(redis_client().info("memory")["used_memory"]) / 1e6
        rows.append((memory, statistics.median(drains), statistics.median(lists)))
    return rows


def _know(source: Engine, first: int, last: int) -> None:
    """The counter has heard of these articles."""
    from services.counter.tables import articles
    from shared.database import write

    slugs = [(slug(name), name) for name in SECTIONS]
    for start in range(first, last + 1, 20_000):
        rows = [
            {
                "id": number,
                "version": 1,
                "public": True,
                "section_slug": slugs[number % len(slugs)][0],
                "section_name": slugs[number % len(slugs)][1],
                "title": f"Bài {number}",
                "path": f"/{slugs[number % len(slugs)][0]}/bai-{number}",
                "published_at": None,
            }
            for number in range(start, min(start + 20_000, last + 1))
        ]
        with write(source) as connection:
            connection.execute(articles.insert(), rows)


if __name__ == "__main__":
    print(json.dumps(_main([int(size) for size in sys.argv[1:]])))
