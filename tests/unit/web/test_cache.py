"""Finished pages are made anew when their time is over, though nothing changed."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from services.web import cache
from services.web.page import Page
from services.web.routes import resolve
from shared.views.token import ViewTokens


def test_a_page_whose_time_is_over_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 998.0
    clock = SimpleNamespace(time=lambda: now, monotonic=time.monotonic, perf_counter=time.perf_counter)
    monkeypatch.setattr(cache, "time", clock)
    made: list[float] = []

    def make(_address: object) -> tuple[Page, int]:
        made.append(now)
        return Page("sitemap", f"bản {len(made)}", until=1_000.0 if len(made) == 1 else 0.0), 0

    async def read() -> None:
        nonlocal now
        pages = cache.PageCache(make, ViewTokens("x" * 40), 1_000_000)
        address = resolve("/news-sitemap.xml", "")
        assert address is not None
        await pages.entry(address)
        now = 999.0
        pages.tick()
        assert address.key.encode() in pages.hot
        now = 1_000.5
        pages.tick()
        assert address.key.encode() not in pages.hot
        while (await pages.entry(address)).page.body != "bản 2":  # noqa: ASYNC110  (its own timer makes it anew)
            await asyncio.sleep(0.01)
        now = 5_000.0
        pages.tick()
        assert address.key.encode() in pages.hot
        pages.close()

    asyncio.run(asyncio.wait_for(read(), 60))
    assert made == [998.0, 1_000.5]
