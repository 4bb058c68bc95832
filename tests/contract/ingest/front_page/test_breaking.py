"""Breaking news: marked at the desk, told to readers' pages, over by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from services.ingest.events import build
from services.ingest.front_page import store as frontpage
from services.ingest.kit.errors import Invalid
from shared.contracts.events import FrontPageChanged
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.desk import Desk


def told(desk: Desk) -> FrontPageChanged:
    (payload,) = build("front_page_changed", [("1", 1)]).values()
    assert isinstance(payload, FrontPageChanged)
    return payload


def test_somebody_of_the_desk_marks_breaking_news_and_it_ends_by_itself(desk: Desk) -> None:
    secretary = desk.be("secretary")
    flood, other = (desk.article(status="published", title=title).id for title in ("Lũ ống", "Chợ phiên"))
    form = {"article": [flood, other], "starts_at": ["", ""], "ends_at": ["", ""], "breaking": ["60", ""]}
    assert "1 giờ nữa" in secretary.post("/trang-nhat", {**form, "do": "find"}).text
    mark = frontpage.slots(desk.store)[1]
    assert secretary.post("/trang-nhat", {**form, "mark": mark}).is_redirect
    (breaking,) = told(desk).breaking
    left = breaking.until - datetime.now(UTC)
    assert breaking.article_id == flood and timedelta(minutes=59) < left <= timedelta(hours=1)
    page = secretary.get("/trang-nhat").text
    assert page.count("tin nóng</span>") == 1 and page.count("selected>Đến ") == 1

    assert frontpage.refresh(desk.store, datetime.now(UTC) + timedelta(minutes=61))
    assert told(desk).breaking == () and told(desk).pinned == (flood, other), "the pin stays"


def test_a_mark_is_refused_that_would_be_forgotten(desk: Desk) -> None:
    flood = desk.article(status="published").id
    late = datetime.now(UTC) + timedelta(hours=25)
    with pytest.raises(Invalid):
        frontpage.arrange(desk.store, [frontpage.Slot(flood, breaking_until=late)], EDITOR)


def test_what_readers_cannot_see_is_not_told(desk: Desk) -> None:
    secretary = desk.be("secretary")
    flood = desk.article(status="published").id
    soon = datetime.now(UTC) + timedelta(hours=1)
    frontpage.arrange(desk.store, [frontpage.Slot(flood, breaking_until=soon)], EDITOR)
    secretary.post(f"/bai/{flood}/go")
    frontpage.refresh(desk.store, datetime.now(UTC))
    assert told(desk).breaking == ()
