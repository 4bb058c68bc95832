"""What an article may become, and when: wishes, times, embargoes, and what the history calls a step."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.ingest.articles.becoming import (
    action_of,
    asked_for,
    require_no_embargo,
    require_text,
    times_of,
    wanted_status,
)
from services.ingest.articles.input import ArticleInput
from services.ingest.kit.errors import Conflict, Invalid, Refused
from services.ingest.kit.json_input import read_fields

NOW = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EARLIER, LATER = NOW - HOUR, NOW + HOUR


def sent(status: str | None) -> ArticleInput:
    fields: dict[str, Any] = {"title": "Tin", "body": "<p>a</p>", "section": "van-hoa", "status": status}
    return read_fields(ArticleInput, {name: value for name, value in fields.items() if value is not None})


def before(
    status: str, at: datetime | None = None, first: datetime | None = None, until: datetime | None = None
) -> Any:
    state = SimpleNamespace(status=status, published_at=at, first_published_at=first)
    return SimpleNamespace(state=state, row=SimpleNamespace(embargo_until=until))


ONLY_BY_COMMAND = "Gỡ hoặc rút bài bằng lệnh riêng: /unpublish, /withdraw."


@pytest.mark.parametrize(
    ("wish", "now", "wanted"),
    [
        (None, None, None),
        (None, "published", None),
        ("draft", None, "draft"),
        ("scheduled", "draft", "published"),
        ("published", "published", "published"),
        ("unpublished", "unpublished", "unpublished"),
        ("draft", "unpublished", "draft"),
        ("submitted", "scheduled", "submitted"),
    ],
)
def test_a_wish_that_can_be_had(wish: str | None, now: str | None, wanted: str | None) -> None:
    assert wanted_status(sent(wish), before(now) if now else None) == wanted


@pytest.mark.parametrize(
    ("wish", "now", "kind", "field", "told"),
    [
        (None, "withdrawn", Conflict, "", "Bài đã rút, không sửa được."),
        ("published", "withdrawn", Conflict, "", "Bài đã rút, không sửa được."),
        ("withdrawn", "published", Invalid, "status", ONLY_BY_COMMAND),
        ("withdrawn", None, Invalid, "status", ONLY_BY_COMMAND),
        ("unpublished", "published", Invalid, "status", ONLY_BY_COMMAND),
        *(
            (step, "published", Conflict, "status", "Bài đang xuất bản; muốn đưa về bản nháp, hãy gỡ bài trước.")
            for step in ("draft", "submitted", "edited", "approved")
        ),
    ],
)
def test_a_wish_that_cannot(wish: str | None, now: str | None, kind: type[Refused], field: str, told: str) -> None:
    with pytest.raises(kind) as refused:
        wanted_status(sent(wish), before(now) if now else None)
    assert type(refused.value) is kind and refused.value.detail == told
    assert refused.value.errors == ([{"field": field, "message": told}] if field else [])


def test_what_is_not_said_stays_and_what_is_due_later_is_published() -> None:
    assert asked_for(None, None) == "draft"
    assert asked_for(None, before("edited")) == "edited"
    assert asked_for(None, before("scheduled")) == "published"
    assert asked_for("draft", before("published")) == "draft"


@pytest.mark.parametrize(
    ("now", "wanted", "at", "status", "shown", "first"),
    [
        # New: at once, at its time of before, at a time to come.
        (None, "published", None, "published", NOW, NOW),
        (None, "published", EARLIER, "published", EARLIER, EARLIER),
        (None, "published", NOW, "published", NOW, NOW),
        (None, "published", LATER, "scheduled", LATER, None),
        (None, "draft", None, "draft", None, None),
        (None, "draft", LATER, "draft", LATER, None),
        # Again: it keeps when readers first saw it.
        (before("published", EARLIER, EARLIER), "published", None, "published", EARLIER, EARLIER),
        (before("published", EARLIER, EARLIER), "published", NOW, "published", NOW, EARLIER),
        (before("unpublished", EARLIER, EARLIER), "published", LATER, "scheduled", LATER, EARLIER),
        (before("unpublished", EARLIER, EARLIER), "draft", None, "draft", EARLIER, EARLIER),
        (before("scheduled", LATER), "published", None, "scheduled", LATER, None),
        (before("scheduled", EARLIER), "published", None, "published", EARLIER, EARLIER),
    ],
)
def test_times_follow_from_what_is_wanted_and_when(
    now: Any, wanted: str, at: datetime | None, status: str, shown: datetime | None, first: datetime | None
) -> None:
    found = times_of(now, wanted, at, NOW)
    assert found == {"status": status, "published_at": shown, "first_published_at": first}


def test_what_readers_see_is_not_put_off() -> None:
    with pytest.raises(Invalid) as refused:
        times_of(before("published", EARLIER, EARLIER), "published", LATER, NOW)
    assert refused.value.errors == [{"field": "published_at", "message": "Bài đang xuất bản, không hẹn giờ được."}]


@pytest.mark.parametrize(
    ("now", "status", "approves", "named"),
    [
        ("published", "published", False, "changed"),
        ("approved", "approved", True, "changed"),
        ("edited", "approved", True, "approved"),
        ("edited", "approved", False, "saved"),
        ("draft", "published", True, "published"),
        ("draft", "scheduled", False, "scheduled"),
        (None, "draft", False, "saved"),
        (None, "published", True, "published"),
        ("draft", "submitted", False, "saved"),
    ],
)
def test_what_the_history_calls_a_step(now: str | None, status: str, approves: bool, named: str) -> None:
    assert action_of(before(now) if now else None, status, approves=approves) == named


@pytest.mark.parametrize(
    ("article", "status", "at"),
    [
        (None, "published", NOW),
        (before("draft"), "published", NOW),
        (before("draft", until=NOW), "published", NOW),
        (before("draft", until=LATER), "scheduled", LATER),
        (before("published", until=LATER), "published", NOW),
        (before("draft", until=EARLIER), "scheduled", EARLIER),
    ],
)
def test_an_embargo_that_holds_nothing_back(article: Any, status: str, at: datetime) -> None:
    require_no_embargo(article, {"status": status, "published_at": at}, NOW)


@pytest.mark.parametrize(("status", "at"), [("published", LATER), ("scheduled", LATER - HOUR / 2), ("published", NOW)])
def test_nothing_goes_out_before_an_embargo_ends(status: str, at: datetime) -> None:
    told = "Bài bị giữ lại (embargo) đến 13:00 - Thứ Bảy, 28/11/2026, chưa xuất bản được trước giờ đó."
    with pytest.raises(Conflict) as refused:
        require_no_embargo(before("draft", until=LATER), {"status": status, "published_at": at}, NOW)
    assert refused.value.detail == told


def test_an_article_shows_something() -> None:
    for body, images, film in (("<p>a</p>", 0, ""), ("", 1, ""), ("<p> </p>", 0, "https://phim.example/a")):
        require_text(body, images, film)
    with pytest.raises(Invalid) as refused:
        require_text("<p> </p>", 0, "")
    assert refused.value.errors == [{"field": "body", "message": "Bài trống, chưa xuất bản được."}]
