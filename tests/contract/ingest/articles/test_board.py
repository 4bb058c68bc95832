"""The board: a column a step, narrowed as the list is; open windows are told of what changes, and of nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select, update

from services.ingest.accounts.store import accounts
from services.ingest.articles.screen import board_watch
from services.ingest.articles.store import articles as writing
from services.ingest.articles.store import board, hands, reading, urgency, workflow
from services.ingest.articles.store.articles import save_article
from services.ingest.articles.store.listing import ListFilter
from services.ingest.articles.tables import articles
from services.ingest.desk_kit import streams
from services.ingest.kit import audit
from services.ingest.kit.actors import Role
from shared.database import write
from tests.contract.ingest.articles.test_listed import given
from tests.contract.ingest.desk import HOUSE, Desk, Person
from tests.contract.ingest.desk_kit.test_finding import ALL
from tests.wait import until


class Window:
    """A board that is open: what it was told, one event after another."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self, *, beats: bool = False) -> tuple[str, Any]:
        """The next event, and what it says."""
        event, data = "", ""
        for line in self._lines:
            name, _, value = line.partition(": ")
            event, data = (value if name == "event" else event), (value if name == "data" else data)
            if not line and event and (beats or event != "beat"):
                return event, orjson.loads(data) if data.startswith("{") else data
            if not line:
                event = data = ""
        return "closed", ""


@contextmanager
def watching(who: Person, *, entry: int | None = None, **asked: Any) -> Iterator[Window]:
    since = audit.newest(engine_of(who)) if entry is None else entry
    with who.client.stream("GET", "/desk/bang/dong", params={"sau": since, **asked}, timeout=20) as answer:
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry: ")
        yield Window(lines)


def engine_of(_who: Person) -> Engine:
    from shared.database import engine

    return engine("ingest")


def columns_of(page: str) -> dict[str, list[str]]:
    """Column -> the stories' titles in their order."""
    parts = re.split(r'data-column="(\w+)"', page)[1:]
    title = r'class="title-link"[^>]*>(?:<span[^>]*>TIN KHẨN</span> )?([^<]+)</a>'
    return {name: re.findall(title, html) for name, html in zip(parts[::2], parts[1::2], strict=True)}


def test_each_story_stands_in_its_steps_column_with_what_one_must_know(desk: Desk) -> None:
    secretary = desk.be("secretary", "lan")
    first, second, hasty = (desk.article(title=f"Bài {n}", dateline="Huế").id for n in range(3))
    for id_ in (first, second, hasty):
        workflow.move(desk.store, id_, "submitted", HOUSE)
    urgency.mark(desk.store, hasty, HOUSE, urgent=True)
    hands.take(desk.store, second, accounts_actor(desk, secretary))
    desk.article(title="Nháp")
    live = desk.article(title="Mới lên").id
    writing.publish(desk.store, live, HOUSE)
    old = desk.article(title="Lên hôm kia").id
    writing.publish(desk.store, old, HOUSE, at=datetime.now(UTC) - timedelta(days=2))
    page = secretary.get("/bang").text
    columns = columns_of(page)
    assert columns["submitted"] == ["Bài 2", "Bài 0", "Bài 1"], "the urgent one, then whoever waits longest"
    assert (columns["draft"], columns["published"]) == (["Nháp"], ["Mới lên"])
    card = re.search(rf'<li class="board-card[^>]*id="b{second}".*?</li>', page, re.DOTALL)
    assert card
    for fact in ("Kinh tế", "Huế", "5 chữ", "0 ảnh", "vừa xong", "ở tay <strong>lan</strong>"):
        assert fact in card[0]
    assert "TIN KHẨN" not in card[0] and 'data-urgent="1"' in page
    assert columns_of(secretary.get("/bang?khan=1").text)["submitted"] == ["Bài 2"]
    assert columns_of(secretary.get("/bang?noi=Vinh").text)["submitted"] == []
    assert len(columns_of(secretary.get("/bang?noi=Huế&held=1").text)["submitted"]) == 1


def test_the_age_of_a_story_begins_anew_with_each_step(desk: Desk) -> None:
    id_ = desk.article().id
    long_ago = datetime.now(UTC) - timedelta(hours=5)
    with write(desk.store) as connection:
        connection.execute(update(articles).values(step_at=long_ago))
    assert "5 giờ" in desk.be("secretary").get("/bang").text
    writing.replace_article(desk.store, id_, given(title="Sửa chữ"), HOUSE, 1)
    assert "5 giờ" in desk.be("secretary").get("/bang").text, "saving is no step"
    workflow.move(desk.store, id_, "submitted", HOUSE)
    assert "vừa xong" in desk.be("secretary").get("/bang").text


