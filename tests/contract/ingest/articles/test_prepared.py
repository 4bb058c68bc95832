"""A live article's prepared next version: the newsroom's alone until it is published by an act of its own."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from services.ingest.articles.input import ArticleInput, CorrectionInput
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import pictures, prepared, reading, sending
from services.ingest.articles.tables import IS_PREPARED, articles
from services.ingest.exchange.exporters import every_article
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from services.ingest.media.tables import media
from services.ingest.ops import expected
from shared.database import read, write
from tests.contract.ingest.desk import HOUSE, Desk, Person, form_of
from tests.contract.ingest.newsroom import words

KEY = "0123456789abcdef0123456789abcdef"
OLD, NEW = "<p>Chợ họp từ sáng sớm.</p>", "<p>Chợ họp từ chiều.</p>"


def live(desk: Desk, **fields: Any) -> Any:
    return desk.article(status="published", **fields)


def prepare(who: Person, saved: Any, **fields: Any) -> dict[str, Any]:
    """The answer to a save of the form."""
    told: dict[str, Any] = who.script("POST", f"/bai/{saved.id}", data=form_of(saved, **fields)).json()
    return told


def readers_see(desk: Desk, article_id: int) -> tuple[str, str]:
    """(title, body), and nothing else of the newsroom's may say another one."""
    public = sending.public(desk.store, article_id)
    assert public and public.shown
    told = reading.article(desk.store, article_id)
    assert (told["title"], told["body"]) == (public.state.title, public.state.body)
    assert reading.row_of(desk.store, article_id).title == public.state.title
    assert [one["body"] for one in every_article(desk.store) if one["id"] == article_id] == [public.state.body]
    return public.state.title, public.state.body


def is_prepared(desk: Desk, article_id: int) -> bool:
    with read(desk.store) as connection:
        return (
            connection.execute(select(articles.c.id).where(IS_PREPARED, articles.c.id == article_id)).first()
            is not None
        )


def messages(desk: Desk) -> int:
    with read(desk.store) as connection:
        return len(connection.execute(select(outbox.c.id)).all())


def test_a_save_of_a_live_story_is_seen_by_the_newsroom_alone_until_it_is_published(desk: Desk) -> None:
    saved, editor, secretary = live(desk), desk.be("editor"), desk.be("secretary")
    before = messages(desk)
    told = prepare(editor, saved, title="Chợ họp muộn", body=NEW)
    assert (told["version"], told["status"], told["prepared"]) == (2, "published", True)
    assert readers_see(desk, saved.id) == ("Họp chợ phiên", OLD)
    assert messages(desk) == before, "no store, no webhook and no edge hears of it"
    page = words(editor.get(f"/bai/{saved.id}").text)
    assert "Chợ họp từ chiều." in page and "Bạn đọc đang thấy bản 1" in page
    assert "Có bản chuẩn bị" in words(editor.get("/bai", params={"chuan-bi": "1"}).text)
    assert "Bản chuẩn bị chờ lên trang" in words(secretary.get("/").text)
    history = words(editor.get(f"/bai/{saved.id}/phien-ban").text)
    assert "bản chuẩn bị, bạn đọc chưa thấy" in history and "bạn đọc đang thấy" in history
    compared = editor.get(f"/bai/{saved.id}/so-sanh", params={"cu": 1}).text
    assert "<del>sáng sớm</del>" in compared and "Bản 1, bạn đọc đang thấy" in words(compared)
    assert editor.post(f"/bai/{saved.id}/cap-nhat", {"version": 2}).status_code == 403
    assert secretary.post(f"/bai/{saved.id}/cap-nhat", {"version": 1}).status_code == 412, "what she has not read"
    published = secretary.post(f"/bai/{saved.id}/cap-nhat", {"version": 2})
    assert published.headers["location"].endswith("/len-trang")
    assert readers_see(desk, saved.id) == ("Chợ họp muộn", NEW) and not is_prepared(desk, saved.id)
    assert messages(desk) == before + 4, "page, index, count, webhooks"
    approval = reading.article(desk.store, saved.id)["approval"]
    assert (approval["by"], approval["version"]) == (secretary.actor_name, 3)
    again = secretary.script("POST", f"/bai/{saved.id}/cap-nhat", data={"version": 3}).json()
    assert again["version"] == 3 and messages(desk) == before + 4


