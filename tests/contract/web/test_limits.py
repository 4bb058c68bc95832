"""Who sends too much is held back, and nobody else with him."""

import httpx2
import pytest

from services.web import store
from tests.contract.web.conftest import Site, published, state
from tests.wait import until

SAID = {"name": "Bà Sín", "text": "Bài hay quá."}

pytestmark = pytest.mark.usefixtures("behind_a_proxy")


def say(site: Site, address: str) -> int:
    return site.client.post("/api/articles/1/comments", json=SAID, headers={"x-forwarded-for": address}).status_code


def test_comments_out_of_all_of_a_48_are_a_flood_and_other_readers_are_not(site: Site) -> None:
    site.tell(store.publish, published(state(1)))
    site.until("/thoi-su/bai-so-1-1", "Nội dung")
    flood = [say(site, f"2001:ee0:7:{n:x}::9") for n in range(200)]
    assert flood[:60] == [202] * 60 and 429 in flood
    # The burst, and what heals while it lasts: one every five seconds.
    assert flood.count(202) < 180
    for reader in ("2001:ee0:8:1::9", "14.160.25.9", "14.160.25.10"):
        assert say(site, reader) == 202
    one_phone = [say(site, f"2402:800:1:2::{n:x}") for n in range(30)]
    assert one_phone[:5] == [202] * 5 and 429 in one_phone


@pytest.mark.parametrize(("path", "answered"), [("/api/search", 422), ("/api/suggest", 200), ("/tim-kiem", 200)])
def test_who_asks_without_pause_is_told_to_wait_and_others_are_answered(site: Site, path: str, answered: int) -> None:
    def ask(address: str) -> httpx2.Response:
        return site.get(path, headers={"x-forwarded-for": address})

    held = until(lambda: (got := ask("14.160.25.9")).status_code == 429 and got, 60, "it is held", interval_s=0)
    assert int(held.headers["retry-after"]) > 0 and "no-store" in held.headers["cache-control"]
    assert "nhiều yêu cầu" in held.text
    assert ask("14.160.25.10").status_code == answered
    until(lambda: ask("14.160.25.9").status_code == answered, 60, "it has waited")
