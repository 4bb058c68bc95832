"""Endpoints are told, signed, until they take it or have failed too often; nothing withdrawn leaks."""

import json
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, delete, func, insert, select, update
from standardwebhooks import Webhook

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.articles.store.revisions import WEBHOOKS
from services.ingest.kit import audit, generation
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Invalid
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import audit as audit_table
from services.ingest.kit.tables import outbox
from services.ingest.webhooks import loop as send
from services.ingest.webhooks.store import deliveries
from services.ingest.webhooks.store import endpoints as hooks
from services.ingest.webhooks.tables import webhook_cursor, webhook_deliveries
from shared.database import write
from tests.contract.ingest.base import STORY
from tests.contract.ingest.outside import Outside

EDITOR = Actor("user:editor")
ALL = tuple(hooks.KINDS)


def save(store: Engine, **fields: Any) -> int:
    return articles.save_article(store, read_fields(ArticleInput, {**STORY, **fields}), EDITOR).id


def add(store: Engine, url: str, kinds: tuple[str, ...] = ALL) -> int:
    return hooks.create(store, EDITOR, name="Đối tác", url=url, kinds=kinds)


def turn(store: Engine, fetcher: Fetcher) -> int:
    while deliveries.fan_out(store):
        pass
    return send.deliver_due(store, fetcher)


def make_due(store: Engine) -> None:
    """As if the rest between two tries had passed."""
    with write(store) as connection:
        connection.execute(update(webhook_deliveries).values(next_at=datetime.now(UTC) - timedelta(seconds=1)))


def told(outside: Outside) -> list[tuple[str, int]]:
    return [(body["type"], body["data"].get("version", 0)) for body in (json.loads(one[2]) for one in outside.asked)]


def test_endpoint_is_told_what_readers_see_and_can_check_who_says_it(
    store: Engine, outside: Outside, fetcher: Fetcher
) -> None:
    save(store, title="Trước khi có webhook")
    outside.pages["/hook"] = (204, {}, b"")
    hook = add(store, f"{outside.url}/hook")
    story = save(store, external_id="a")
    save(store, external_id="a", title="Khai mạc hội chợ huyện, bản sửa")
    save(store, external_id="b", status="draft")
    articles.withdraw(store, story, "Sai sự thật", EDITOR)
    assert turn(store, fetcher) == 3
    assert told(outside) == [("article.published", 1), ("article.updated", 2), ("article.removed", 3)]
    first, removed = json.loads(outside.asked[0][2]), json.loads(outside.asked[2][2])
    assert first["data"]["title"] == STORY["title"]
    assert first["data"]["url"].endswith(f"-{story}")
    assert set(removed["data"]) == {"id", "version", "generation", "status", "url"}
    secret = hooks.listed(store)[0].secret
    for _, headers, body in outside.asked:
        Webhook(secret).verify(body, headers)
    assert turn(store, fetcher) == 0
    assert [row.state for row in hooks.deliveries(store, hook)] == ["sent"] * 3


def test_a_version_that_is_given_again_after_a_restore_is_no_repetition(
    store: Engine, outside: Outside, fetcher: Fetcher
) -> None:
    outside.pages["/hook"] = (204, {}, b"")
    add(store, f"{outside.url}/hook")
    story = save(store, external_id="a")
    with write(store) as connection:
        generation.begin(connection, "restore", went_back=True)
    save(store, external_id="a", title="Chữ khác hẳn")
    turn(store, fetcher)
    again = json.loads(outside.asked[-1][2])
    # Receivers know that name from before the restore.
    assert again["data"]["version"] == 2 and again["id"] != f"article_{story}_2"
    assert again["data"]["generation"] > 0