def test_a_reporter_does_not_prepare(desk: Desk) -> None:
    reporter = desk.be("reporter")
    saved = live(desk, by=reporter.actor_name)
    assert reporter.script("POST", f"/bai/{saved.id}", data=form_of(saved, title="Tựa khác")).status_code == 403


def test_what_is_discarded_or_typed_back_leaves_what_readers_see(desk: Desk) -> None:
    saved, editor = live(desk), desk.be("editor")
    before = messages(desk)
    prepare(editor, saved, title="Chợ họp muộn", section="van-hoa")
    assert editor.post(f"/bai/{saved.id}/bo-ban-chuan-bi", {"version": 2}).is_redirect
    page = editor.get(f"/bai/{saved.id}").text
    assert "Chợ họp muộn" not in page and not is_prepared(desk, saved.id)
    assert 'value="kinh-te" selected' in page
    assert reading.article(desk.store, saved.id)["approval"], "nobody took back what readers see"
    prepare(editor, saved, version=3, title="Chợ họp muộn")
    assert prepare(editor, saved, version=4)["prepared"] is False
    assert messages(desk) == before
    assert [line.action for line in reading.history(desk.store, saved.id)][:2] == ["prepared", "prepared"]


def test_an_old_version_is_restored_to_be_prepared(desk: Desk) -> None:
    saved, secretary = live(desk), desk.be("secretary")
    prepare(secretary, saved, body=NEW)
    secretary.post(f"/bai/{saved.id}/cap-nhat", {"version": 2})
    listed = secretary.get(f"/bai/{saved.id}/phien-ban").text
    assert "Bạn đọc vẫn thấy bản 3 cho đến khi cập nhật bài trên trang." in listed
    restored = secretary.post(f"/bai/{saved.id}/khoi-phuc", {"restore": 1, "version": 3})
    assert "Bạn đọc vẫn thấy bản 3" in words(secretary.get(restored.headers["location"].removeprefix("/desk")).text)
    assert readers_see(desk, saved.id)[1] == NEW and is_prepared(desk, saved.id)
    secretary.post(f"/bai/{saved.id}/cap-nhat", {"version": 4})
    assert readers_see(desk, saved.id)[1] == OLD


def correction(version: int, body: str, **fields: str) -> dict[str, Any]:
    said = {"notice": "Thông tin cải chính, xin lỗi: sai giờ họp.", "wrong": "năm giờ", "right": "sáu giờ"}
    return {"version": version, "title": "Họp chợ phiên", "body": body, **said, **fields}


def test_a_correction_reaches_readers_without_what_is_prepared_which_goes_on(desk: Desk) -> None:
    saved = live(desk, body="<p>Họp lúc 5 giờ.</p><p>Giữa.</p><p>Đông vui.</p>")
    editor, secretary = desk.be("editor"), desk.be("secretary")
    prepare(editor, saved, body="<p>Họp lúc 5 giờ.</p><p>Giữa.</p><p>Đông vui hơn mọi năm.</p>")
    form = secretary.get(f"/bai/{saved.id}/cai-chinh").text
    assert "mọi năm" not in form and "Cải chính sửa bài bạn đọc đang thấy" in words(form)
    # The form was opened before that save; what readers see is still what it showed.
    sent = correction(1, "<p>Họp lúc 6 giờ.</p><p>Giữa.</p><p>Đông vui.</p>")
    assert secretary.post(f"/bai/{saved.id}/cai-chinh", sent).is_redirect
    assert readers_see(desk, saved.id)[1] == "<p>Họp lúc 6 giờ.</p><p>Giữa.</p><p>Đông vui.</p>"
    assert is_prepared(desk, saved.id)
    assert secretary.post(f"/bai/{saved.id}/cap-nhat").is_redirect
    assert readers_see(desk, saved.id)[1] == "<p>Họp lúc 6 giờ.</p><p>Giữa.</p><p>Đông vui hơn mọi năm.</p>"
    assert len(reading.article(desk.store, saved.id)["corrections"]) == 1


