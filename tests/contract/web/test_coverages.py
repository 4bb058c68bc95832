"""Live coverage on the readers' side: entries late, repeated and out of order; the page, its fragments and its feed."""

import random
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from services.web import store
from services.web.held import versions
from services.web.reading import reading
from services.web.store import publish, save_live_entries, withdraw
from shared.contracts.commands import ListWebLiveEntries
from shared.contracts.events import LiveEntryPublished, LiveEntryWithdrawn
from tests.contract.web.conftest import START, Site, delivered, published, state, withdrawn
from tests.wait import until

PATH = "/thoi-su/bai-so-1-1"
PICTURE = "/media/ab/" + "0" * 32 + ".jpg"


def entry(entry_id: int, version: int = 1, **fields: Any) -> Any:
    """A public entry of article 1, a minute after the one with the id before."""
    at = START + timedelta(hours=1, minutes=entry_id)
    known = {"article_id": 1, "body": f"<p>Cập nhật {entry_id}.</p>", "at": at, "updated_at": at}
    event = LiveEntryPublished(id=entry_id, version=version, **{**known, **fields})
    return delivered(event, entry_id, version)


def gone(entry_id: int, version: int, article_id: int = 1) -> Any:
    event = LiveEntryWithdrawn(id=entry_id, version=version, article_id=article_id)
    return delivered(event, entry_id, version)


def shown(engine: Engine, page: int = 1, size: int = 20) -> list[tuple[int, str]]:
    with reading(engine) as view:
        found = view.coverage(state(1, live=True), page, size)
    return [(one.id, one.title) for one in found.entries]


def version(engine: Engine) -> int:
    with reading(engine) as view:
        return view.live_version(state(1, live=True))[0]


def test_entries_end_the_same_in_any_order_and_number(store_engine: Engine) -> None:
    events = [entry(one, number, title=f"Bản {number}") for one in (1, 2, 3) for number in (1, 2)]
    events += [gone(2, 3), entry(3, 3, title="Ghim", pinned=True)]
    mixed = events * 3
    random.Random(5).shuffle(mixed)
    seen = [0]
    for event in mixed:
        save_live_entries(store_engine, [event])
        seen.append(version(store_engine))
    assert seen == sorted(seen)
    save_live_entries(store_engine, mixed)
    assert version(store_engine) == seen[-1]
    assert shown(store_engine) == [(3, "Ghim"), (1, "Bản 2")]
    assert versions(store_engine, ListWebLiveEntries(after=0, limit=10)).versions == ((1, 2), (2, 3), (3, 3))
    # What ingest does not know any more it can only name.
    save_live_entries(store_engine, [gone(1, 9, article_id=0)])
    assert shown(store_engine) == [(3, "Ghim")]


def test_entries_stand_in_pages_the_newest_first(store_engine: Engine) -> None:
    key: dict[str, Any] = {"key_event": True, "title": "Khởi hành"}
    save_live_entries(store_engine, [entry(1, **key), entry(2), entry(3, pinned=True), entry(4), entry(5)])
    assert [one for one, _ in shown(store_engine, 1, 2)] == [3, 5]
    assert [one for one, _ in shown(store_engine, 3, 2)] == [1]
    with reading(store_engine) as view:
        found = view.coverage(state(1, live=True), 1, 2)
    assert [(one.title, one.page) for one in found.events] == [("Khởi hành", 3)]


def test_a_picture_of_an_entry_is_public_as_long_as_entry_and_coverage(store_engine: Engine) -> None:
    def is_public() -> bool:
        with reading(store_engine) as view:
            return view.shows("ab/" + "0" * 32)

    picture: dict[str, Any] = {"body": f'<p>Ảnh.</p><figure><img src="{PICTURE}" alt=""></figure>'}
    live = published(state(1, live=True))
    save_live_entries(store_engine, [entry(1, **picture)])
    assert not is_public()
    publish(store_engine, [live])
    assert is_public()
    withdraw(store_engine, [withdrawn(1, 2, "unpublished")])
    assert not is_public()
    publish(store_engine, [published(state(1, 3, live=True))])
    assert is_public()
    save_live_entries(store_engine, [gone(1, 2)])
    assert not is_public()


def test_readers_of_a_coverage_get_its_news(site: Site) -> None:
    live = state(1, live=True, title="Bão số 3 đổ bộ", slug="bai-so-1")
    site.tell(publish, published(live))
    site.tell(save_live_entries, entry(1, title="Gió cấp 9", key_event=True, byline="Quang Long"))
    page = site.until(PATH, "Cập nhật 1.")
    assert '"@type":"LiveBlogPosting"' in page.text and "Diễn biến chính" in page.text
    assert "<noscript>" in page.text and 'href="/truc-tiep/1.xml"' in page.text
    newest = site.get("/truc-tiep/1")
    assert newest.headers["cache-control"] == "no-cache"
    first = newest.json()["version"]
    assert f'data-version="{first}"' in page.text
    again = site.get("/truc-tiep/1", headers={"if-none-match": newest.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Cập nhật 1." in site.get(f"/truc-tiep/1/{first}").text
    site.tell(save_live_entries, entry(1, 2, body="<p>Gió cấp 10.</p>", correction="Bản trước ghi cấp 9."), entry(2))
    until(lambda: site.get("/truc-tiep/1").json()["version"] > first, 10, "news is told")
    fragment = site.get(f"/truc-tiep/1/{site.get('/truc-tiep/1').json()['version']}")
    assert "Gió cấp 10." in fragment.text and "Bản trước ghi cấp 9." in fragment.text
    # Nobody is given another version's news under this one's name.
    assert site.get(f"/truc-tiep/1/{first}").status_code == 404
    site.tell(save_live_entries, gone(2, 2))
    until(lambda: "Cập nhật 2." not in site.get(PATH).text, 10, "a withdrawn entry is gone")
    feed = site.get("/truc-tiep/1.xml")
    assert "Gió cấp 10." in feed.text and "Cập nhật 2." not in feed.text
    assert feed.headers["content-type"].startswith("application/rss+xml")
    assert site.get(f"{PATH}?trang=2").status_code == 404
    site.tell(publish, published(live.model_copy(update={"version": 2, "live": False})))
    until(lambda: site.get("/truc-tiep/1").json() == {"closed": True}, 10, "the coverage has ended")
    assert "data-live" not in site.get(PATH).text
    assert site.get(f"{PATH}?trang=2").headers["location"] == PATH
    site.tell(store.withdraw, withdrawn(1, 3))
    until(lambda: site.get("/truc-tiep/1").status_code == 410, 10, "the coverage is gone")


def test_a_coverage_of_many_long_entries_weighs_little(site: Site) -> None:
    """Without pictures and with all that a page loads: 45 KB on the wire."""
    words = "Mưa lớn kéo dài từ đêm qua làm nhiều tuyến đường ngập sâu, lực lượng chức năng đã có mặt. "
    long = [entry(one, body=f"<p>{one}: {words * 5}</p>", title=f"Diễn biến thứ {one}") for one in range(1, 201)]
    site.tell(publish, published(state(1, live=True)))
    site.tell(save_live_entries, *long)
    page = site.until(PATH, "Diễn biến thứ 200")
    assert page.text.count('class="entry"') == 20
    assert "Diễn biến thứ 180" in site.get(f"{PATH}?trang=2").text
    files = re.findall(r'"(/static/[^"]+\.(?:css|js|woff2))"', page.text)
    total = sum(weight(site, path) for path in {PATH, *files})
    assert total < 45_000, total


def weight(site: Site, path: str) -> int:
    with site.client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        return sum(len(part) for part in answer.iter_raw())