def test_a_window_is_told_of_what_changes_and_may_see(desk: Desk) -> None:
    editor = desk.be("editor", section="kinh-te")
    mine, foreign = desk.article(title="Của ban").id, desk.article(title="Ban khác", section="van-hoa").id
    with watching(editor) as window:
        workflow.move(desk.store, foreign, "submitted", HOUSE)
        workflow.move(desk.store, mine, "submitted", HOUSE)
        event, told = window.next()
        assert event == "change" and [card["id"] for card in told["cards"]] == [mine], "nothing of the other desk's"
        assert told["gone"] == [] and told["cards"][0]["column"] == "submitted"
        assert told["counts"]["submitted"] == 1 and told["counts"]["draft"] == 0 and told["urgent"] == 0
        urgency.mark(desk.store, mine, HOUSE, urgent=True)
        event, told = window.next()
        assert (event, told["urgent"]) == ("change", 1) and "TIN KHẨN" in told["cards"][0]["html"]
        writing.replace_article(desk.store, mine, given(section="van-hoa"), HOUSE, 2)
        event, told = window.next()
        assert (event, told["gone"], told["cards"]) == ("change", [mine], []), "what left its sight goes from its board"
        assert told["counts"]["submitted"] == 0
    narrow = desk.article(title="Chợ Huế", dateline="Huế").id
    with watching(editor, noi="Huế", khan="1") as window:
        workflow.move(desk.store, narrow, "submitted", HOUSE)
        urgency.mark(desk.store, narrow, HOUSE, urgent=True)
        event, told = window.next()
        assert event == "change" and [card["id"] for card in told["cards"]] == [narrow]


def test_a_window_that_missed_something_loads_the_board_again(desk: Desk) -> None:
    secretary = desk.be("secretary")
    before = audit.newest(desk.store)
    id_ = desk.article().id
    with watching(secretary, entry=before) as window:
        assert window.next()[0] == "again"
        for _ in range(2):
            desk.article()
        assert window.next()[0] == "change"
    with watching(secretary) as window, write(desk.store) as connection:
        # As an import does: more than cards are worth.
        notes: list[tuple[str, str, str, dict[str, Any]]] = [
            ("x", "article.saved", f"article:{id_ + n}", {}) for n in range(board_watch._MOST_CARDS + 1)
        ]
        audit.append_all(connection, notes)
        connection.commit()
        assert window.next()[0] == "again"


def test_a_window_that_knows_more_than_a_paper_put_back_to_an_older_state_loads_the_board_again(desk: Desk) -> None:
    secretary = desk.be("secretary")
    ahead = audit.newest(desk.store) + 1_000
    with watching(secretary, entry=ahead) as window:
        assert window.next()[0] == "again"
        desk.article()
        assert window.next()[0] == "change"
        board_watch.WATCH._at = ahead
        assert window.next()[0] == "again"
        desk.article()
        assert window.next()[0] == "change", "what comes next has lower numbers"


def test_a_window_goes_on_where_it_was_when_its_line_comes_back(desk: Desk) -> None:
    secretary = desk.be("secretary")
    headers = {"Last-Event-ID": str(audit.newest(desk.store))}
    with secretary.client.stream("GET", "/desk/bang/dong?sau=0", headers=headers, timeout=20) as answer:
        window = Window(answer.iter_lines())
        id_ = desk.article().id
        event, told = window.next()
        assert event == "change" and told["cards"][0]["id"] == id_, "and not the whole board again"


def test_a_window_goes_on_after_an_entry_that_no_store_can_count_to(desk: Desk) -> None:
    headers = {"Last-Event-ID": "9" * 20}
    with desk.be("secretary").client.stream("GET", "/desk/bang/dong", headers=headers, timeout=20) as answer:
        assert answer.status_code == 200 and next(answer.iter_lines()).startswith("retry: ")


def test_a_window_closes_with_the_session(desk: Desk) -> None:
    editor, admin = desk.be("editor"), desk.be("admin")
    with watching(editor) as window:
        accounts.disable(desk.store, editor.email)
        desk.article()
        assert window.next() == ("end", "signed-out") and window.next()[0] == "closed"
    assert editor.script("GET", "/bang/dong").status_code == 401
    assert admin.get("/bang").status_code == 200


