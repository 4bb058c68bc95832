"""Views of before an article came here: by a right of its own, once, bounded, in the audit log; by every way in."""

from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from sqlalchemy import Engine

from services.ingest.accounts.store import accounts
from services.ingest.accounts.store.keys import create_key
from services.ingest.articles.input import MOST_EARLIER_VIEWS, ArticleInput
from services.ingest.articles.store import articles as store_articles
from services.ingest.articles.store import reading
from services.ingest.exchange.importers import Options, import_paths
from services.ingest.exchange.importers.found import ForeignArticle
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor, Role, Scope
from services.ingest.kit.errors import Forbidden
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import RIGHTS, Action, Reach
from tests.contract.ingest.base import STORY
from tests.contract.ingest.conftest import Api
from tests.contract.ingest.desk import Desk, desk  # noqa: F401 - a fixture

PUSHED = {**STORY, "external_id": "old-7", "earlier_views": 5546}


def client(api: Api, *scopes: str) -> httpx2.Client:
    key = create_key("-".join(scopes), list(scopes))
    return httpx2.Client(base_url=str(api.client.base_url), timeout=30, headers={"Authorization": f"Bearer {key}"})


def noted(store: Engine, article_id: int) -> list[tuple[str, int]]:
    entries = audit.entries(store, f"article:{article_id}")
    return [(one.actor, one.detail["views"]) for one in entries if one.action == "article.opening_views"]


@pytest.mark.parametrize("scope", ["draft", "publish"])
def test_no_key_says_them_without_that_right_by_any_way(api: Api, scope: str) -> None:
    fields = {**PUSHED, "status": "draft"}
    api.story()  # its section is known
    with client(api, scope) as wire:
        pushed = wire.post("/api/articles", json=fields)
        (line,) = wire.post(
            "/api/articles:batch", content=orjson.dumps(fields), headers={"content-type": "application/x-ndjson"}
        ).text.splitlines()
        # Without the number it is an article like any other, and later is no better.
        plain = wire.post("/api/articles", json={**fields, "earlier_views": 0})
        path = f"/api/articles/{plain.json()['id']}"
        put = wire.put(path, json={**fields, "external_id": "old-7"}, headers={"If-Match": "*"})

    assert (pushed.status_code, put.status_code) == (403, 403)
    assert "earlier_views" in pushed.json()["detail"]
    assert orjson.loads(line)["problem"]["status"] == 403
    assert plain.status_code == 201
    assert api.read(plain.json()["id"])["opening_views"] == 0


def test_with_the_right_they_count_once_and_stand_in_the_audit_log(api: Api, api_store: Engine) -> None:
    api.story()
    with client(api, "draft", "opening") as wire:
        first = wire.post("/api/articles", json={**PUSHED, "status": "draft"})
        again = wire.post("/api/articles", json={**PUSHED, "status": "draft"})
        more = wire.post("/api/articles", json={**PUSHED, "status": "draft", "earlier_views": 9000})
        too_many = wire.post("/api/articles", json={**PUSHED, "external_id": "x", "earlier_views": 900_000_000_000})
        article_id = first.json()["id"]
        text = {**PUSHED, "status": "draft", "title": "Tựa khác", "earlier_views": 0}
        changed = wire.post("/api/articles", json=text)

    assert (first.status_code, again.status_code, more.status_code, changed.status_code) == (201, 200, 409, 200)
    assert "5.546" in more.json()["detail"] and "một lần" in more.json()["detail"]
    assert too_many.status_code == 422 and too_many.json()["errors"][0]["field"] == "earlier_views"
    assert api.read(article_id)["opening_views"] == 5546
    assert noted(api_store, article_id) == [("key:draft-opening", 5546)]
    assert MOST_EARLIER_VIEWS == 100_000_000


def test_whoever_may_only_write_can_go_on_with_such_an_article(api: Api) -> None:
    """The number that stands there may come again, and what is read by GET may be sent back."""
    api.story()
    with client(api, "draft", "opening") as old_site, client(api, "draft") as wire:
        article_id = old_site.post("/api/articles", json={**PUSHED, "status": "draft"}).json()["id"]
        same = wire.post("/api/articles", json={**PUSHED, "status": "draft", "title": "Tựa mới"})
        shown = wire.get(f"/api/articles/{article_id}").json()
        back = wire.put(f"/api/articles/{article_id}", json={**shown, "title": "Tựa nữa"}, headers={"If-Match": "*"})

    assert (same.status_code, back.status_code) == (200, 200)
    assert api.read(article_id)["opening_views"] == 5546


def ndjson(folder: Path, **fields: Any) -> Path:
    file = folder / "old.ndjson"
    file.write_bytes(orjson.dumps({**PUSHED, **fields}))
    return file


def test_a_file_that_is_imported_again_keeps_the_number_and_brings_the_text(tmp_path: Path, store: Engine) -> None:
    (first,) = import_paths([ndjson(tmp_path)], Options(), store)
    (again,) = import_paths([ndjson(tmp_path, earlier_views=7000, title="Tựa mới")], Options(), store)

    shown = reading.article(store, int(first.id or 0))
    assert (again.status, shown["title"], shown["opening_views"]) == ("updated", "Tựa mới", 5546)
    assert noted(store, shown["id"]) == [("import", 5546)]


def test_a_file_is_held_to_the_bound_and_to_who_handed_it_in(tmp_path: Path, store: Engine) -> None:
    wire = Actor("key:wire", frozenset({Scope.publish}))
    (refused,) = import_paths([ndjson(tmp_path)], Options(actor=wire), store)
    (too_many,) = import_paths([ndjson(tmp_path, earlier_views=MOST_EARLIER_VIEWS + 1)], Options(), store)

    assert (refused.status, too_many.status) == ("failed", "failed")
    assert "earlier_views" in refused.error and too_many.error


def test_of_people_only_who_moves_the_archive_has_the_right(desk: Desk) -> None:  # noqa: F811 - the fixture
    assert {role for role, reach in RIGHTS[Action.opening].items() if reach is not Reach.none} == {Role.admin}
    saved = desk.article(earlier_views=0)
    for role in Role:
        desk.be(role.value)
        account = accounts.named(desk.store, f"user:{role.value}@bao.example")
        assert account is not None
        given = {"title": "Họp chợ phiên", "body": "<p>Chợ họp.</p>", "section": "kinh-te", "earlier_views": 10}
        sent = read_fields(ArticleInput, given)
        if role is Role.admin:
            store_articles.replace_article(desk.store, saved.id, sent, account.actor)
            assert noted(desk.store, saved.id) == [(account.actor.name, 10)]
        else:
            with pytest.raises(Forbidden):
                store_articles.replace_article(desk.store, saved.id, sent, account.actor)


def test_the_desk_gives_that_right_to_a_key_by_a_box_of_its_own(desk: Desk) -> None:  # noqa: F811 - the fixture
    admin = desk.be("admin")
    made = admin.post("/khoa", {"name": "báo cũ", "scope": "draft", "opening": "1"})
    listed = admin.get("/khoa").text

    assert made.status_code == 200
    assert "Viết bài nháp, tải ảnh (gồm cả đọc); Nhận lượt xem cũ của bài (earlier_views)" in listed


def test_a_feed_never_brings_them(store: Engine) -> None:
    from services.ingest.feeds.loop import _draft

    class Nobody:
        def place(self, fields: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
            return fields, (), ()

    class Feed:
        id, section, name = 1, "kinh-te", "Hãng"

    draft, _ = _draft(Feed(), ForeignArticle(dict(PUSHED)), Nobody())  # type: ignore[arg-type]
    assert draft.earlier_views == 0