def test_a_correction_of_the_very_place_puts_what_is_prepared_aside(desk: Desk) -> None:
    saved, secretary = live(desk, body="<p>Họp lúc 5 giờ.</p>"), desk.be("secretary")
    prepare(secretary, saved, body="<p>Họp lúc 5 giờ, đông vui.</p>")
    answer = secretary.post(f"/bai/{saved.id}/cai-chinh", correction(2, "<p>Họp lúc 6 giờ.</p>"))
    assert "còn ở Phiên bản, là bản 2" in words(secretary.get(answer.headers["location"].removeprefix("/desk")).text)
    assert readers_see(desk, saved.id)[1] == "<p>Họp lúc 6 giờ.</p>" and not is_prepared(desk, saved.id)
    assert reading.revision(desk.store, saved.id, 2)["state"]["body"] == "<p>Họp lúc 5 giờ, đông vui.</p>"


def test_what_is_prepared_when_the_article_is_taken_away(desk: Desk) -> None:
    secretary, taken, gone = desk.be("secretary"), live(desk), live(desk)
    for one in (taken, gone):
        prepare(secretary, one, body=NEW)
    assert secretary.post(f"/bai/{taken.id}/go", {"version": 2}).is_redirect
    assert reading.article(desk.store, taken.id)["body"] == NEW, "it comes back with what was prepared"
    assert secretary.post(f"/bai/{taken.id}/xuat-ban").is_redirect
    assert readers_see(desk, taken.id)[1] == NEW
    assert secretary.post(f"/bai/{gone.id}/rut", {"reason": "Theo yêu cầu của nhân vật", "version": 2}).is_redirect
    found = reading.article(desk.store, gone.id)
    assert (found["status"], found["body"]) == ("withdrawn", OLD), "the text that was withdrawn"
    assert not is_prepared(desk, taken.id) and not is_prepared(desk, gone.id)


def test_what_is_prepared_is_neither_scheduled_nor_held(desk: Desk) -> None:
    saved, secretary = live(desk), desk.be("secretary")
    prepare(secretary, saved, body=NEW)
    published = secretary.script("POST", f"/bai/{saved.id}/xuat-ban", data={"at": "2027-11-01T08:00", "version": 2})
    assert published.json()["version"] == 2 and readers_see(desk, saved.id)[1] == OLD
    assert secretary.post(f"/bai/{saved.id}/giu-lai", {"until": "2027-11-01T08:00"}).status_code == 409


def test_programs_speak_of_what_readers_see(desk: Desk) -> None:
    """The documented calls do what they did before: a program's word goes out, and it never publishes others' words."""
    wire = Actor("key:ttx")
    sent = {"external_id": "ttx-1", "title": "Họp chợ phiên", "body": OLD, "section": "kinh-te", "status": "published"}
    saved = store.save_article(desk.store, read_fields(ArticleInput, sent), wire)
    editor = desk.be("editor")
    prepare(editor, saved, title="Chợ họp muộn")
    told = reading.article(desk.store, saved.id)
    assert (told["title"], told["version"], told["prepared"]) == ("Họp chợ phiên", 2, True)
    assert store.publish(desk.store, saved.id, wire).result == "unchanged"
    same = store.replace_article(
        desk.store, saved.id, read_fields(ArticleInput, json.loads(json.dumps(told, default=str))), wire, 2
    )
    assert (same.result, same.version) == ("unchanged", 2) and is_prepared(desk, saved.id)
    update = read_fields(ArticleInput, sent | {"body": NEW})
    assert store.save_article(desk.store, update, wire).version == 3
    assert readers_see(desk, saved.id) == ("Họp chợ phiên", NEW) and not is_prepared(desk, saved.id)
    assert reading.revision(desk.store, saved.id, 2)["state"]["title"] == "Chợ họp muộn", "in the history"
    with pytest.raises(Conflict):
        prepared.publish(desk.store, desk.article().id, HOUSE)


