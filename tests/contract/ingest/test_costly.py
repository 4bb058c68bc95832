"""Costly work of one person holds up neither the house nor the costly work of others."""

import asyncio
import io
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx2
import pytest
from PIL import Image

from services.ingest.accounts.store.keys import create_key
from services.ingest.articles import differences
from services.ingest.kit import costly as pool
from services.ingest.kit.bounded import Bounds
from services.ingest.kit.costly import AT_ONCE, MOST_WAITING, costly
from services.ingest.kit.errors import Busy
from tests.contract.ingest.base import STORY
from tests.contract.ingest.desk import Desk, form_of

PIECE = 2_000_000
_CPU_SECONDS = 5
"""What a comparison may take."""


def noise() -> bytes:
    """A picture of 19 MB."""
    stream = io.BytesIO()
    Image.frombytes("RGB", (2500, 2530), os.urandom(2500 * 2530 * 3)).save(stream, "PNG", compress_level=0)
    return stream.getvalue()


def test_house_answers_while_a_reporter_wants_all_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "_BOUNDS", Bounds(cpu_seconds=_CPU_SECONDS, seconds=10))
    reporter, key = desk.be("reporter"), create_key("tests", ["publish"])
    saved = desk.article(reporter.actor_name, body=f"<p>{'a b ' * 50_000}</p>")
    answer = reporter.script("POST", f"/bai/{saved.id}", data=form_of(saved, body=f"<p>{'b c ' * 50_000}</p>"))
    assert answer.json()["version"] == 2
    picture = noise()

    def upload() -> int:
        begun = reporter.script("POST", "/kho/tai-len", json={"name": "a.png", "size": len(picture)}).json()["id"]
        for at in range(0, len(picture), PIECE):
            headers = {"upload-offset": str(at), "content-type": "application/octet-stream"}
            piece = picture[at : at + PIECE]
            answer = reporter.script("PATCH", f"/kho/tai-len/{begun}", headers=headers, content=piece, timeout=100)
        return answer.status_code

    def compare() -> int:
        return reporter.get(f"/bai/{saved.id}/so-sanh", params={"cu": 1, "moi": 2}, timeout=100).status_code

    waits: list[float] = []
    with ThreadPoolExecutor(8) as wishes, httpx2.Client(base_url=desk.base_url, timeout=30) as house:
        heavy = [wishes.submit(work) for work in (upload, compare) * 4]
        while not all(one.done() for one in heavy):
            story = {**STORY, "external_id": str(len(waits))}
            headers = {"Authorization": f"Bearer {key}"}
            waits.append(timed(lambda: house.get("/healthz")))
            waits.append(timed(partial(house.post, "/api/articles", headers=headers, json=story)))
            waits.append(timed(lambda: desk.be("editor").get("/")))
            time.sleep(0.05)
    assert sorted(one.result() for one in heavy) == [200] * 4 + [201] * 4
    assert len(waits) > 60
    # Who waited for one of these would wait for as long as it may take.
    assert max(waits) < _CPU_SECONDS


def timed(ask: Callable[[], httpx2.Response]) -> float:
    """Seconds until the answer."""
    began = time.monotonic()
    assert ask().status_code in (200, 201)
    return time.monotonic() - began


def test_each_has_one_place_and_the_line_goes_on_with_others() -> None:
    done: list[str] = []
    running: list[str] = []
    together = 0
    lock = threading.Lock()

    def work(who: str) -> None:
        nonlocal together
        with lock:
            running.append(who)
            together = max(together, len(running))
            assert len(set(running)) == len(running), "one at a time of the same person"
        time.sleep(0.05)
        with lock:
            running.remove(who)
            done.append(who)

    async def all_of_it() -> None:
        greedy = [asyncio.create_task(costly("a", work, "a")) for _ in range(10)]
        await asyncio.sleep(0.01)
        await asyncio.gather(*greedy, *(costly(who, work, who) for who in "bcd"))

    asyncio.run(all_of_it())
    assert together == AT_ONCE
    assert sorted(done) == sorted("a" * 10 + "bcd")
    assert max(done.index(who) for who in "bcd") < 8, "nobody waits for all ten of one"


def test_a_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LONGEST_WAIT", 0.2)

    async def all_of_it() -> list[object]:
        work = [costly("a", time.sleep, 0.5) for _ in range(MOST_WAITING + 1)]
        return list(await asyncio.gather(*work, return_exceptions=True))

    answers = asyncio.run(all_of_it())
    assert answers[0] is None
    assert all(isinstance(answer, Busy) for answer in answers[1:])
    assert asyncio.run(costly("a", len, "afterwards")) == 10
