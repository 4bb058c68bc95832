"""kill -9 of anybody while a live coverage is written: every acknowledged entry stands on the readers' pages once.

`TOASOAN_CHAOS_ENTRIES=10000 .venv/bin/python -m pytest tests/chaos/test_coverage.py` writes as many.
"""

import os
import re
import signal
from collections import Counter
from typing import Any

import pytest

from tests.chaos import LONG, Row, since, table
from tests.chaos.test_kills import PROGRAMS, ROUNDS, SEED, STORES, Storm, in_rounds
from tests.house import House
from tests.newsroom import PATIENCE_S, Newsroom
from tests.wait import until

ENTRIES = int(os.environ.get("TOASOAN_CHAOS_ENTRIES") or (400 if LONG else 60))
pytestmark = [pytest.mark.house, pytest.mark.timeout(400 + ENTRIES)]
_ENTRY = re.compile(r'<article class=["\']?entry[^>]*? id=["\']?muc-(\d+)')
_NEXT = re.compile(r'rel=["\']?next["\']? href=["\']?([^"\'> ]+)')


def test_whoever_is_killed_while_a_coverage_is_written(newsroom: Newsroom) -> None:
    house = newsroom.house
    coverage = acknowledged(house, "/api/articles", {"external_id": newsroom.name, "live": True, **story(newsroom)})
    path = f"/api/articles/{coverage['id']}/live-entries"
    storm = Storm(house, in_rounds([*STORES, *PROGRAMS], ROUNDS, SEED), signal.SIGKILL, SEED)
    written: dict[str, int] = {}
    storm.start()
    while not storm.is_over or len(written) < ENTRIES:
        name = f"{newsroom.name}-{len(written)}"
        sent = {"external_id": name, "status": "published", "body": f"<p>Cập nhật {name}.</p>"}
        written[name] = acknowledged(house, path, sent)["id"]
        if len(written) >= ENTRIES:
            storm.join(0.3)
    storm.join()
    with since() as recovery:
        house.wait_ready(PATIENCE_S)
        ids = set(written.values())
        until(lambda: ids <= set(shown(house, coverage["url"])), PATIENCE_S, "every entry is read", interval_s=1.0)
    found = Counter(shown(house, coverage["url"]))
    kept = Counter(one["external_id"] for one in house.api("GET", path).json()["entries"])
    doubled = [one for one, number in (*found.items(), *kept.items()) if number > 1]
    lost = [*(ids - found.keys()), *(written.keys() - kept.keys())]
    hits = sum(map(len, storm.sent.values()))
    told = f"{len(written)} entries"
    table.append(Row(f"kill -9, {hits} times, a live coverage", recovery.seconds, 1, len(lost), len(doubled), told))
    assert len(ids) == len(written)
    assert lost == []
    assert doubled == []
    assert set(found) == ids


def story(newsroom: Newsroom) -> dict[str, Any]:
    return {**newsroom.fields(0), **newsroom.text("truc-tiep")}


def acknowledged(house: House, path: str, sent: dict[str, Any]) -> dict[str, Any]:
    """What ingest answers once it has taken what is sent, again and again until then."""

    def taken() -> dict[str, Any]:
        answer = house.api("POST", path, json=sent)
        assert answer.status_code in (200, 201), f"{answer.status_code} {answer.text[:300]}"
        return dict(answer.json())

    return until(taken, PATIENCE_S, f"ingest takes {sent['external_id']}")


def shown(house: House, path: str) -> list[int]:
    """The entries on all pages of a coverage."""
    found: list[int] = []
    at: str | None = path
    while at:
        page = house.get(at)
        assert page.status_code == 200, page.status_code
        found += map(int, _ENTRY.findall(page.text))
        following = _NEXT.search(page.text)
        at = following[1].replace("&amp;", "&") if following else None
    return found
