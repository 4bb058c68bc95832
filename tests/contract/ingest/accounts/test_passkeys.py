"""Passkeys: who has one comes in, and nobody else does by what was signed for something else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from services.ingest.accounts.store import accounts, passkeys, sessions
from services.ingest.desk_kit.session import cookie_name
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Conflict, Invalid
from shared.database import write
from tests.conftest import forget_settings
from tests.contract.ingest.accounts.authenticator import Authenticator
from tests.contract.ingest.desk import Desk

ORIGIN, HERE = "https://toasoan.bao.example", "toasoan.bao.example"
PLAIN = "http://localhost:8001"


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk has a name."""
    monkeypatch.setenv("TOASOAN_INGEST_URL", ORIGIN)
    forget_settings()


def person(store: Engine, name: str = "phong.vien") -> int:
    with write(store) as connection:
        return accounts.add_user(connection, f"{name}@bao.example", Role.reporter, name, "x", by="tests")


def with_key(store: Engine, user_id: int, origin: str = ORIGIN, here: str = HERE) -> Authenticator:
    key = Authenticator(origin, here)
    passkeys.add(store, user_id, "s", "Điện thoại", key.create(passkeys.asked_new(store, user_id, "s")))
    return key


def test_a_passkey_enters_as_its_owner_once_for_each_challenge(store: Engine) -> None:
    person(store, "nguoi.khac")
    user_id = person(store)
    key = with_key(store, user_id)
    answer = key.get(passkeys.asked("log-in"))
    assert passkeys.accept(store, "log-in", "", answer) == user_id
    assert passkeys.accept(store, "log-in", "", answer) is None, "the same answer again"
    later = key.get(passkeys.asked("log-in"))
    assert passkeys.accept(store, "log-in", "", later) == user_id
    assert passkeys.accept(store, "log-in", "", answer) is None, "an older one"


def _elsewhere(key: Authenticator) -> None:
    key.origin = "https://toasoan.bao.example.net"


def _for_another_name(key: Authenticator) -> None:
    key.rp_id = "bao.example"


def _without_a_finger(key: Authenticator) -> None:
    key.verified = False


def _copied(key: Authenticator) -> None:
    key.signs -= 1


def test_what_was_signed_elsewhere_or_otherwise_opens_nothing(store: Engine) -> None:
    user_id = person(store)
    for wrong in (_elsewhere, _for_another_name, _without_a_finger, _copied):
        key = with_key(store, user_id)
        assert passkeys.accept(store, "log-in", "", key.get(passkeys.asked("log-in"))) == user_id
        wrong(key)
        assert passkeys.accept(store, "log-in", "", key.get(passkeys.asked("log-in"))) is None, wrong


def test_a_challenge_is_for_one_thing_in_one_session_and_for_five_minutes(store: Engine) -> None:
    user_id = person(store)
    key = with_key(store, user_id)
    for purpose, session in (("log-in", ""), ("proof", "another"), ("new", "mine")):
        assert passkeys.accept(store, "proof", "mine", key.get(passkeys.asked(purpose, session))) is None
    made_up = passkeys.asked("proof", "mine") | {"challenge": "A" * 54}
    assert passkeys.accept(store, "proof", "mine", key.get(made_up)) is None
    with time_machine.travel(0, tick=False) as clock:
        old = key.get(passkeys.asked("proof", "mine"))
        clock.shift(passkeys.CHALLENGE_SECONDS + 1)
        assert passkeys.accept(store, "proof", "mine", old) is None
    assert passkeys.accept(store, "proof", "mine", key.get(passkeys.asked("proof", "mine"))) == user_id
    with pytest.raises(Invalid):
        passkeys.add(store, user_id, "mine", "", Authenticator(ORIGIN, HERE).create(passkeys.asked("proof", "mine")))


def test_what_is_no_answer_is_refused(store: Engine) -> None:
    user_id = person(store)
    for answer in ("", "{}", "[]", "null", '{"response": {"clientDataJSON": "e30"}}', '{"response": [1]}', "{" * 9000):
        assert passkeys.accept(store, "log-in", "", answer) is None
        with pytest.raises(Invalid):
            passkeys.add(store, user_id, "s", "", answer)


