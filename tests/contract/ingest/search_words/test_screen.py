"""Readers' words, as editors keep them at the desk; and what goes out of it."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.events import build
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Invalid
from services.ingest.kit.tables import outbox
from services.ingest.search_words import rules
from services.ingest.search_words import store as search_words
from shared.contracts.events import SearchRule
from shared.database import read
from tests.contract.ingest.newsroom import Newsroom, publish, words

SAID = "UBND =  Ủy ban nhân dân\n\ngiá vàng = vàng hôm nay => 1"


def test_an_editor_says_what_words_mean_and_search_is_told(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite)
    editor = newsroom.sign_in(Role.editor)
    assert "Từ tìm kiếm" in editor.get("/")
    assert "Đã lưu" in editor.post("/tu-tim-kiem", lines=SAID, version="0")
    assert told(sqlite).rules == (
        SearchRule(words=("UBND", "Ủy ban nhân dân")),
        SearchRule(words=("giá vàng", "vàng hôm nay"), article_id=1),
    )
    page = editor.post("/tu-tim-kiem", 422, lines=SAID + "\nmột mình\na = b => 77", version="1")
    assert "Dòng 3" in page and "ít nhất hai cách gọi" in words(page)
    assert "một mình" in page  # what was typed is not lost
    page = editor.post("/tu-tim-kiem", 422, lines="a = b => 77", version="1")
    assert "Không có bài số 77" in page
    editor.post("/tu-tim-kiem", 409, lines="khác = nữa", version="0")
    editor.post("/tu-tim-kiem", lines="", version="1")
    assert told(sqlite).rules == () and told(sqlite).version == 2
    with read(sqlite) as connection:
        queues = connection.execute(select(outbox.c.queue).where(outbox.c.kind == "search_rules_changed")).scalars()
        assert set(queues) == {"index"}


def test_an_editor_switches_former_names_of_places_off(newsroom: Newsroom, sqlite: Engine) -> None:
    editor = newsroom.sign_in(Role.editor)
    page = editor.get("/tu-tim-kiem")
    assert "sáp nhập năm 2025" in words(page) and 'name="places" value="1" checked' in page
    editor.post("/tu-tim-kiem", lines="UBND = Ủy ban nhân dân", version="0")
    assert told(sqlite).places is False
    assert 'value="1" checked' not in editor.get("/tu-tim-kiem")
    editor.post("/tu-tim-kiem", lines="UBND = Ủy ban nhân dân", places="1", version="1")
    assert told(sqlite).places is True


def told(store: Engine) -> Any:
    """What search is told."""
    with read(store) as connection:
        said = search_words.payload(connection)
    assert said is not None
    return build("search_rules_changed", [("1", said.version)])[("1", said.version)]


def test_reporters_do_not_say_it(newsroom: Newsroom) -> None:
    for role in (Role.reporter, Role.ops):
        somebody = newsroom.sign_in(role)
        somebody.get("/tu-tim-kiem", expect=403)
        somebody.post("/tu-tim-kiem", 403, lines=SAID, version="0")


@pytest.mark.parametrize(
    "line",
    ["một mình", "a =", "a = A", "giá vàng => ", "giá vàng => bảy", "a = b => 99999999999", "= 5", "?! = b",
     " = ".join("abcdefghi"), "một hai ba bốn năm sáu bảy tám chín = b"],
)  # fmt: skip
def test_lines_that_cannot_be_meant_are_refused(line: str) -> None:
    with pytest.raises(Invalid):
        rules.read([line])


def test_columns_may_be_lined_up() -> None:
    assert rules.read(["giá vàng            =>              123"])[0].article_id == 123


def test_there_are_no_more_than_search_can_keep() -> None:
    assert len(rules.read([f"a{number} = b" for number in range(rules.MAX_LINES)])) == rules.MAX_LINES
    with pytest.raises(Invalid):
        rules.read([f"a{number} = b" for number in range(rules.MAX_LINES + 1)])
