"""Who gets a file before readers do, and how one is removed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy import Engine, event

from services.ingest.accounts.store.keys import create_key
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import autosaves, pictures, workflow
from services.ingest.articles.store.articles import replace_article
from services.ingest.exchange.importers.pictures import Pictures
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.live_coverage.input import NewLiveEntryInput
from services.ingest.live_coverage.store import ending, entries
from services.ingest.media import imaging
from services.ingest.media import store as media
from shared.settings import get_settings
from tests.contract.ingest.base import EDITOR, STORY
from tests.contract.ingest.conftest import Save
from tests.contract.ingest.desk import HOUSE, Desk, form_of
from tests.contract.ingest.media.test_screen import send
from tests.contract.ingest.test_at_once import at_once
from tests.media import film


def kept(engine: Engine, colour: str = "red", by: str = HOUSE.name) -> Any:
    """A picture's row; its files are there."""
    folder = get_settings().media_dir
    folder.mkdir(parents=True, exist_ok=True)
    source = folder.parent / f"{colour}.jpg"
    Image.new("RGB", (1000, 600), colour).save(source)
    return media.keep(engine, imaging.rebuild(source, folder), Actor(by))


def files(row: Any) -> list[Path]:
    return [get_settings().media_dir / path for path in (row.path, *(path for _, path in row.renditions))]


def test_a_drafts_picture_is_seen_by_those_who_may_see_the_draft(desk: Desk) -> None:
    owner = desk.be("editor", "van.hoa", section="van-hoa")
    row = kept(desk.store)
    draft = desk.article(by=owner.actor_name, section="van-hoa", images=[{"media_id": row.id}]).id
    addresses = [media.MEDIA + row.path, media.MEDIA + row.renditions[0][1]]

    def statuses(client: httpx2.Client) -> list[int]:
        return [client.get(address, follow_redirects=False).status_code for address in addresses]

    reporter = desk.be("reporter", section="kinh-te").client
    with desk.anonymous() as nobody:
        assert statuses(nobody) == [401, 401]
        assert statuses(reporter) == [404, 404]
        for role in ("secretary", "chief", "admin"):
            assert statuses(desk.be(role).client) == [200, 200], role
        assert statuses(desk.be("ops").client) == [404, 404], "who looks after machines reads no drafts"
        assert statuses(owner.client) == [200, 200]
        seen = owner.client.get(addresses[0])
        assert seen.headers["cache-control"] == "private, no-cache"
        assert owner.client.get(addresses[0], headers={"if-none-match": seen.headers["etag"]}).status_code == 304
        store.publish(desk.store, draft, HOUSE)
        assert (statuses(reporter), statuses(nobody)) == ([200, 200], [401, 401])
        key = {"authorization": f"Bearer {create_key('may', ['read'])}"}
        assert nobody.get(addresses[0], headers=key).status_code == 200
        assert nobody.get(addresses[0], headers={"authorization": "Bearer x"}).status_code == 401


def test_the_desk_removes_what_nothing_uses_with_all_its_sizes(desk: Desk) -> None:
    who = desk.be("secretary")
    used, unused = kept(desk.store), kept(desk.store, "blue")
    saved = desk.article(images=[{"media_id": used.id}])
    assert f"/kho/{used.id}/xoa" not in who.get(f"/kho/{used.id}").text
    assert who.post(f"/kho/{used.id}/xoa").status_code == 409
    assert f"/kho/{unused.id}/xoa" in who.get(f"/kho/{unused.id}").text
    assert who.post(f"/kho/{unused.id}/xoa").is_redirect
    assert all(file.exists() for file in files(used)) and not any(file.exists() for file in files(unused))
    assert who.get(f"/kho/{unused.id}").status_code == 404
    assert who.client.get(media.MEDIA + unused.path).status_code == 404
    assert "xóa" in desk.be("admin").get("/nhat-ky").text
    with pytest.raises(Invalid):
        desk.article(images=[{"media_id": unused.id}])
    again = kept(desk.store, "blue")
    assert again.id > unused.id and all(file.exists() for file in files(again)), "no id is given twice"
    # What is being written holds it, and so does what may come back; what is withdrawn for good does not.
    store.publish(desk.store, saved.id, HOUSE)
    store.unpublish(desk.store, saved.id, HOUSE)
    assert who.post(f"/kho/{used.id}/xoa").status_code == 409
    store.withdraw(desk.store, saved.id, "Sai sự thật", HOUSE)
    assert who.post(f"/kho/{used.id}/xoa").is_redirect
    assert not any(file.exists() for file in files(used))


def test_what_somebody_is_writing_with_is_not_removed(desk: Desk) -> None:
    who, row = desk.be("editor"), kept(desk.store)
    fields = {"title": "Đang viết", "image_url": [media.MEDIA + row.path]}
    autosaves.keep(desk.store, who.id, "k" * 32, fields, article_id=None, base_version=None, sequence=0)
    assert desk.be("secretary").post(f"/kho/{row.id}/xoa").status_code == 409
    autosaves.drop(desk.store, who.id, key="k" * 32)
    assert desk.be("secretary").post(f"/kho/{row.id}/xoa").is_redirect


def test_one_removes_what_one_has_brought_and_nobody_elses(desk: Desk) -> None:
    reporter = desk.be("reporter")
    own, others = kept(desk.store, by=reporter.actor_name), kept(desk.store, "blue")
    assert f"/kho/{others.id}/xoa" not in reporter.get(f"/kho/{others.id}").text
    assert reporter.post(f"/kho/{others.id}/xoa").status_code == 403
    assert reporter.post(f"/kho/{own.id}/xoa").is_redirect
    assert files(others)[0].exists() and not files(own)[0].exists()


