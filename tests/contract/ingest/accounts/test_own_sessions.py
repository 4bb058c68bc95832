"""One's own sessions: listed, ended, idle; and what is asked for again before who may enter is changed."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import Engine, select, update

from services.ingest.accounts.store import accounts, second_factor, sessions
from services.ingest.accounts.tables import sessions as rows
from services.ingest.accounts.tables import users
from shared.database import read, write
from tests.contract.ingest.desk import Desk, Person

PASSWORD = "mật khẩu đủ dài"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def move(store: Engine, token: str, **moments: timedelta) -> None:
    """The session's moments were so long ago."""
    values = {name: datetime.now(UTC) - ago for name, ago in moments.items()}
    with write(store) as connection:
        connection.execute(update(rows).where(rows.c.digest == sessions.digest(token)).values(**values))


def enter(desk: Desk, email: str, agent: str) -> str:
    """Log in as a browser does; the session's id in its owner's list."""
    with desk.anonymous() as client:
        form = {"email": email, "password": PASSWORD}
        answer = client.post("/desk/dang-nhap", data=form, headers={"user-agent": agent}, follow_redirects=False)
        assert answer.status_code == 303
        return next(value for name, value in answer.cookies.items() if "phien" in name)


@pytest.fixture
def me(desk: Desk) -> Person:
    person = desk.be("chief")
    accounts.change_password(desk.store, person.email, PASSWORD)
    return Person(str(person.client.base_url), desk.store, person.email)


def test_own_sessions_are_listed_and_ended_one_by_one_or_all(desk: Desk, me: Person) -> None:
    others = [enter(desk, me.email, agent) for agent in (FIREFOX, PHONE, FIREFOX)]
    shown = me.get("/tai-khoan").text
    assert shown.count("Firefox, Linux") == 2 and "Chrome, Android" in shown and "phiên này" in shown
    ids = re.findall(r'name="id" value="([0-9a-f]{16})"', shown)
    assert len(ids) == 3 and not [token for token in (*others, me.token) if token in shown]

    stranger = desk.be("admin")
    assert "từ trước" in stranger.post("/tai-khoan/phien", {"id": ids[0]}, follow_redirects=True).text
    assert "từ trước" in me.post("/tai-khoan/phien", {"id": ids[0][:4]}, follow_redirects=True).text
    assert "Đã kết thúc 1 phiên" in me.post("/tai-khoan/phien", {"id": ids[0]}, follow_redirects=True).text
    assert sum(accounts.account_of(desk.store, token) is not None for token in others) == 2
    assert "Đã kết thúc 2 phiên" in me.post("/tai-khoan/phien", {"id": "*"}, follow_redirects=True).text
    assert [accounts.account_of(desk.store, token) for token in others] == [None] * 3
    assert me.get("/tai-khoan").status_code == 200
    assert accounts.account_of(desk.store, stranger.token)


def test_a_session_that_nobody_uses_ends(desk: Desk, me: Person) -> None:
    move(desk.store, me.token, seen_at=timedelta(hours=3, minutes=59))
    assert me.get("/tai-khoan").status_code == 200
    with read(desk.store) as connection:
        mine = rows.c.digest == sessions.digest(me.token)
        seen = connection.execute(select(rows.c.seen_at).where(mine)).scalar_one()
    assert seen and datetime.now(UTC) - seen < timedelta(minutes=1), "it was used"
    move(desk.store, me.token, seen_at=timedelta(hours=4, minutes=1))
    assert me.get("/tai-khoan", follow_redirects=False).headers["location"].startswith("/desk/dang-nhap")


def test_who_may_enter_is_changed_only_after_the_password_again(desk: Desk) -> None:
    admin = desk.be("admin")
    accounts.change_password(desk.store, admin.email, PASSWORD)
    admin = Person(str(admin.client.base_url), desk.store, admin.email)
    user_id = desk.be("reporter").id
    steps = [
        ("/khoa", {"name": "máy", "scope": "read"}),
        ("/tai-khoan-khac/moi", {"email": "moi@bao.example", "role": "admin", "desks": "all"}),
        (f"/tai-khoan-khac/{user_id}", {"name": "X", "role": "admin", "desks": "all"}),
        *((f"/tai-khoan-khac/{user_id}/{step}", {}) for step in ("mat-khau", "dong", "mo")),
        ("/tai-khoan/hai-lop", {"secret": "x", "code": "1"}),
    ]
    move(desk.store, admin.token, proven_at=timedelta(minutes=16))
    before = state(desk.store)
    for path, form in steps:
        page = {"referer": f"{admin.client.base_url}/desk/khoa"}
        refused = admin.post(path, form, headers=page, follow_redirects=False)
        assert (refused.status_code, refused.headers["location"]) == (303, "/desk/xac-nhan?tiep=/desk/khoa"), path
        assert admin.script("POST", path, data=form).status_code == 403, path
    assert state(desk.store) == before

    wrong = admin.post("/xac-nhan", {"password": "sai mật khẩu", "tiep": "/desk/khoa"})
    assert wrong.status_code == 422
    assert admin.post("/khoa", steps[0][1], follow_redirects=False).status_code == 303
    right = admin.post("/xac-nhan", {"password": PASSWORD, "tiep": "//ngoai.example"}, follow_redirects=False)
    assert right.headers["location"] == "/desk/"
    assert admin.post("/khoa", steps[0][1], follow_redirects=False).status_code == 200


def state(store: Engine) -> list[object]:
    with read(store) as connection:
        shown = (users.c.id, users.c.role, users.c.password_hash, users.c.disabled_at, users.c.totp_secret)
        return [tuple(row) for row in connection.execute(select(*shown).order_by(users.c.id))]


def test_with_a_second_factor_its_code_is_asked_too(desk: Desk, me: Person) -> None:
    secret = second_factor.new_secret()
    codes = second_factor.turn_on(desk.store, me.id, secret, pyotp.TOTP(secret).now())
    assert codes
    move(desk.store, me.token, proven_at=timedelta(minutes=16))
    assert me.post("/xac-nhan", {"password": PASSWORD}).status_code == 422
    assert not sessions.is_proven(desk.store, me.token)
    assert me.post("/xac-nhan", {"password": PASSWORD, "code": codes[0]}, follow_redirects=False).status_code == 303
    assert sessions.is_proven(desk.store, me.token)


def test_recovery_codes_cannot_be_found_from_their_digests(desk: Desk, me: Person) -> None:
    secret = second_factor.new_secret()
    codes = second_factor.turn_on(desk.store, me.id, secret, pyotp.TOTP(secret).now())
    assert codes and len(set(codes)) == 10
    assert all(len(code.replace("-", "")) * 5 >= 112 for code in codes)
    assert second_factor.accept(desk.store, me.id, f" {codes[3].upper()} ")
    assert not second_factor.accept(desk.store, me.id, codes[3])
