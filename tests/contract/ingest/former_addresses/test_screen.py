"""The rules about addresses of the former site, as people keep them at the desk; and what goes out of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.events import build
from services.ingest.former_addresses import screen
from services.ingest.former_addresses import store as former_addresses
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.tables import audit, outbox
from shared.address_rules import MAX_RULES
from shared.contracts.commands import AddressUseAnswer, LostAddress
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.newsroom import Newsroom, words


def test_a_rule_is_made_changed_and_removed_and_readers_stores_are_told(
    newsroom: Newsroom, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = LostAddress(address="/chuyen-trang/le-hoi?x=<b>", times=1234, last_at=datetime.now(UTC))
    monkeypatch.setattr(screen, "ask", lambda _query: AddressUseAnswer(led={"1": 77, "articles": 5}, lost=(lost,)))
    secretary = newsroom.sign_in(Role.secretary)
    page = secretary.get("/dia-chi-cu")
    assert "404 nhiều nhất" in page and "1.234" in page and "x=&lt;b&gt;" in page
    assert 'value="/chuyen-trang/le-hoi"' in secretary.get("/dia-chi-cu?tu=/chuyen-trang/le-hoi")
    page = secretary.post("/dia-chi-cu/moi", pattern="/chuyen-trang/*", target="/$1")
    assert "Đã thêm mẫu địa chỉ" in page and "/chuyen-trang/* → /$1" in words(page) and "77 lần" in page
    for pattern, target, said in (
        ("/Chuyen-Trang/*/", "/thoi-su", "Đã có mẫu /chuyen-trang/*"),
        ("/*", "/thoi-su", "quá rộng"),
        ("/bai/*", "https://xau.example/$1", "một trang của báo này"),
        ("/bai/*", "/$3", "dấu * thứ nhất"),
    ):
        assert said in secretary.post("/dia-chi-cu/moi", 422, pattern=pattern, target=target)
    assert "Đã lưu" in secretary.post("/dia-chi-cu/1", pattern="/chuyen-trang/*", target="/tu-khoa/$1")
    assert [rule.target for rule in told(sqlite).rules] == ["/tu-khoa/$1"]
    assert "Đã xóa" in secretary.post("/dia-chi-cu/1/xoa")
    secretary.post("/dia-chi-cu/1/xoa", 404)
    assert told(sqlite).rules == () and told(sqlite).version == 3
    secretary.post("/dia-chi-cu/moi", pattern="/xem/*", target="/$1")
    # A number is never given twice: what is counted for it would be another rule's.
    assert [rule.id for rule in told(sqlite).rules] == [2]
    with read(sqlite) as connection:
        acts = connection.execute(select(audit.c.action).where(audit.c.subject == "address_rules").order_by(audit.c.id))
        assert list(acts.scalars()) == [f"address_rules.{act}" for act in ("added", "changed", "removed", "added")]
        queues = connection.execute(select(outbox.c.queue).where(outbox.c.kind == "address_rules_changed")).scalars()
        assert set(queues) == {"page"}


def told(store: Engine) -> Any:
    """What readers' stores are told."""
    with read(store) as connection:
        rules = former_addresses.payload(connection)
    assert rules is not None
    return build("address_rules_changed", [("1", rules.version)])[("1", rules.version)]


def test_reporters_and_editors_do_not_change_them(newsroom: Newsroom) -> None:
    for role in (Role.reporter, Role.editor, Role.ops):
        somebody = newsroom.sign_in(role)
        somebody.get("/dia-chi-cu", expect=403)
        somebody.post("/dia-chi-cu/moi", 403, pattern="/bai/*", target="/$1")


def test_the_desk_says_so_when_nobody_can_tell_what_was_used(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "ask", lambda _query: None)
    assert "Chưa hỏi được" in newsroom.sign_in(Role.chief).get("/dia-chi-cu")


def test_rules_are_no_more_than_can_be_tried_for_one_reader(store: Engine) -> None:
    for number in range(3):
        former_addresses.add(store, EDITOR, f"/bai-{number}/*", "/$1")
    former_addresses.change(store, EDITOR, 2, "/bai-hai/*", "/$1")
    assert [rule.id for rule in former_addresses.listed(store)] == [1, 3, 2]
    with pytest.raises(NotFound):
        former_addresses.change(store, EDITOR, 9, "/bai-chin/*", "/$1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(former_addresses, "MAX_RULES", 3)
        with pytest.raises(Invalid):
            former_addresses.add(store, EDITOR, "/bai-bon/*", "/$1")
    assert MAX_RULES == 300