def test_a_film_loses_a_poster_that_is_removed(desk: Desk) -> None:
    who, poster = desk.be("secretary"), kept(desk.store)
    shot = send(who, film(), "phim.mp4").json()["media"]["id"]
    assert who.post(f"/kho/{shot}", {"poster_id": poster.id}).is_redirect
    assert who.post(f"/kho/{poster.id}/xoa").is_redirect
    assert media.one(desk.store, shot).poster_id is None and "poster=" not in who.get(f"/kho/{shot}").text


def test_an_older_version_with_a_removed_picture_is_not_restored(desk: Desk) -> None:
    row = kept(desk.store)
    saved = desk.article(images=[{"media_id": row.id}])
    who = desk.be("secretary")
    assert who.post(f"/bai/{saved.id}", form_of(saved)).is_redirect
    assert who.post(f"/kho/{row.id}/xoa").is_redirect
    with pytest.raises(Invalid, match="không còn trong kho"):
        workflow.restore(desk.store, saved.id, 1, HOUSE)


def test_an_import_takes_a_removed_picture_over_once_more(store: Engine, tmp_path: Path) -> None:
    (tmp_path / "anh").mkdir()
    Image.new("RGB", (300, 200), "green").save(tmp_path / "anh" / "doi.jpg")
    sent = {"body": '<p><img src="https://cu.example/anh/doi.jpg"></p>'}
    placed, _, _ = Pictures(store, EDITOR, [tmp_path]).place(dict(sent))
    row = media.found(store)[0]
    media.remove(store, row.id, EDITOR, pictures.is_used)
    assert Pictures(store, EDITOR, [tmp_path]).place(dict(sent)) == (placed, (), False)
    assert files(media.found(store)[0])[0].exists()
    media.remove(store, media.found(store)[0].id, EDITOR, pictures.is_used)
    assert Pictures(store, EDITOR).place(dict(sent))[1] == ("https://cu.example/anh/doi.jpg",)


@pytest.mark.postgres
def test_a_removal_while_an_article_is_saved_with_the_picture_is_refused(store: Engine, save: Save) -> None:
    row = kept(store)
    reached, go = threading.Event(), threading.Event()

    def pause(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO media_uses"):
            reached.set()
            go.wait(1.0)  # long enough for the removal to get as far, where nothing keeps it from that

    event.listen(store, "before_cursor_execute", pause)
    try:
        with ThreadPoolExecutor(2) as pool:
            saving = pool.submit(save, images=[{"media_id": row.id}])
            assert reached.wait(30)
            removing = pool.submit(media.remove, store, row.id, EDITOR, pictures.is_used)
            saving.result(30)
            with pytest.raises(Conflict):
                removing.result(30)
    finally:
        event.remove(store, "before_cursor_execute", pause)
    assert files(row)[0].exists()


def in_body(row: Any) -> str:
    return f'<p>Gió giật cấp 9.</p><figure><img src="{media.MEDIA}{row.path}"></figure>'


def entry_with(row: Any) -> NewLiveEntryInput:
    return read_fields(NewLiveEntryInput, {"body": in_body(row), "status": "published"})


def test_what_an_entry_of_a_live_coverage_shows_is_not_removed_until_it_is_withdrawn(store: Engine, save: Save) -> None:
    row = kept(store)
    coverage = save(live=True, images=[{"media_id": row.id}]).id
    entry = entries.write(store, coverage, entry_with(row), EDITOR)
    replace_article(store, coverage, read_fields(ArticleInput, {**STORY, "live": True}), EDITOR)
    with pytest.raises(Conflict):
        media.remove(store, row.id, EDITOR, pictures.is_used)
    entries.withdraw(store, coverage, entry.id, "Nhầm ảnh", EDITOR)
    media.remove(store, row.id, EDITOR, pictures.is_used)
    assert not files(row)[0].exists()


def test_a_coverage_that_is_over_needs_its_entries_pictures_as_long_as_its_text_has_them(
    store: Engine, save: Save
) -> None:
    row, coverage = kept(store), save(live=True).id
    entries.write(store, coverage, entry_with(row), EDITOR)
    ending.close(store, coverage, EDITOR)
    with pytest.raises(Conflict):
        media.remove(store, row.id, EDITOR, pictures.is_used)
    replace_article(store, coverage, read_fields(ArticleInput, STORY), EDITOR)
    media.remove(store, row.id, EDITOR, pictures.is_used)
    assert not files(row)[0].exists()


@pytest.mark.postgres
def test_a_removal_while_an_entry_is_written_with_the_picture(store: Engine, save: Save) -> None:
    row, coverage = kept(store), save(live=True).id
    refused = at_once(
        store,
        lambda: entries.write(store, coverage, entry_with(row), EDITOR),
        lambda: media.remove(store, row.id, EDITOR, pictures.is_used),
    )
    assert [one is None for one in refused].count(True) == 1
    assert files(row)[0].exists() is (refused[0] is None)


@pytest.mark.postgres
def test_a_removal_beside_an_upload_of_the_same_picture_leaves_no_row_without_its_file(store: Engine) -> None:
    row = kept(store)
    at_once(store, lambda: kept(store), lambda: media.remove(store, row.id, EDITOR, pictures.is_used))
    assert all(file.exists() for held in media.found(store) for file in files(held))
