"""Readers report comments: to the moderators, once each, and not without end."""

import re
from datetime import UTC, datetime
from shutil import rmtree
from typing import Any

import pytest

from services.web import store
from services.web.commenting import visitor_key
from shared.contracts.events import CommentPublished
from shared.settings import get_settings
from tests.contract.web.conftest import Site, delivered, published, state
from tests.servers import RedisServer
from tests.wait import until

PATH, REPORTS = "/thoi-su/bai-so-1-1", "/api/articles/1/reports"
pytestmark = pytest.mark.usefixtures("behind_a_proxy")


def send(site: Site, address: str = "203.0.113.7", **arguments: Any) -> Any:
    return site.client.post(REPORTS, headers={"x-forwarded-for": address}, **arguments)


@pytest.fixture
def commented(site: Site) -> Site:
    site.tell(store.publish, published(state(1)))
    said = CommentPublished(id=7, version=1, article_id=1, name="Lan", text="Bậy bạ.", at=datetime.now(UTC))
    site.tell(store.save_comments, delivered(said, 7))
    site.until(PATH, "Bậy bạ.")
    return site


def test_a_report_by_the_page_s_own_form_goes_to_the_moderators(commented: Site, broker: RedisServer) -> None:
    page = commented.get(PATH).text
    assert re.search(r'<form id="bao-vi-pham" method="post" action="/api/articles/1/reports', page)
    assert re.search(r'<button class="report" form="bao-vi-pham" name="comment_id" value="7">', page)
    answer = send(commented, data={"comment_id": "7"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?binh-luan=da-bao#da-bao")
    assert 'id="da-bao"' in commented.get(f"{PATH}?binh-luan=da-bao").text
    with broker.client() as client:
        (message,) = until(lambda: client.lrange("ts:comments", 0, -1), 20, "it is on the broker")
    assert b"203.0.113" not in message


def test_reports_are_bounded_and_said_to_have_failed_where_they_cannot_be_held(commented: Site) -> None:
    assert [send(commented, json={"comment_id": 7}).status_code for _ in range(11)] == [202] * 10 + [429]
    assert send(commented, "203.0.113.8", data={"comment_id": "8"}).status_code == 422
    folder = get_settings().data_dir / "views" / "comments"
    rmtree(folder)
    folder.touch()
    answer = send(commented, "203.0.113.8", data={"comment_id": "7"})
    assert answer.status_code == 503 and "Chưa báo được bình luận" in answer.text


def test_the_newest_of_very_many_comments_is_reported_as_well(commented: Site) -> None:
    said = [
        delivered(CommentPublished(id=n, version=1, article_id=1, name="Lan", text="Ý.", at=datetime.now(UTC)), n)
        for n in range(100, 700)
    ]
    commented.tell(store.save_comments, *said)
    assert 'value="699"' in commented.until(f"{PATH}?y-kien=moi-nhat", 'value="699"').text
    assert send(commented, json={"comment_id": 699}).status_code == 202
    assert send(commented, json={"comment_id": 700}).status_code == 422


def test_a_visitor_key_is_one_reader_s_and_says_no_address() -> None:
    assert visitor_key("2001:db8:1:2::3") == visitor_key("2001:db8:1:2::4") != visitor_key("2001:db8:1:3::3")
    assert visitor_key("::ffff:203.0.113.7") == visitor_key("203.0.113.7") != visitor_key("203.0.113.8")
    assert len(visitor_key("203.0.113.7")) == 32