def test_a_correction_by_a_program_keeps_what_is_prepared_from_readers(desk: Desk) -> None:
    saved = live(desk)
    prepare(desk.be("editor"), saved, title="Chợ họp muộn")
    sent = read_fields(CorrectionInput, {"notice": "Bản trước ghi sai giờ họp chợ.", "body": NEW})
    store.correct(desk.store, saved.id, sent, HOUSE)
    assert readers_see(desk, saved.id) == ("Họp chợ phiên", NEW)


def test_two_who_prepare_lose_nothing(desk: Desk) -> None:
    saved = live(desk, body="<p>Đoạn một.</p><p>Giữa.</p><p>Đoạn hai.</p>")
    editor, secretary = desk.be("editor"), desk.be("secretary")
    prepare(editor, saved, body="<p>Đoạn một của anh.</p><p>Giữa.</p><p>Đoạn hai.</p>")
    late = form_of(saved, key=KEY, sequence=0, body="<p>Đoạn một.</p><p>Giữa.</p><p>Đoạn hai của chị.</p>")
    assert secretary.script("POST", f"/bai/{saved.id}", data=late).status_code == 412
    assert secretary.post(f"/bai/{saved.id}/xung-dot", {"version": 2, "choice_body": "both"}).is_redirect
    assert readers_see(desk, saved.id)[1] == "<p>Đoạn một.</p><p>Giữa.</p><p>Đoạn hai.</p>"
    assert secretary.post(f"/bai/{saved.id}/cap-nhat").is_redirect
    assert readers_see(desk, saved.id)[1] == "<p>Đoạn một của anh.</p><p>Giữa.</p><p>Đoạn hai của chị.</p>"


def test_publication_by_somebody_else_is_no_conflict_with_who_writes_on(desk: Desk) -> None:
    saved, editor = live(desk), desk.be("editor")
    prepare(editor, saved, body=NEW)
    writing = form_of(saved, version=2, key=KEY, sequence=0, body=NEW + "<p>Viết tiếp.</p>")
    kept = editor.script("POST", f"/bai/{saved.id}/luu-tam", data=writing).json()
    assert kept["prepared"] is True
    assert desk.be("secretary").post(f"/bai/{saved.id}/cap-nhat", {"version": 2}).is_redirect
    assert "Viết tiếp." not in readers_see(desk, saved.id)[1]
    told = editor.script("POST", f"/bai/{saved.id}/dang-sua", data={"version": 2}).json()
    assert (told["rewritten"], told["prepared"]) == (False, False)
    assert (
        editor.script("GET", f"/bai/{saved.id}/dang-viet?version=2")
        .json()["rest"]["draft"]["body"]
        .endswith("tiếp.</p>")
    )


def test_pictures_of_both_versions_are_in_use(desk: Desk) -> None:
    usual = {"width": 8, "height": 8, "bytes": 9, "renditions": [], "credit": "", "alt": "", "created_by": "x"}
    with write(desk.store) as connection:
        for path in ("a.webp", "b.webp"):
            row = {"path": path, "sha256": path, "type": "image/webp", "caption": path, "created_at": datetime.now(UTC)}
            connection.execute(media.insert(), usual | row)
    saved = live(desk, images=[{"url": "/media/a.webp"}])
    form = {"image_url": ["/media/b.webp"], "image_caption": ["b"], "image_credit": [""], "image_alt": [""]}
    assert prepare(desk.be("editor"), saved, **form)["prepared"]

    def used() -> list[bool]:
        with read(desk.store) as connection:
            return [pictures.is_used(connection, path) for path in ("a.webp", "b.webp")]

    assert used() == [True, True]
    prepared.publish(desk.store, saved.id, HOUSE)
    assert used() == [False, True]


def test_a_comparison_wants_of_search_what_readers_see(desk: Desk) -> None:
    saved = live(desk)
    prepare(desk.be("editor"), saved, body=NEW)
    [[wanted]] = expected.pages_of_articles(desk.store, drafts=True)
    assert wanted.version == 1 and wanted.event.kind == "article_published"