def test_what_is_no_new_key_is_refused(store: Engine) -> None:
    """CBOR that is sound, and no key, or no statement about one."""
    user_id = person(store)
    for key in ({1: 2}, {1: 3, 3: -257}, [1], 5):
        wrong = Authenticator(ORIGIN, HERE)
        wrong.key = key
        with pytest.raises(Invalid):
            passkeys.add(store, user_id, "s", "", wrong.create(passkeys.asked_new(store, user_id, "s")))
    for statement in (5, {"x5c": 5, "sig": b"", "alg": -7}, {"x5c": [], "sig": b"", "alg": -7}):
        wrong = Authenticator(ORIGIN, HERE)
        wrong.statement = ("packed", statement)
        with pytest.raises(Invalid):
            passkeys.add(store, user_id, "s", "", wrong.create(passkeys.asked_new(store, user_id, "s")))


def test_a_key_that_is_gone_or_whose_owner_is_enters_no_more(store: Engine) -> None:
    ways: list[Callable[[int], object]] = [
        lambda one: passkeys.remove(store, one, passkeys.of_user(store, one)[0].id),
        lambda one: accounts.reset_password(store, one, by="tests"),
        lambda one: accounts.disable(store, "nguoi.2@bao.example"),
    ]
    for number, taken_away in enumerate(ways):
        user_id = person(store, f"nguoi.{number}")
        key = with_key(store, user_id)
        taken_away(user_id)
        assert passkeys.accept(store, "log-in", "", key.get(passkeys.asked("log-in"))) is None


def test_a_key_has_one_owner_and_an_account_so_many(store: Engine) -> None:
    user_id, other = person(store), person(store, "nguoi.khac")
    key = with_key(store, user_id)
    with pytest.raises(Conflict):
        passkeys.add(store, other, "s", "", key.create(passkeys.asked_new(store, other, "s")))
    assert not passkeys.remove(store, other, passkeys.of_user(store, user_id)[0].id)
    for _ in range(passkeys.MOST - 1):
        with_key(store, user_id)
    with pytest.raises(Conflict):
        passkeys.asked_new(store, user_id, "s")


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        ("https://toasoan.bao.example", True),
        ("http://localhost:8001", True),
        ("http://127.0.0.1:8001", False),
        ("https://10.0.0.7", False),
        ("http://toasoan.bao.example", False),
    ],
)
def test_passkeys_are_offered_where_browsers_know_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, url: str, offered: bool
) -> None:
    monkeypatch.setenv("TOASOAN_INGEST_URL", url)
    forget_settings()
    with desk.anonymous() as client:
        assert ("khóa truy cập" in client.get("/desk/dang-nhap").text) is offered
        assert client.get("/desk/dang-nhap/khoa").status_code == (200 if offered else 404)


def test_a_stolen_session_makes_no_key_of_its_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_INGEST_URL", PLAIN)
    forget_settings()
    me = desk.be("reporter")
    key = Authenticator(PLAIN, "localhost")
    options = me.script("POST", "/tai-khoan/khoa/moi").json()
    with time_machine.travel(datetime.now(UTC) + sessions.PROOF + timedelta(minutes=1)):
        assert me.script("POST", "/tai-khoan/khoa/moi").status_code == 403
        sent = {"name": "Của tôi", "credential": key.create(options)}
        assert me.script("POST", "/tai-khoan/khoa", data=sent).status_code == 403
    assert passkeys.of_user(desk.store, me.id) == []
    assert me.script("POST", "/tai-khoan/khoa", data=sent).json() == {"to": "/desk/tai-khoan"}
    shown = me.get("/tai-khoan").text
    assert re.search(r"Của tôi, thêm lúc .*\s+chưa dùng", shown)


def test_where_a_second_factor_is_required_nobody_works_with_a_password_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOASOAN_INGEST_URL", PLAIN)
    monkeypatch.setenv("TOASOAN_SECOND_FACTOR", "required")
    forget_settings()
    me = desk.be("secretary")
    accounts.change_password(desk.store, me.email, "mật khẩu đủ dài")
    token = accounts.log_in(desk.store, me.email, "mật khẩu đủ dài")
    assert isinstance(token, str)
    me.client.cookies.set(cookie_name(), token)
    told = me.get("/bai", follow_redirects=True)
    assert told.url.path == "/desk/tai-khoan" and "Tòa soạn yêu cầu xác thực hai lớp" in told.text
    assert me.script("GET", "/bai").status_code == 403

    key = with_key(desk.store, me.id, PLAIN, "localhost")
    assert me.get("/bai").status_code == 200
    with desk.anonymous() as client:
        answer = client.post("/desk/dang-nhap", data={"email": me.email, "password": "mật khẩu đủ dài"})
        assert answer.status_code == 403 and "bằng khóa truy cập" in answer.text
        sent = {"credential": key.get(client.get("/desk/dang-nhap/khoa").json()), "tiep": "/desk/bai"}
        assert client.post("/desk/dang-nhap/khoa", data=sent).json() == {"to": "/desk/bai"}
