"""Making each kind of page of a filled data dir, without HTTP and without cache: `python -m benchmarks.making COUNT`
prints milliseconds of processor time as JSON, {kind: [median, 99th percentile]}."""

import json
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from benchmarks import stories
from benchmarks.tools import SECRET, percentile
from services.web.model import BLOCK
from shared.contracts.addresses import article_path
from shared.vietnamese.dates import vietnam_day
from shared.vietnamese.text import slug

_EACH = 30
"""Makings of one kind, each of another address where there are as many."""


def measured(data_dir: Path, count: int) -> dict[str, tuple[float, float]]:
    """Kind of page → (median, 99th percentile) of a paper made by `benchmarks.fill`. Raises CalledProcessError."""
    environment = {**os.environ, "TOASOAN_DATA_DIR": str(data_dir), "TOASOAN_SECRET_KEY": SECRET}
    command = [sys.executable, "-m", "benchmarks.making", str(count)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return {kind: (row[0], row[1]) for kind, row in json.loads(done.stdout).items()}


def addresses(count: int) -> dict[str, list[str]]:
    """Kind of page → addresses of a paper of `count` articles, old and new, popular and rare ones."""
    dice = random.Random(count)
    some = [next(stories.states(number, number + 1, count)) for number in dice.sample(range(1, count + 1), _EACH)]
    sections = [slug(name) for name in stories.SECTIONS]
    # How far back readers can page is bounded; a small paper ends before.
    deepest = min(500, count // len(sections) // 20)
    first_day = vietnam_day(some[0].published_at or some[0].updated_at)
    return {
        "article": [article_path(state.section_slug, state.slug, state.id) for state in some],
        "front page": ["/"] * _EACH,
        "section": [f"/{sections[number % len(sections)]}" for number in range(_EACH)],
        "section, last page": [f"/{sections[number % len(sections)]}?trang={deepest}" for number in range(_EACH)],
        "tag": [f"/tu-khoa/{state.tags[0].slug}" for state in some],
        "author": [f"/tac-gia/{state.authors[0].slug}" for state in some],
        "day": [f"/ngay/{first_day + timedelta(days=number)}" for number in range(_EACH)],
        "most read": ["/doc-nhieu"] * _EACH,
        "feed": [f"/rss/{sections[number % len(sections)]}.xml" for number in range(_EACH)],
        "sitemap, index": ["/sitemap.xml"] * _EACH,
        "sitemap, a file": [f"/sitemap-{dice.randrange(count // BLOCK + 1)}.xml" for _ in range(_EACH // 3)],
    }


def _main(count: int) -> dict[str, tuple[float, float]]:
    from services.web.cached_response import Entry
    from services.web.page import Missing
    from services.web.pagemaking import PageMaker
    from services.web.render import make_renderer
    from services.web.routes import resolve
    from shared.database import engine
    from shared.settings import get_settings

    settings = get_settings()
    maker = PageMaker(engine("web"), settings, make_renderer(settings))
    found = {}
    for kind, paths in addresses(count).items():
        times = []
        for path in (paths[0], *paths):
            wanted = resolve(*path.partition("?")[::2])
            assert wanted is not None, path
            started = time.thread_time()
            try:
                page, views = maker.make(wanted)
            except Missing:
                # A small paper has days without an article.
                continue
            Entry(wanted.key, page, views)
            times.append((time.thread_time() - started) * 1000)
        # The first one also reads its template.
        times = times[1:] or times
        found[kind] = (percentile(times, 50), percentile(times, 99))
    return found


if __name__ == "__main__":
    print(json.dumps(_main(int(sys.argv[1]))))