def test_open_windows_are_few(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    secretary, editor = desk.be("secretary"), desk.be("editor")
    most, before = streams.MOST_OF_PERSON, timed(editor)
    with watching(secretary) as oldest:
        with watching(secretary), watching(secretary), watching(secretary):
            assert oldest.next() == ("end", "full"), f"{most} of one person, the oldest makes room"
        monkeypatch.setattr(streams, "MOST", 0)
        refused = editor.script("GET", "/bang/dong")
        assert refused.status_code == 503 and refused.headers["retry-after"]
    until(lambda: not streams.STREAMS._open, 20, "closed windows cost nothing")
    assert timed(editor) == before + 1, "the refused one: how long somebody looked is no time to answer"


def timed(who: Person) -> float:
    """How many answers to windows were timed so far."""
    counted = r'^http_request_seconds_count\{route="/desk/bang/dong",service="ingest"\} (\S+)$'
    return sum(map(float, re.findall(counted, who.client.get("/metrics").text, re.MULTILINE)))


def test_a_step_from_the_board_says_what_became_of_it(desk: Desk) -> None:
    reporter = desk.be("reporter")
    id_ = desk.article(by=reporter.actor_name).id
    sent = {"id": id_, f"version-{id_}": 1, "to": "submitted"}
    done = reporter.script("POST", "/bai/buoc", data=sent, headers={"x-stays": "1"})
    assert "Chờ biên tập" in done.json()["said"] and "set-cookie" not in done.headers
    assert reading.article(desk.store, id_)["status"] == "submitted"
    assert reporter.script("POST", f"/bai/{id_}/khan", data={"urgent": "1"}).status_code == 403, (
        "it is the editors' now"
    )
    said = reporter.post("/bai/buoc", {**sent, "tren": "bang", "mine": "1"})
    assert said.status_code == 412, "as it stood when it was listed"


def test_urgency_is_no_version_and_ends_no_approval(desk: Desk) -> None:
    secretary = desk.be("secretary")
    id_ = desk.article(urgent=True).id
    assert reading.article(desk.store, id_)["urgent"]
    workflow.move(desk.store, id_, "approved", HOUSE)
    assert secretary.post(f"/bai/{id_}/khan").is_redirect
    found = reading.article(desk.store, id_)
    assert (found["urgent"], found["status"], found["version"]) == (False, "approved", 2)
    writing.replace_article(desk.store, id_, given(urgent=True), HOUSE, 2)
    found = reading.article(desk.store, id_)
    assert (found["urgent"], found["status"], found["version"]) == (True, "approved", 2)
    writing.replace_article(desk.store, id_, given(title="Chữ mới"), HOUSE, 2)
    assert reading.article(desk.store, id_)["urgent"], "what says nothing of it leaves it"


def test_the_board_counts_each_persons_own(desk: Desk) -> None:
    reporter = desk.be("reporter", section="van-hoa")
    for n in range(3):
        desk.article(title=f"Bài {n}", urgent=n == 0)
    desk.article(by=reporter.actor_name, urgent=True)
    now = datetime.now(UTC)
    groups = board.groups(desk.store, ListFilter(), now)
    assert board.counted(groups, ALL).columns["draft"] == 4
    page = reporter.get("/bang").text
    assert 'data-urgent="1"' in page and columns_of(page)["draft"] == ["Họp chợ phiên"]
    with write(desk.store) as connection:
        assert connection.execute(select(articles.c.pictures)).scalars().all() == [0] * 4


def accounts_actor(desk: Desk, who: Person) -> Any:
    found = accounts.account_of(desk.store, who.token)
    assert found and found.role is Role.secretary
    return found.actor


def test_columns_and_numbers_are_the_same_on_every_database(store: Engine) -> None:
    now = datetime.now(UTC)
    for n, status in enumerate(("draft", "draft", "submitted", "published")):
        saved = save_article(store, given(title=f"Bài {n}", status=status, urgent=n == 1), HOUSE)
        assert board.cards(store, ALL, ListFilter(), now, [saved.id])[saved.id].status == status
    columns = board.columns(store, ALL, ListFilter(), now)
    assert [row.title for row in columns["draft"]] == ["Bài 1", "Bài 0"]
    assert [row.title for row in columns["published"]] == ["Bài 3"]
    counts = board.counted(board.groups(store, ListFilter(), now), ALL)
    assert (counts.columns["draft"], counts.columns["submitted"], counts.urgent) == (2, 1, 1)
    assert len(board.ids(store, ALL, ListFilter(), now, 10)) == 4
    assert [subject for _, subject, _ in audit.since(store, 0, 500) if subject == "article:1"]