def test_only_the_kinds_asked_for_are_told(store: Engine, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/hook"] = (200, {}, b"")
    add(store, f"{outside.url}/hook", ("article.removed",))
    articles.unpublish(store, save(store), EDITOR)
    turn(store, fetcher)
    assert told(outside) == [("article.removed", 2)]


def test_failures_are_tried_again_later_each_time_and_in_order(
    store: Engine, outside: Outside, fetcher: Fetcher
) -> None:
    outside.pages["/hook"] = (503, {}, b"")
    hook = add(store, f"{outside.url}/hook")
    save(store, external_id="a")
    save(store, external_id="b")
    # One failure is enough for a round: the second would fail as well.
    assert turn(store, fetcher) == 1
    first = hooks.deliveries(store, hook)[-1]
    assert (first.state, first.tries, first.answer) == ("waiting", 1, 503)
    assert first.next_at > datetime.now(UTC)
    outside.pages["/hook"] = (200, {}, b"")
    make_due(store)
    assert turn(store, fetcher) == 2
    assert [row.state for row in hooks.deliveries(store, hook)] == ["sent", "sent"]
    assert hooks.listed(store)[0].failures == 0


def test_endpoint_that_fails_too_often_is_switched_off_seen_and_switched_on_again(
    store: Engine, outside: Outside, fetcher: Fetcher
) -> None:
    hook = add(store, f"{outside.url}/nowhere")
    for number in range(5):
        save(store, external_id=str(number))
    for _ in range(deliveries.DISABLE_AFTER):
        make_due(store)
        turn(store, fetcher)
    (seen,) = hooks.listed(store)
    assert not seen.enabled
    assert "404" in seen.disabled_reason
    assert seen.given_up >= 1 and seen.waiting >= 1
    assert audit.entries(store, f"webhook:{hook}")[0].action == "webhook.disabled"
    make_due(store)
    save(store, external_id="meanwhile")
    assert turn(store, fetcher) == 0, "nobody is bothered any more"
    outside.pages["/nowhere"] = (200, {}, b"")
    hooks.enable(store, EDITOR, hook)
    assert turn(store, fetcher) == seen.waiting
    (seen,) = hooks.listed(store)
    assert (seen.enabled, seen.waiting, seen.disabled_reason) == (True, 0, "")


def test_gone_endpoints_are_switched_off_at_once_and_inside_addresses_refused(
    store: Engine, outside: Outside, fetcher: Fetcher
) -> None:
    outside.pages["/gone"] = (410, {}, b"")
    add(store, f"{outside.url}/gone")
    inside = add(store, "http://10.0.0.1/hook")
    save(store)
    turn(store, fetcher)
    assert not next(one for one in hooks.listed(store) if one.url.endswith("/gone")).enabled
    assert hooks.deliveries(store, inside)[0].error == "Không lấy được từ địa chỉ này."


def test_a_sender_that_dies_in_between_forgets_nothing(store: Engine, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/hook"] = (200, {}, b"")
    hook = add(store, f"{outside.url}/hook")
    save(store)
    deliveries.fan_out(store)
    (row,) = deliveries.due(store)
    assert deliveries.claim(store, row), "it was in hand when the process died"
    assert send.deliver_due(store, fetcher) == 0
    make_due(store)
    assert send.deliver_due(store, fetcher) == 1
    assert hooks.deliveries(store, hook)[0].state == "sent"


def test_ping_new_secret_and_removal(sqlite: Engine, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/hook"] = (200, {}, b"")
    hook = add(sqlite, f"{outside.url}/hook")
    before = hooks.listed(sqlite)[0].secret
    hooks.renew_secret(sqlite, EDITOR, hook)
    assert hooks.listed(sqlite)[0].secret != before
    hooks.ping(sqlite, hook)
    turn(sqlite, fetcher)
    assert told(outside) == [("ping", 0)]
    hooks.remove(sqlite, EDITOR, hook)
    assert hooks.listed(sqlite) == []
    with pytest.raises(Invalid):
        add(sqlite, "https://x.example/", ())


def test_what_the_release_before_had_still_to_tell_is_told(store: Engine, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/hook"] = (204, {}, b"")
    add(store, f"{outside.url}/hook")
    save(store, external_id="told")
    with write(store) as connection:
        seen = connection.execute(select(func.max(audit_table.c.id))).scalar_one()
        connection.execute(insert(webhook_cursor).values(id=1, audit_id=seen))
    save(store, external_id="waits", title="Còn phải báo")
    save(store, external_id="draft", status="draft")
    with write(store) as connection:
        # The release before wrote none.
        connection.execute(delete(outbox).where(outbox.c.queue == WEBHOOKS))
        with Operations.context(MigrationContext.configure(connection)):
            import_module("services.ingest.migrations.versions.0004_webhooks").upgrade()
    turn(store, fetcher)
    assert [json.loads(body)["data"]["title"] for _, _, body in outside.asked] == ["Còn phải báo"]
