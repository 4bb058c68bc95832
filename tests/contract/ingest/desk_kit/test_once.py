"""A form that makes something makes it once, however often it is sent."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.ingest.articles.store import workflow
from services.ingest.feeds import store as feeds
from services.ingest.royalties.store.sheet import sheet
from services.ingest.webhooks.store import endpoints
from shared.database import read
from tests.contract.ingest.desk import Desk

Count = Callable[[Desk], int]
_ONCE = re.compile(r'name="once" value="(\w+)"')


def _rows(table: str) -> Count:
    def count(desk: Desk) -> int:
        with read(desk.store) as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())

    return count


FORMS: dict[str, tuple[str, str, dict[str, str], Count]] = {
    "plan": ("/lich/moi", "/lich/moi", {"day": "2030-01-02", "title": "Chợ Tết", "kind": "article"}, _rows("plans")),
    "adjustment": (
        "/nhuan-but?thang=2030-01",
        "/nhuan-but/2030-01/dieu-chinh",
        {"author": "Lan Anh", "amount": "150.000", "reason": "Thưởng"},
        lambda desk: len(sheet(desk.store, "2030-01").lines),
    ),
    "webhook": (
        "/webhook",
        "/webhook/moi",
        {"name": "Đối tác", "url": "https://1.1.1.1/hook", "kind": "article.published"},
        lambda desk: len(endpoints.listed(desk.store)),
    ),
    "feed": (
        "/nguon-tin",
        "/nguon-tin/moi",
        {"name": "Hãng tin", "url": "https://1.1.1.1/rss", "section": "kinh-te", "minutes": "30"},
        lambda desk: len(feeds.listed(desk.store)),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_by_many_presses_makes_one_thing(desk: Desk, name: str) -> None:
    page, door, fields, count = FORMS[name]
    admin = desk.be("admin")
    found = _ONCE.search(admin.get(page).text)
    assert found is not None, "the form has a key"
    before = count(desk)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: admin.post(door, fields | {"once": found[1]}), range(4)))
    assert {answer.status_code for answer in answers} == {303}, answers[0].text[:500]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert count(desk) == before + 1
    # Another press on the same page, of other words, is another thing.
    other = {"title": "Chợ xuân", "reason": "Thưởng thêm", "name": "Khác"}
    changed = {field: other.get(field, value) for field, value in fields.items()}
    assert admin.post(door, changed | {"once": found[1]}).status_code == 303
    assert count(desk) == before + 2


def test_a_note_is_said_once(desk: Desk) -> None:
    editor, saved = desk.be("editor"), desk.article()
    found = _ONCE.search(editor.get(f"/bai/{saved.id}").text)
    assert found is not None
    for _ in range(2):
        editor.script("POST", f"/bai/{saved.id}/ghi-chu", data={"text": "Hỏi lại nguồn.", "once": found[1]})
    assert [one.text for one in workflow.notes(desk.store, saved.id)] == ["Hỏi lại nguồn."]
