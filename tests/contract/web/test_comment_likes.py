"""Readers like comments: once each, not without end, and the page says how many do."""

import re
from datetime import UTC, datetime, timedelta
from shutil import rmtree
from typing import Any

import pytest

from services.web import store
from shared.contracts.events import CommentPublished
from shared.settings import get_settings
from tests.contract.web.conftest import Site, delivered, published, state
from tests.servers import RedisServer
from tests.wait import until

PATH, LIKES = "/thoi-su/bai-so-1-1", "/api/articles/1/likes"
pytestmark = pytest.mark.usefixtures("behind_a_proxy")


def send(site: Site, address: str = "203.0.113.7", **arguments: Any) -> Any:
    return site.client.post(LIKES, headers={"x-forwarded-for": address}, **arguments)


def tell(site: Site, comment_id: int, text: str, version: int = 1, likes: int = 0) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=comment_id)
    said = CommentPublished(id=comment_id, version=version, article_id=1, name="Lan", text=text, at=at, likes=likes)
    site.tell(store.save_comments, delivered(said, comment_id, version))


@pytest.fixture
def commented(site: Site) -> Site:
    site.tell(store.publish, published(state(1)))
    for number, text in enumerate(("Ý cũ.", "Ý giữa.", "Ý mới."), 7):
        tell(site, number, text)
    site.until(PATH, "Ý mới.")
    return site


def test_a_like_by_the_page_s_own_form_is_handed_over_without_the_address(commented: Site, broker: RedisServer) -> None:
    page = commented.get(PATH).text
    assert re.search(r'<form id="thich" method="post" action="/api/articles/1/likes', page)
    assert re.search(r'<button class="like" form="thich" name="comment_id" value="7">', page)
    answer = send(commented, data={"comment_id": "7"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?binh-luan=da-thich#da-thich")
    assert 'id="da-thich"' in commented.get(f"{PATH}?binh-luan=da-thich").text
    with broker.client() as client:
        (message,) = until(lambda: client.lrange("ts:comments", 0, -1), 20, "it is on the broker")
    assert b"203.0.113" not in message


def test_likes_are_bounded_and_said_to_have_failed_where_they_cannot_be_held(commented: Site) -> None:
    assert [send(commented, json={"comment_id": 7}).status_code for _ in range(31)] == [202] * 30 + [429]
    assert send(commented, "203.0.113.8", data={"comment_id": "99"}).status_code == 422
    folder = get_settings().data_dir / "views" / "comments"
    rmtree(folder)
    folder.touch()
    answer = send(commented, "203.0.113.8", data={"comment_id": "7"})
    assert answer.status_code == 503 and "Chưa ghi được lượt thích" in answer.text


def test_the_page_says_how_many_like_it_and_puts_the_most_liked_first(commented: Site) -> None:
    tell(commented, 8, "Ý giữa.", version=1202, likes=1201)
    tell(commented, 8, "Ý giữa.", version=1201, likes=1200)
    page = commented.until(PATH, "<b>1.201</b>").text
    assert [int(one) for one in re.findall(r'id="binh-luan-(\d+)"', page)] == [7, 8, 9]
    assert f'href="{PATH}?y-kien=thich-nhat#binh-luan" rel="nofollow">Được thích nhất</a>' in page
    liked = commented.until(f"{PATH}?y-kien=thich-nhat", "<b>1.201</b>").text
    assert [int(one) for one in re.findall(r'id="binh-luan-(\d+)"', liked)] == [8, 7, 9]
    assert re.search(r'y-kien=thich-nhat#binh-luan" aria-current="true"', liked)
    told = commented.get("/api/articles/1/comments").json()["comments"]
    assert [one["likes"] for one in told] == [0, 1201, 0]
