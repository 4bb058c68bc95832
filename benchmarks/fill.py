"""A paper of any size written straight into the stores, in their own formats: `python -m benchmarks.fill STORE COUNT`.

Through the front door a million articles take more than an hour on two cores; what is measured afterwards is the same.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from benchmarks import stories
from benchmarks.tools import SECRET
from shared.contracts.articles import ArticleState
from shared.vietnamese.text import slug

_BATCH = 2000


def environment(data_dir: Path) -> dict[str, str]:
    """Of a process that works on a data dir without its house."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TOASOAN_")},
        "TOASOAN_DATA_DIR": str(data_dir),
        "TOASOAN_SECRET_KEY": SECRET,
        "TOASOAN_LOG_LEVEL": "warning",
    }


def fill(data_dir: Path, count: int, stores: tuple[str, ...] = ("search", "sql")) -> None:
    """Make the stores of an empty data dir hold `count` articles. Raises CalledProcessError."""
    commands = [[sys.executable, "-m", "benchmarks.fill", store, str(count)] for store in stores]
    running = [subprocess.Popen(command, env=environment(data_dir)) for command in commands]
    for process, command in zip(running, commands, strict=True):
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)
    # Else the disk is still busy with gigabytes of this when the house first wants to have written something.
    os.sync()


def _batches(count: int) -> Iterator[list[ArticleState]]:
    for first in range(1, count + 1, _BATCH):
        yield list(stories.states(first, min(first + _BATCH, count + 1), count))


def _search(count: int) -> None:
    from services.search.documents import from_state
    from services.search.engines.choose import make_engine
    from shared.vietnamese import forms

    # Made bodies repeat: each paragraph is taken apart once, and the index gets the same.
    forms.forms = lru_cache(maxsize=20_000)(forms.forms)
    engine = make_engine()
    engine.own()
    for states in _batches(count):
        engine.apply([from_state(state) for state in states])
    engine.close()


def _sql(count: int) -> None:
    from services.counter import store as counter
    from services.counter.tables import totals as counted
    from services.ingest.articles.tables import articles, revisions
    from services.ingest.sections import store as sections_
    from services.ingest.sections.tables import sections as ingest_sections
    from services.web import store as web
    from services.web.listings import put_in, section_parents
    from services.web.tables import articles as shown
    from services.web.tables import sections, totals
    from shared.database import engine, migrate, write

    for service in ("ingest", "web", "counter"):
        migrate(service)
    names = [(number, slug(name), name) for number, name in enumerate(stories.SECTIONS, 1)]
    with write(engine("web")) as connection:
        rows = [{"id": i, "version": 1, "slug": s, "name": n, "parent_slug": "", "position": i} for i, s, n in names]
        connection.execute(sections.insert(), rows)
    with write(engine("ingest")) as connection:
        rows = [
            {
                "id": i,
                "version": 1,
                "slug": s,
                "name": n,
                "name_key": sections_._key(n),
                "parent_id": None,
                "position": i,
            }
            for i, s, n in names
        ]
        connection.execute(ingest_sections.insert(), rows)
    section_ids = {one: number for number, one, _name in names}
    for states in _batches(count):
        with write(engine("web")) as connection:
            rows = [web._row(state, state.version, state.model_dump_json()) for state in states]
            connection.execute(shown.insert(), rows)
            put_in(connection, states, section_parents(connection))
            connection.execute(
                totals.insert(), [{"article_id": s.id, "epoch": 0, "views": s.id % 9000 + 1} for s in states]
            )
        with write(engine("ingest")) as connection:
            connection.execute(articles.insert(), [_ingest_row(state, section_ids) for state in states])
            connection.execute(revisions.insert(), [_revision(state) for state in states])
        counter.keep_articles(engine("counter"), states)
        with write(engine("counter")) as connection:
            connection.execute(
                counted.insert(), [{"article_id": s.id, "views": s.id % 9000 + 1, "epoch": 0} for s in states]
            )


def _ingest_row(state: ArticleState, section_ids: dict[str, int]) -> dict[str, object]:
    return {
        "id": state.id,
        "version": 1,
        "public_version": 1,
        "status": "published",
        "external_id": f"bench-{state.id}",
        "input_hash": "",
        "title": state.title,
        "slug": state.slug,
        "section_id": section_ids[state.section_slug],
        "published_at": state.published_at,
        "first_published_at": state.published_at,
        "opening_views": 0,
        "words": 330,
        "embargo_until": None,
        "created_by": "benchmarks",
        "created_at": state.published_at,
        "updated_at": state.published_at,
    }


def _revision(state: ArticleState) -> dict[str, object]:
    return {
        "article_id": state.id,
        "version": 1,
        "at": state.published_at,
        "actor": "benchmarks",
        "action": "published",
        "effect": "shown",
        "reason": "",
        "state": state.model_dump(mode="json"),
        "original": "",
        "original_format": "html",
    }


if __name__ == "__main__":
    {"search": _search, "sql": _sql}[sys.argv[1]](int(sys.argv[2]))
