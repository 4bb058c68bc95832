"""Entries of live coverages: who writes, who shows, what is told to readers, and what a coverage becomes."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, reading
from services.ingest.articles.store.articles import replace_article
from services.ingest.events import build
from services.ingest.kit.actors import Account, Actor, Role, Scope
from services.ingest.kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from services.ingest.live_coverage.input import LiveEntryInput, NewLiveEntryInput
from services.ingest.live_coverage.store import ending, entries
from services.ingest.live_coverage.store import reading as entries_read
from services.ingest.live_coverage.store.entries import SavedEntry
from services.ingest.live_coverage.tables import live_revisions
from shared.database import read
from tests.contract.ingest.base import EDITOR, STORY
from tests.contract.ingest.conftest import Save

WIRE = Actor("key:wire", frozenset({Scope.draft}))


def person(role: Role, *, sections: frozenset[int] | None = None) -> Actor:
    return Account(1, "lan@bao.example", "Lan", role, False, sections is None, sections or frozenset()).actor


def write(store: Engine, article_id: int, actor: Actor = EDITOR, **fields: Any) -> SavedEntry:
    known = {"body": "<p>Gió giật cấp 9.</p>", "status": "published"}
    return entries.write(store, article_id, read_fields(NewLiveEntryInput, {**known, **fields}), actor)


def change(store: Engine, article_id: int, entry_id: int, version: int | None = None, **fields: Any) -> SavedEntry:
    sent = read_fields(LiveEntryInput, {"body": "<p>Gió giật cấp 10.</p>", **fields})
    return entries.change(store, article_id, entry_id, sent, EDITOR, version)


def told(store: Engine) -> list[tuple[str, str, str, int]]:
    with read(store) as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    return [(row.queue, row.kind, row.key, row.version) for row in rows if row.kind.startswith("live")]


def test_an_entry_is_written_shown_corrected_and_withdrawn(store: Engine, save: Save) -> None:
    coverage = save(live=True).id
    entry = write(store, coverage, status="draft", title="Bão vào", byline="Tin: Quang Long")
    assert told(store) == []
    for _ in range(2):
        entries.publish(store, coverage, entry.id, EDITOR)
    key = str(entry.id)
    assert told(store) == [("page", "live_entry_published", key, 2)]
    with pytest.raises(Stale):
        change(store, coverage, entry.id, 1)
    change(store, coverage, entry.id, 2, title="Bão vào", correction="Sửa cấp gió.", body="<p onclick=x>Cấp 10</p>")
    entries.mark(store, coverage, entry.id, EDITOR, key_event=True)
    assert [version for *_, version in told(store)] == [2, 3, 4]
    payload: Any = build("live_entry_published", [(key, 4)])[(key, 4)]
    assert (payload.body, payload.key_event) == ("<p>Cấp 10</p>", True)
    entries.withdraw(store, coverage, entry.id, "Sai sự thật", EDITOR)
    entries.withdraw(store, coverage, entry.id, "Sai sự thật", EDITOR)
    assert told(store)[3:] == [
        ("page", "live_entry_withdrawn", key, 5),
        ("edge_cache", "live_entry_withdrawn", key, 5),
    ]
    # What is still on its way says nothing any more.
    assert build("live_entry_published", [(key, 4)])[(key, 4)] is None
    with pytest.raises(Conflict):
        change(store, coverage, entry.id)
    with read(store) as connection:
        kept = connection.execute(select(live_revisions).order_by(live_revisions.c.version)).all()
    assert [row.action for row in kept] == ["written", "published", "changed", "marked", "withdrawn"]
    assert "cấp 9" in kept[1].state["body"]


def test_the_same_entry_sent_again_is_one(store: Engine, save: Save) -> None:
    coverage = save(live=True).id
    first = write(store, coverage, external_id="45")
    again = write(store, coverage, external_id="45")
    assert (again.id, again.version, again.result) == (first.id, 1, "unchanged")
    for _ in range(2):
        change(store, coverage, first.id)
    # What editors have changed stays, whoever sends the old words once more.
    assert write(store, coverage, external_id="45").version == 2
    assert write(store, coverage, external_id="45", body="<p>Bão tan.</p>").version == 3
    assert [version for *_, version in told(store)] == [1, 2, 3]
    drafted = write(store, coverage, external_id="46", status="draft")
    assert write(store, coverage, external_id="46") == SavedEntry(drafted.id, 2, "published", "updated")


def test_who_may_not_publish_writes_drafts(store: Engine, save: Save) -> None:
    coverage = save(live=True).id
    reporter = person(Role.reporter)
    for actor in (WIRE, reporter):
        with pytest.raises(Forbidden):
            write(store, coverage, actor)
        draft = write(store, coverage, actor, status="draft")
        with pytest.raises(Forbidden):
            entries.publish(store, coverage, draft.id, actor)
    entries.publish(store, coverage, draft.id, person(Role.secretary))
    with pytest.raises(Forbidden):
        entries.mark(store, coverage, draft.id, reporter, pinned=True)
    with pytest.raises(Forbidden):
        entries.withdraw(store, coverage, draft.id, "Không thích", reporter)
    with pytest.raises(Forbidden):
        write(store, coverage, person(Role.reporter, sections=frozenset({999})), status="draft")


def test_what_is_no_running_coverage_takes_no_entries(store: Engine, save: Save) -> None:
    with pytest.raises(Conflict):
        write(store, save().id)
    hidden = save(live=True, status="draft").id
    with pytest.raises(Conflict):
        write(store, hidden)
    draft = write(store, hidden, status="draft")
    with pytest.raises(Conflict):
        entries.publish(store, hidden, draft.id, EDITOR)
    with pytest.raises(NotFound):
        entries.publish(store, save(live=True).id, draft.id, EDITOR)
    with pytest.raises(Invalid):
        write(store, hidden, status="draft", body="<script>alert(1)</script>")
    with pytest.raises(Invalid):
        write(store, hidden, status="draft", key_event=True)


def test_a_coverage_stays_short_enough_to_become_an_article(
    store: Engine, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    coverage = save(live=True).id
    monkeypatch.setattr(entries, "MAX_CHARS", 50)
    write(store, coverage)
    with pytest.raises(Conflict):
        write(store, coverage, body=f"<p>{'gió ' * 10}</p>")
    monkeypatch.setattr(entries, "MAX_ENTRIES", 1)
    with pytest.raises(Conflict):
        write(store, coverage, body="<p>.</p>")


def test_a_coverage_that_ends_is_an_article_with_all_that_was_shown(store: Engine, save: Save) -> None:
    coverage = save(live=True).id
    write(store, coverage, title="Bão & gió", byline="Quang Long")
    write(store, coverage, status="draft", body="<p>Chưa ai thấy.</p>")
    gone = write(store, coverage, body="<p>Tin sai.</p>")
    write(store, coverage, body="<p>Bão tan.</p>", correction="Bản trước ghi sai giờ.")
    entries.withdraw(store, coverage, gone.id, "Sai sự thật", EDITOR)
    with pytest.raises(Conflict):  # its entries would be lost
        replace_article(store, coverage, read_fields(ArticleInput, STORY), EDITOR)
    with pytest.raises(Forbidden):
        ending.close(store, coverage, WIRE)
    saved = ending.close(store, coverage, EDITOR)
    found = reading.article(store, coverage)
    assert (found["live"], found["status"], found["version"]) == (False, "published", saved.version)
    body = found["body"]
    assert body.startswith(STORY["body"]) and " - Bão &amp; gió</h2><p>Gió giật cấp 9.</p>" in body
    assert body.index("Gió giật") < body.index("Bão tan.") < body.index("Đã sửa: Bản trước ghi sai giờ.")
    assert "Chưa ai thấy" not in body and "Tin sai" not in body
    with pytest.raises(Conflict):
        write(store, coverage)
    with pytest.raises(Conflict):
        ending.close(store, coverage, EDITOR)
    assert len(entries_read.listed(store, coverage)) == 4
    # It is edited like any other.
    assert articles.replace_article(store, coverage, read_fields(ArticleInput, {**STORY, "body": body}), EDITOR)
