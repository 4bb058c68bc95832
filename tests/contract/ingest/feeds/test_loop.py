"""Remote feeds become drafts, once each; a bad one is seen and holds nothing up."""

import gzip
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest import tasks
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, reading
from services.ingest.feeds import loop as poll
from services.ingest.feeds import store as feeds
from services.ingest.kit.actors import Actor
from services.ingest.kit.bounded import Bounds
from services.ingest.kit.errors import Invalid
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import dead_letters
from services.ingest.sections import store as sections
from shared import deadletter
from shared.contracts.commands import RetryJob
from tests.contract.ingest.outside import Outside

EDITOR = Actor("user:editor")
ITEM = """<item><title>{title}</title><guid>{guid}</guid><link>https://hang.example/{guid}</link>
 <pubDate>{date}</pubDate><category>Ở đó</category>
 <description>&lt;p&gt;Nội dung {title}.&lt;/p&gt;</description></item>"""


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>x</title>{''.join(items)}</channel></rss>".encode()


def item(guid: str, title: str = "", date: str = "Mon, 09 Jan 2023 17:59:00 +0700") -> str:
    return ITEM.format(guid=guid, title=title or f"Tin {guid}", date=date)


@pytest.fixture
def section(store: Engine) -> str:
    sections.save(store, EDITOR, None, name="Quốc tế")
    return "quoc-te"


def add(store: Engine, url: str, name: str = "Hãng tin", **fields: Any) -> int:
    values: dict[str, Any] = {"name": name, "url": url, "section": "quoc-te", "minutes": 15, "enabled": True, **fields}
    return feeds.save(store, EDITOR, None, **values)


def again(store: Engine, fetcher: Fetcher) -> None:
    for row in feeds.listed(store):
        feeds.poll_now(store, row.id)
    poll.poll_due(store, fetcher)


def test_items_become_drafts_once_in_the_feeds_section(
    store: Engine, section: str, outside: Outside, fetcher: Fetcher
) -> None:
    outside.pages["/rss"] = (200, {"ETag": '"1"'}, rss(item("a"), item("b", date=""), item("a")))
    add(store, f"{outside.url}/rss")
    assert poll.poll_due(store, fetcher) == 1
    assert poll.poll_due(store, fetcher) == 0, "it is not due again at once"
    found = reading.listed(store)
    assert sorted((row.title, row.status, row.section) for row in found) == [
        ("Tin a", "draft", "quoc-te"),
        ("Tin b", "draft", "quoc-te"),
    ]
    shown = reading.article(store, found[0].id)
    assert (shown["published_at"], shown["old_paths"], shown["byline"]) == (None, [], "Hãng tin")
    again(store, fetcher)
    assert outside.asked[-1][1]["if-none-match"] == '"1"'
    (row,) = feeds.listed(store)
    assert (row.drafts, row.failures, row.error) == (2, 0, "")
    assert len(reading.listed(store)) == 2


def test_what_an_editor_has_touched_is_left_alone(
    store: Engine, section: str, outside: Outside, fetcher: Fetcher
) -> None:
    outside.pages["/rss"] = (200, {}, rss(item("a"), item("b")))
    add(store, f"{outside.url}/rss")
    poll.poll_due(store, fetcher)
    touched = next(row for row in reading.listed(store) if row.title == "Tin a")
    mine = {"title": "Tin của tôi", "body": "<p>Tôi viết</p>", "section": "Quốc tế"}
    articles.replace_article(store, touched.id, read_fields(ArticleInput, mine), EDITOR)
    outside.pages["/rss"] = (200, {}, rss(item("a", "Tin a mới"), item("b", "Tin b mới")))
    # "b" names the same item by its guid.
    again(store, fetcher)
    assert sorted(row.title for row in reading.listed(store)) == ["Tin b mới", "Tin của tôi"]


def test_feed_that_ends_its_process_is_given_up_after_three_polls(
    store: Engine, section: str, outside: Outside, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Far more than there is time for, however late its end is seen.
    outside.pages["/rss"] = (200, {}, rss(*(item(f"a{number}") for number in range(poll.MAX_ITEMS))))
    feed = add(store, f"{outside.url}/rss")
    with monkeypatch.context() as patch:
        patch.setattr(poll, "_BOUNDS", Bounds(seconds=0.01))
        for _ in range(4):
            again(store, fetcher)
    row = feeds.one(store, feed)
    assert (row.enabled, row.tries) == (False, 3) and "Vận hành" in row.error
    (letter,) = deadletter.waiting(store, dead_letters)
    assert letter.attempts == 3 and "more than 0.01 s" in letter.error
    tasks.retry(store, RetryJob.model_validate(letter.message["message"]))
    outside.pages["/rss"] = (200, {}, rss(item("b")))
    assert poll.poll_due(store, fetcher) == 1
    row = feeds.one(store, feed)
    assert (row.enabled, row.tries, row.error, row.drafts) == (True, 0, "", 1)


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><item><title>&b;</title></item></rss>'


def test_bad_feeds_are_seen_and_the_good_one_goes_on(
    store: Engine, section: str, outside: Outside, fetcher: Fetcher
) -> None:
    outside.pages |= {
        "/bomb": (200, {}, BOMB),
        "/html": (200, {}, b"<html><p>no feed"),
        "/500": (500, {}, b""),
        "/huge": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 40_000_000)),
        "/charset": (200, {}, b"<?xml version='1.0' encoding='tcvn-5712'?><rss/>"),
        "/good": (200, {}, rss(item("a"), "<item><guid>x</guid></item>")),
    }
    for path in outside.pages:
        add(store, outside.url + path, name=path)
    add(store, "http://169.254.169.254/latest/", name="/inside")
    assert poll.poll_due(store, fetcher) == 7
    rows = {row.name: row for row in feeds.listed(store)}
    # A name of an encoding that nobody knows is no reason not to look.
    readable = {"/good", "/charset"}
    assert {name for name, row in rows.items() if row.failures} == set(rows) - readable
    assert all(row.error for name, row in rows.items() if name != "/charset"), "each says what was wrong"
    assert rows["/good"].error.startswith("1 mục không dùng được: ")
    assert rows["/inside"].error == "Không lấy được từ địa chỉ này."
    assert [row.title for row in reading.listed(store)] == ["Tin a"]


def test_endless_feeds_are_read_to_a_limit(store: Engine, section: str, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/rss"] = (200, {}, rss(*(item(str(number)) for number in range(poll.MAX_ITEMS + 50))))
    add(store, f"{outside.url}/rss")
    poll.poll_due(store, fetcher)
    assert feeds.listed(store)[0].drafts == poll.MAX_ITEMS


def test_switched_off_feeds_are_not_polled(store: Engine, section: str, outside: Outside, fetcher: Fetcher) -> None:
    feed = add(store, f"{outside.url}/rss", enabled=False)
    assert poll.poll_due(store, fetcher) == 0
    feeds.remove(store, EDITOR, feed)
    assert feeds.listed(store) == []


@pytest.mark.parametrize("wrong", [{"name": ""}, {"minutes": 1}, {"section": "khong-co"}])
def test_impossible_feeds_are_refused(sqlite: Engine, wrong: dict[str, Any]) -> None:
    sections.save(sqlite, EDITOR, None, name="Quốc tế")
    with pytest.raises(Invalid):
        add(sqlite, "https://hang.example/rss", **wrong)
