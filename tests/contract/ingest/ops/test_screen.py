"""The ops page: what it shows when all is well and when things are away, and dead letters put back or dropped."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from services.ingest.desk_kit import charts
from services.ingest.kit.tables import audit, dead_letters
from services.ingest.ops.report import slowest
from shared import deadletter
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.queues import Queue
from shared.database import read, write
from shared.release import VERSION
from shared.settings import get_settings
from tests.conftest import forget_settings
from tests.contract.ingest.desk import Desk
from tests.contract.shared.conftest import messages
from tests.servers import RedisServer

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def ops(broker: RedisServer, counters_redis: RedisServer, desk: Desk) -> Iterator[Desk]:
    for number in range(3):
        letter = StoreDeadLetter(
            id=f"letter{number}",
            service="web",
            task="web.article_published",
            source_queue="page",
            message={"events": [{"number": number, "title": EVIL}]},
            error=f"ValueError: {EVIL}",
            attempts=5,
            at=datetime.now(UTC),
        )
        with write(desk.store) as connection:
            deadletter.store(connection, dead_letters, letter)
    yield desk


def test_it_shows_queues_letters_and_log_with_nothing_unescaped(ops: Desk) -> None:
    log = get_settings().data_dir / "log" / "house.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"web.http | started {EVIL}\n")
    shown = ops.be("ops").get("/ops")
    assert shown.status_code == 200
    for text in ("Hàng đợi", "statistics", "letter1", "web.http | started", "chưa so lần nào", f"phiên bản {VERSION}"):
        assert text in shown.text
    assert EVIL not in shown.text
    letter = ops.be("ops").get("/ops/thu/letter1")
    assert "&#34;number&#34;: 1" in letter.text
    assert EVIL not in letter.text and "alert(1)" not in letter.text, (
        "what a letter carries is for those who read drafts"
    )
    whole = ops.be("admin").get("/ops/thu/letter1")
    assert "alert(1)" in whole.text and EVIL not in whole.text
    assert ops.be("ops").get("/ops/thu/none").status_code == 404


def test_what_came_of_the_trial_of_the_copy_stands_there(ops: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_COPY_DIR", "/backup")
    forget_settings()
    note = {"folder": "/backup", "copied_at": 1.8e9, "failure": None, "rehearsed_at": 1.8e9, "rehearsal_seconds": 1.5}
    for failure, said in ((None, "đúng như kho bài"), (f"hỏng {EVIL}", "không được")):
        copy = get_settings().data_dir / "copy.json"
        copy.write_text(json.dumps(note | {"rehearsal_failure": failure}))
        shown = ops.be("ops").get("/ops").text
        assert "Lần khôi phục thử gần nhất" in shown and "(1,5 giây)" in shown
        assert said in shown and EVIL not in shown


def test_it_answers_while_broker_and_counters_are_away(
    ops: Desk, broker: RedisServer, counters_redis: RedisServer
) -> None:
    broker.kill()
    counters_redis.kill()
    shown = ops.be("ops").get("/ops")
    assert shown.status_code == 200
    assert "broker đang tạm ngừng" in shown.text
    told = ops.be("ops").post("/ops/thu/phat-lai", {"id": "letter0"}, follow_redirects=True)
    assert "thư vẫn còn nguyên" in told.text
    assert deadletter.depth(ops.store, dead_letters) == 3


def test_letters_are_put_back_or_dropped_and_it_is_noted(ops: Desk, broker: RedisServer) -> None:
    admin = ops.be("admin")
    assert "Đã phát lại 1 thư" in admin.post("/ops/thu/phat-lai", {"id": "letter0"}, follow_redirects=True).text
    assert [arguments["events"][0]["number"] for _, arguments in messages(broker, Queue.page)] == [0]
    assert "Đã bỏ 1 thư" in admin.post("/ops/thu/bo", {"id": "letter1"}, follow_redirects=True).text
    admin.post("/ops/thu/phat-lai", {"id": "*"})
    assert deadletter.depth(ops.store, dead_letters) == 0
    with read(ops.store) as connection:
        noted = connection.execute(select(audit.c.action, audit.c.actor).where(audit.c.subject.like("dead_letter:%")))
        assert sorted(row.action for row in noted) == [
            "dead_letter.dropped",
            "dead_letter.replayed",
            "dead_letter.replayed",
        ]


def test_who_only_reads_changes_nothing(ops: Desk) -> None:
    chief = ops.be("chief")
    assert "Phát lại" not in chief.get("/ops").text
    assert chief.post("/ops/thu/bo", {"id": "*"}).status_code == 403
    assert ops.be("editor").get("/ops").status_code == 403
    assert deadletter.depth(ops.store, dead_letters) == 3


def test_the_short_address_leads_there(ops: Desk) -> None:
    answer = ops.be("ops").client.get("/ops/", follow_redirects=False)
    assert answer.headers["location"] == "/desk/ops"


def test_the_slowest_handlers_over_several_processes() -> None:
    def text(task: str, outcome: str, quick: int, slow: int) -> str:
        labels = f'task="{task}",outcome="{outcome}"'
        return (
            "# TYPE handler_seconds histogram\n"
            f'handler_seconds_bucket{{{labels},le="0.1"}} {quick}.0\n'
            f'handler_seconds_bucket{{{labels},le="1.0"}} {quick + slow}.0\n'
            f'handler_seconds_bucket{{{labels},le="+Inf"}} {quick + slow}.0\n'
            f"handler_seconds_count{{{labels}}} {quick + slow}.0\n"
            f"handler_seconds_sum{{{labels}}} {quick * 0.1 + slow}\n"
        )

    told = slowest([text("a", "done", 99, 1), text("b", "done", 1, 9), text("b", "dead", 0, 10), ""])
    assert [(one.task, one.number, one.failed, one.p95) for one in told] == [("b", 20, 10, 1.0), ("a", 100, 0, 0.1)]


def test_a_row_of_numbers_as_a_line() -> None:
    assert charts.line([1], "Thư chết") == ""
    drawn = charts.line([0, 2, 1], "<b>")
    assert 'points="0.0,39.0 120.0,1.0 240.0,20.0"' in drawn
    assert "<b>" not in drawn
