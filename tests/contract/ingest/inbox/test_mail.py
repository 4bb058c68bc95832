"""E-mails: as each person chooses, to a real server, never twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from services.ingest.accounts.store import accounts
from services.ingest.articles.store import hands, workflow
from services.ingest.inbox import loop, mail
from services.ingest.inbox.rules import InboxChoice
from services.ingest.inbox.store import choices, deliveries, entries
from services.ingest.inbox.store.deliveries import MAIL
from services.ingest.inbox.tables import inbox_deliveries
from services.ingest.kit.actors import Account, Role
from shared.database import read, write
from shared.settings import get_settings
from tests.conftest import forget_settings
from tests.contract.ingest.inbox.conftest import Staff
from tests.contract.ingest.inbox.post_office import PostOffice
from tests.tls import Authority
from tests.wait import until

ROOT = Path(__file__).resolve().parents[4]
ALWAYS = InboxChoice(frozenset({"assigned", "sent_back"}), frozenset())


@pytest.fixture
def staff(office: PostOffice, staff: Staff) -> Staff:
    """Once the mail server is there."""
    return staff


@pytest.fixture
def lan(staff: Staff) -> Account:
    """Whoever wants e-mails at any hour."""
    made = staff.add("Lan")
    choices.choose(staff.store, made.id, ALWAYS)
    return made


def send_back(staff: Staff, lan: Account, title: str = "Họp chợ phiên", note: str = "Thiếu ảnh") -> None:
    binh = accounts.named(staff.store, "user:bình@bao.example") or staff.add("Bình", Role.secretary)
    story = staff.story(lan, title=title)
    workflow.move(staff.store, story, "submitted", lan.actor)
    workflow.move(staff.store, story, "draft", binh.actor, note=note)
    loop.work(staff.store)


def states(staff: Staff) -> list[tuple[str, str]]:
    with read(staff.store) as connection:
        query = select(inbox_deliveries.c.state, inbox_deliveries.c.error).order_by(inbox_deliveries.c.entry_id)
        return [(row.state, row.error) for row in connection.execute(query)]


def pass_time(staff: Staff) -> None:
    """As if leases and rests were over."""
    with write(staff.store) as connection:
        connection.execute(update(inbox_deliveries).values(next_at=datetime.now(UTC) - timedelta(seconds=1)))


def test_what_was_chosen_arrives_once_and_can_be_read(staff: Staff, lan: Account, office: PostOffice) -> None:
    send_back(staff, lan, title="Chợ phiên “Bắc Hà”\u2028Bcc: x@y.vn", note="Thiếu ảnh.\nSapo dài quá.")
    loop.send_mail(staff.store)
    loop.send_mail(staff.store)
    (letter,) = office.taken
    assert letter["to"] == lan.email and "bcc" not in letter and letter["auto-submitted"] == "auto-generated"
    assert letter["subject"] == "[Báo Mẫu] Bài bị trả lại: Chợ phiên “Bắc Hà” Bcc: x@y.vn"
    text = letter.get_content()
    assert "Thiếu ảnh. Sapo dài quá." in text and "Bình" in text and f"{get_settings().ingest_url}/desk/viec/1" in text
    assert states(staff) == [("sent", "")]


def test_what_nobody_chose_is_not_sent(staff: Staff, lan: Account, office: PostOffice) -> None:
    choices.choose(staff.store, lan.id, InboxChoice(frozenset({"late"}), frozenset()))
    send_back(staff, lan)
    loop.send_mail(staff.store)
    assert office.taken == [] and states(staff) == []
    assert [kind for kind, *_ in staff.told(lan)] == ["sent_back"], "the desk has it all the same"


def test_quiet_hours_are_waited_for_and_end_in_one_letter(staff: Staff, lan: Account, office: PostOffice) -> None:
    choices.choose(staff.store, lan.id, InboxChoice(ALWAYS.mail, frozenset(), "22:00", "06:00"))
    # 23:30 in Vietnam.
    with time_machine.travel(datetime(2026, 11, 28, 16, 30, tzinfo=UTC), tick=False) as clock:
        for title in ("Bài một", "Bài hai", "Bài ba"):
            send_back(staff, lan, title)
        loop.send_mail(staff.store)
        assert office.taken == []
        entries.read_one(staff.store, lan, 2, datetime.now(UTC))
        clock.move_to(datetime(2026, 11, 28, 22, 59, tzinfo=UTC))
        loop.send_mail(staff.store)
        assert office.taken == []
        clock.move_to(datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
        loop.send_mail(staff.store)
    (letter,) = office.taken
    assert letter["subject"] == "[Báo Mẫu] 2 việc mới"
    text = letter.get_content()
    assert "Bài một" in text and "Bài ba" in text and "Bài hai" not in text, "what was read at night is no news"
    assert [state for state, _ in states(staff)] == ["sent", "unwanted", "sent"]


def test_a_refused_address_is_left_in_peace_and_seen(staff: Staff, lan: Account, office: PostOffice) -> None:
    office.refuses = {lan.email: "550 5.1.1 no such mailbox"}
    send_back(staff, lan)
    loop.send_mail(staff.store)
    assert states(staff) == [("refused", "550 5.1.1 no such mailbox")]
    assert choices.refusals(staff.store) == [(lan.email, "550 5.1.1 no such mailbox")]
    office.refuses, office.said = {}, []
    send_back(staff, lan, "Bài hai")
    loop.send_mail(staff.store)
    assert office.said == [], "nobody is asked again"
    choices.choose(staff.store, lan.id, ALWAYS)
    send_back(staff, lan, "Bài ba")
    loop.send_mail(staff.store)
    assert [letter["subject"] for letter in office.taken] == ["[Báo Mẫu] Bài bị trả lại: Bài ba"]
    assert choices.refusals(staff.store) == []


def test_a_server_that_is_away_or_busy_gets_it_later(staff: Staff, lan: Account, office: PostOffice) -> None:
    send_back(staff, lan)
    office.refuses = {lan.email: "451 try again later"}
    loop.send_mail(staff.store)
    assert states(staff) == [("waiting", "451 try again later")] and deliveries.last_error(staff.store, MAIL)
    loop.send_mail(staff.store)
    assert len([line for line in office.said if line.upper().startswith("RCPT")]) == 1, "not before its rest is over"
    office.greet = lambda say: say("421 closing")
    pass_time(staff)
    loop.send_mail(staff.store)
    office.greet, office.refuses = lambda say: say("220 post.example"), {}
    office.after = lambda say: say("451 the disk is full")
    pass_time(staff)
    loop.send_mail(staff.store)
    assert states(staff) == [("waiting", "451 the disk is full")], "it said that it has not taken it"
    office.taken.clear()
    office.after = lambda say: say("250 taken")
    pass_time(staff)
    loop.send_mail(staff.store)
    assert len(office.taken) == 1 and [state for state, _ in states(staff)] == ["sent"]


def test_a_server_that_drips_costs_no_more_than_the_deadline(
    staff: Staff, lan: Account, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 1.0)

    def drip(say: Callable[[str], None]) -> None:
        for _ in range(600):
            say("220-still here")
            time.sleep(0.1)

    office.greet = drip
    send_back(staff, lan)
    began = time.monotonic()
    loop.send_mail(staff.store)
    assert time.monotonic() - began < 30, "it would have dripped for a minute"
    assert [state for state, _ in states(staff)] == ["waiting"] and office.taken == []


def test_a_connection_that_breaks_over_the_message_is_in_doubt(staff: Staff, lan: Account, office: PostOffice) -> None:
    def hang_up(_say: Any) -> None:
        raise OSError

    office.after = hang_up
    send_back(staff, lan)
    loop.send_mail(staff.store)
    assert [state for state, _ in states(staff)] == ["in_doubt"]
    pass_time(staff)
    loop.send_mail(staff.store)
    assert len(office.taken) == 1, "it may have arrived: it is not sent again"


def test_killed_between_delivery_and_note_it_is_not_sent_again(staff: Staff, lan: Account, office: PostOffice) -> None:
    send_back(staff, lan)
    script = Path(__file__).with_name("dies_over_mail.py")
    command, environment = [sys.executable, str(script)], {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        assert process.stdout and process.stdout.readline() == "delivered\n"
        process.kill()
    assert len(office.taken) == 1 and [state for state, _ in states(staff)] == ["underway"]
    loop.send_mail(staff.store)
    assert [state for state, _ in states(staff)] == ["underway"], "somebody may still be at it"
    pass_time(staff)
    loop.send_mail(staff.store)
    assert len(office.taken) == 1 and [state for state, _ in states(staff)] == ["in_doubt"]


def test_killed_before_delivery_it_is_sent_after_all(staff: Staff, lan: Account, office: PostOffice) -> None:
    send_back(staff, lan)
    (rows,) = deliveries.due(staff.store, MAIL)
    mine, taken_until = deliveries.claim(staff.store, rows)
    assert mine and deliveries.claim(staff.store, rows)[0] == [], "another sender has it in hand"
    loop.send_mail(staff.store)
    assert office.taken == []
    pass_time(staff)
    loop.send_mail(staff.store)
    assert len(office.taken) == 1
    assert not deliveries.hand_over(staff.store, mine, taken_until), "whoever comes back from the dead has lost it"


def test_an_encrypted_server_is_checked_before_it_hears_a_password(
    staff: Staff, lan: Account, office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    office.with_tls(authority.certificate("localhost"))
    office.password = "bí mật".encode().hex()
    given = {"HOST": "localhost", "TLS": "starttls", "USER": "toasoan", "PASSWORD": "sai"}
    for name, value in given.items():
        monkeypatch.setenv(f"TOASOAN_SMTP_{name}", value)
    forget_settings()
    send_back(staff, lan)
    loop.send_mail(staff.store)
    assert states(staff)[0][1].startswith("Chứng thư") and not any("AUTH" in line.upper() for line in office.said)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    pass_time(staff)
    loop.send_mail(staff.store)
    assert "535" in states(staff)[0][1] and office.taken == []
    monkeypatch.setenv("TOASOAN_SMTP_PASSWORD", office.password)
    forget_settings()
    pass_time(staff)
    loop.send_mail(staff.store)
    until(lambda: len(office.taken) == 1, 20, "the letter")


def test_whoever_has_left_gets_nothing(staff: Staff, lan: Account, office: PostOffice) -> None:
    send_back(staff, lan)
    accounts.disable(staff.store, lan.email)
    loop.send_mail(staff.store)
    assert office.taken == [] and [state for state, _ in states(staff)] == ["unwanted"]


def test_a_story_that_one_sees_no_more_is_not_sent(staff: Staff, office: PostOffice) -> None:
    admin, tu = staff.add("Quản", Role.admin), staff.add("Tú", Role.editor)
    choices.choose(staff.store, tu.id, ALWAYS)
    hands.hand_over(staff.store, staff.story(admin), admin.actor, tu.id)
    loop.work(staff.store)
    accounts.change_account(staff.store, tu.id, name="Tú", role=Role.editor, section_ids=[], by="tests")
    loop.send_mail(staff.store)
    assert office.taken == [] and [state for state, _ in states(staff)] == ["unwanted"]
