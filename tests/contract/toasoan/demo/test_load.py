"""The demo paper pushed into a real API."""

import hashlib
import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select

from services.ingest.accounts.store.keys import create_key
from services.ingest.articles.tables import articles, revisions
from services.ingest.comments.store.comments import reject
from services.ingest.comments.tables import comments
from services.ingest.front_page.tables import front_page
from services.ingest.kit.tables import audit, outbox
from services.ingest.media.tables import media
from shared.database import engine, read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Api
from toasoan.demo import coverage, pictures
from toasoan.demo.load import SECTIONS, load_demo, publish_comments
from toasoan.demo.stories import stories


@pytest.fixture(autouse=True)
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """One small picture of its own a name: drawing them is tested elsewhere."""

    def draw(name: str) -> bytes:
        digest = hashlib.sha256(name.encode()).digest()
        file = io.BytesIO()
        Image.new("RGB", (64, 36), (digest[0], digest[1], digest[2])).save(file, "PNG")
        return file.getvalue()

    monkeypatch.setattr(pictures, "draw", draw)


def contents() -> dict[str, Any]:
    """All that the demo could change, row by row or as a count."""
    with read(engine("ingest")) as connection:
        kept = (articles.c.id, articles.c.external_id, articles.c.version, articles.c.published_at)
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (revisions, outbox, media, audit, comments)
        }
        return counts | {
            "articles": connection.execute(select(*kept).order_by(articles.c.id)).all(),
            "front page": connection.execute(select(front_page)).all(),
        }


def test_second_time_changes_nothing(api: Api, api_store: Engine) -> None:
    paper, key = stories(), create_key("demo", ["publish", "opening"])
    load_demo(str(api.client.base_url), key)
    publish_comments()
    first = contents()
    listed = api("GET", "/api/articles", params={"limit": 200}).json()["articles"]
    assert {one["external_id"] for one in listed} == {story.external_id for story in paper}
    by_name = {one["external_id"]: api.read(one["id"]) for one in listed}
    assert all(one["status"] == "published" for one in by_name.values())
    assert [one["name"] for one in api("GET", "/api/sections").json()["sections"]] == list(SECTIONS)
    leads = [by_name[story.external_id]["id"] for story in paper if story.lead]
    assert list(first["front page"][0].pinned) == leads
    for story in paper:
        shown = by_name[story.external_id]
        assert [image["alt"] for image in shown["images"]] == [picture.alt for picture in story.pictures]
        assert all(author["roles"] for author in shown["authors"])
        assert len(shown["corrections"]) == bool(story.notice)
        assert not story.wrong or (story.right in shown["body"] and story.wrong not in shown["body"])
        assert shown["opening_views"] == story.views
        if story.kind == "photo":
            assert shown["body"].count('<figure><img src="/media/') == len(story.pictures)
    with read(api_store) as connection:
        held = [row.id for row in connection.execute(select(comments.c.id).where(comments.c.status == "held"))]
        shown_ids = list(connection.execute(select(comments.c.id).order_by(comments.c.id)).scalars())
    assert held == [] and len(shown_ids) == sum(len(story.comments) for story in paper)

    load_demo(str(api.client.base_url), key)
    publish_comments()
    assert contents() == first

    reject(api_store, shown_ids[0], EDITOR)
    publish_comments()
    with read(api_store) as connection:
        row = connection.execute(select(comments.c.status).where(comments.c.id == shown_ids[0])).one()
    assert row.status == "rejected"


def test_the_live_coverage_plays_to_its_end_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    url, key = str(api.client.base_url), create_key("demo", ["publish"])
    waited: list[float] = []

    def pause(seconds: float) -> None:
        if len(waited) == 4:
            raise OSError("the machine is switched off")
        waited.append(seconds)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="switched off"):
        patch.setattr(coverage, "sleep", pause)
        coverage.play(url, key, 20.0)
    (open_,) = api("GET", "/api/articles").json()["articles"]
    assert api.read(open_["id"])["live"]
    coverage.play(url, key, 0.0)
    closed = api.read(open_["id"])
    assert not closed["live"]
    for entry in coverage.entries():
        assert closed["body"].count(entry["body"]) == 1
    first = contents()
    coverage.play(url, key, 0.0)
    assert contents() == first


def test_load_that_was_cut_off_is_finished(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, key = pictures.draw, create_key("demo", ["publish", "opening"])
    third = stories()[2].pictures[0].name

    def broken(name: str) -> bytes:
        if name == third:
            raise OSError("no more paper")
        return drawn(name)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no more paper"):
        patch.setattr(pictures, "draw", broken)
        load_demo(str(api.client.base_url), key)
    assert len(contents()["articles"]) == 2
    load_demo(str(api.client.base_url), key)
    rows = contents()["articles"]
    assert sorted(row.external_id for row in rows) == sorted(story.external_id for story in stories())
