"""Notices in browsers: as each person chooses, encrypted for the browser, never twice, to nowhere inside."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from services.ingest.accounts.store import accounts
from services.ingest.articles.store import workflow
from services.ingest.inbox import loop
from services.ingest.inbox.rules import InboxChoice
from services.ingest.inbox.store import browsers, choices, deliveries, entries
from services.ingest.inbox.store.deliveries import PUSH
from services.ingest.inbox.tables import inbox_browsers, inbox_deliveries
from services.ingest.kit.actors import Account, Role
from services.ingest.kit.errors import Invalid
from services.ingest.kit.fetching import Fetcher
from shared.database import read, write
from tests.contract.ingest.desk import Desk
from tests.contract.ingest.inbox.conftest import Staff
from tests.contract.ingest.inbox.push_service import PushService
from tests.contract.ingest.outside import LOOPBACK, Outside
from tests.servers import free_port
from tests.tls import Authority, Door

ROOT = Path(__file__).resolve().parents[4]
ALWAYS = InboxChoice(frozenset(), frozenset({"sent_back"}))


@dataclass
class Pushed:
    """Somebody with a browser, whose push service stands behind TLS, and what may speak to it."""

    staff: Staff
    lan: Account
    service: PushService
    fetcher: Fetcher
    believed: Path

    def send(self) -> None:
        loop.send_push(self.staff.store, self.fetcher)

    def states(self) -> list[tuple[str, str]]:
        with read(self.staff.store) as connection:
            query = select(inbox_deliveries.c.state, inbox_deliveries.c.error).order_by(inbox_deliveries.c.entry_id)
            return [(row.state, row.error) for row in connection.execute(query)]

    def pass_time(self) -> None:
        """As if leases and rests were over."""
        with write(self.staff.store) as connection:
            connection.execute(update(inbox_deliveries).values(next_at=datetime.now(UTC) - timedelta(seconds=1)))

    def send_back(self, title: str = "Họp chợ phiên", note: str = "Thiếu ảnh") -> None:
        binh = accounts.named(self.staff.store, "user:bình@bao.example") or self.staff.add("Bình", Role.secretary)
        story = self.staff.story(self.lan, title=title)
        workflow.move(self.staff.store, story, "submitted", self.lan.actor)
        workflow.move(self.staff.store, story, "draft", binh.actor, note=note)
        loop.work(self.staff.store)


@pytest.fixture
def pushed(staff: Staff, outside: Outside, tmp_path: Path) -> Iterator[Pushed]:
    authority, port = Authority(tmp_path), free_port()
    service = PushService(outside)
    service.endpoint = service.endpoint.replace(f":{outside.server_address[1]}", f":{port}")
    lan = staff.add("Lan")
    choices.choose(staff.store, lan.id, ALWAYS)
    browsers.add(staff.store, lan.id, **service.subscription, name="Chrome, Android", now=datetime.now(UTC))
    trusted = ssl.create_default_context(cafile=authority.file)
    with Door(authority.certificate("push.example", "IP:127.0.0.1"), port, outside.server_address[1]):
        yield Pushed(staff, lan, service, Fetcher(allowed=LOOPBACK, seconds=10, tls=trusted), authority.file)


def test_what_was_chosen_is_shown_once_and_only_the_browser_can_read_it(pushed: Pushed) -> None:
    pushed.send_back("Chợ phiên Bắc Hà", "Thiếu ảnh")
    pushed.send()
    pushed.send()
    (shown,) = pushed.service.shown()
    assert shown["title"] == "Bài bị trả lại: Chợ phiên Bắc Hà" and shown["body"] == "Bình: Thiếu ảnh"
    assert shown["url"] == "/desk/viec/1" and pushed.states() == [("sent", "")]
    assert "Bắc Hà".encode() not in pushed.service.asked[0][1]


def test_what_nobody_chose_is_not_shown(pushed: Pushed) -> None:
    choices.choose(pushed.staff.store, pushed.lan.id, replace(ALWAYS, push=frozenset({"late"})))
    pushed.send_back()
    pushed.send()
    assert pushed.service.asked == [] and pushed.states() == []


def test_quiet_hours_end_in_one_notice_of_what_was_not_read(pushed: Pushed) -> None:
    choices.choose(pushed.staff.store, pushed.lan.id, replace(ALWAYS, quiet_from="22:00", quiet_until="06:00"))
    # 23:30 in Vietnam; the service looks at no clock.
    with time_machine.travel(datetime(2026, 11, 28, 16, 30, tzinfo=UTC), tick=False) as clock:
        for title in ("Bài một", "Bài hai", "Bài ba"):
            pushed.send_back(title)
        pushed.send()
        assert pushed.service.asked == []
        assert deliveries.late(pushed.staff.store, PUSH, datetime.now(UTC)) == (0, 0.0), "it waits for morning"
        entries.read_one(pushed.staff.store, pushed.lan, 2, datetime.now(UTC))
        clock.move_to(datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
        with pytest.MonkeyPatch.context() as own:
            # The certificate is of today.
            own.setattr(pushed, "fetcher", _unchecked())
            pushed.send()
    (shown,) = pushed.service.shown()
    assert shown["title"] == "2 việc mới" and "Bài hai" not in shown["body"] and "Bài ba" in shown["body"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_over_is_forgotten(pushed: Pushed, status: int) -> None:
    pushed.service.answer(status)
    pushed.send_back()
    pushed.send()
    assert [state for state, _ in pushed.states()] == ["refused"]
    assert browsers.of(pushed.staff.store, pushed.lan.id) == []
    pushed.send_back("Bài hai")
    pushed.send()
    assert len(pushed.service.asked) == 1


def test_a_service_that_is_busy_gets_it_later(pushed: Pushed) -> None:
    pushed.service.answer(503)
    pushed.send_back()
    pushed.send()
    pushed.send()
    assert len(pushed.service.asked) == 1, "not before its rest is over"
    assert [state for state, _ in pushed.states()] == ["waiting"] and "503" in pushed.states()[0][1]
    number, age = deliveries.late(pushed.staff.store, PUSH, datetime.now(UTC) + timedelta(minutes=5))
    assert number == 1 and age > 299
    pushed.service.answer(201)
    pushed.pass_time()
    pushed.send()
    assert pushed.states() == [("sent", pushed.states()[0][1])] and len(pushed.service.asked) == 2


def test_a_connection_that_breaks_over_the_message_is_in_doubt(
    pushed: Pushed, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(outside, "answer", lambda request: heard.append(request.path))
    pushed.send_back()
    pushed.send()
    pushed.pass_time()
    pushed.send()
    assert len(heard) == 1 and [state for state, _ in pushed.states()] == ["in_doubt"]


def test_no_address_inside_is_asked(pushed: Pushed) -> None:
    pushed.send_back()
    loop.send_push(pushed.staff.store, Fetcher())
    assert pushed.service.asked == [] and [state for state, _ in pushed.states()] == ["waiting"]


def test_killed_between_delivery_and_note_it_is_not_shown_again(pushed: Pushed) -> None:
    pushed.send_back()
    command = [sys.executable, str(Path(__file__).with_name("dies_over_push.py")), str(pushed.believed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        assert process.stdout and process.stdout.readline() == "delivered\n"
        process.kill()
    assert len(pushed.service.asked) == 1 and [state for state, _ in pushed.states()] == ["underway"]
    pushed.pass_time()
    pushed.send()
    assert len(pushed.service.asked) == 1 and [state for state, _ in pushed.states()] == ["in_doubt"]


def test_a_browser_belongs_to_who_is_there_now(pushed: Pushed) -> None:
    mai = pushed.staff.add("Mai")
    browsers.add(pushed.staff.store, mai.id, **pushed.service.subscription, name="Chrome", now=datetime.now(UTC))
    assert browsers.of(pushed.staff.store, pushed.lan.id) == []
    pushed.send_back()
    pushed.send()
    assert pushed.service.asked == [], "what is Lan's is not shown at Mai's"


def test_whoever_has_left_gets_nothing_and_her_browsers_are_forgotten(pushed: Pushed) -> None:
    pushed.send_back()
    accounts.disable(pushed.staff.store, pushed.lan.email)
    pushed.send()
    assert pushed.service.asked == [] and [state for state, _ in pushed.states()] == ["unwanted"]
    browsers.forget_old(pushed.staff.store, datetime.now(UTC))
    with read(pushed.staff.store) as connection:
        assert connection.execute(select(inbox_browsers)).all() == []


def test_only_so_many_browsers_stay_and_old_ones_go(pushed: Pushed) -> None:
    now = datetime.now(UTC)
    for number in range(browsers.MOST + 3):
        given = pushed.service.subscription | {"endpoint": f"https://push.example/{number}"}
        at = now + timedelta(seconds=number + 1)
        browsers.add(pushed.staff.store, pushed.lan.id, **given, name="Firefox", now=at)
    kept = browsers.of(pushed.staff.store, pushed.lan.id)
    assert len(kept) == browsers.MOST and all("push.example" in one.endpoint for one in kept)
    assert not browsers.forget_old(pushed.staff.store, now + timedelta(days=200))
    assert browsers.of(pushed.staff.store, pushed.lan.id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://push.example/" + "x" * 1000},
        {"browser_key": "AAAA"},
        {"browser_key": "không"},
        {"auth": "AAAA"},
    ],
)
def test_what_is_no_subscription_is_refused(pushed: Pushed, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        browsers.add(
            pushed.staff.store, pushed.lan.id, **(pushed.service.subscription | wrong), name="x", now=datetime.now(UTC)
        )


def test_browsers_are_added_seen_and_taken_away_at_the_desk(desk: Desk, outside: Outside) -> None:
    lan, mai = desk.be("reporter", "lan"), desk.be("reporter", "mai")
    given = PushService(outside).subscription
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile"}
    assert lan.post("/viec/trinh-duyet", given, headers=agent).is_redirect
    assert lan.post("/viec/trinh-duyet", given | {"auth": "x"}).status_code == 422
    page = lan.get("/viec/cach-bao").text
    assert "Chrome, Android" in page and given["endpoint"] in page
    assert given["endpoint"] not in mai.get("/viec/cach-bao").text
    assert mai.post("/viec/trinh-duyet/1/bo").status_code == 404
    assert given["endpoint"] in lan.get("/viec/cach-bao").text, "nobody takes away another's"
    assert lan.post("/viec/trinh-duyet/1/bo").is_redirect
    assert given["endpoint"] not in lan.get("/viec/cach-bao").text


def _unchecked() -> Fetcher:
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return Fetcher(allowed=LOOPBACK, seconds=10, tls=tls)
