"""Coming in: sessions that end, the one-time password, the second factor, invitations, CSRF."""

import re
import time
from html import escape

import httpx2
import pyotp
import pytest

from services.ingest.accounts.store import accounts, directory, second_factor
from services.ingest.desk_kit.session import cookie_name, csrf_token
from services.ingest.kit.actors import Role
from tests.contract.ingest.desk import Desk

PASSWORD = "mật khẩu đủ dài"


def found(pattern: str, text: str) -> str:
    """What the pattern's first group holds."""
    match = re.search(pattern, text)
    assert match, text[:800]
    return match[1]


def log_in(desk: Desk, email: str, password: str) -> httpx2.Response:
    with desk.anonymous() as client:
        return client.post("/desk/dang-nhap", data={"email": email, "password": password}, follow_redirects=False)


def with_password(desk: Desk, email: str, role: str = "editor") -> str:
    accounts.create_user(email, role, engine=desk.store)
    accounts.change_password(desk.store, email, PASSWORD)
    return email


def test_the_one_time_password_opens_nothing_but_its_change(desk: Desk) -> None:
    password = accounts.create_user("lan@bao.example", "admin", engine=desk.store)
    with desk.anonymous() as client:
        entered = client.post("/desk/dang-nhap", data={"email": "lan@bao.example", "password": password})
        assert entered.is_redirect
        assert client.get("/desk/bai").headers["location"] == "/desk/mat-khau"
        csrf = csrf_token(client.cookies[cookie_name()])
        form = {"csrf": csrf, "old": password, "new": PASSWORD, "again": PASSWORD}
        assert client.post("/desk/mat-khau", data=form).headers["location"] == "/desk/"
        assert client.get("/desk/bai").status_code == 200
    assert log_in(desk, "lan@bao.example", password).status_code == 401


@pytest.mark.usefixtures("time_stands_still")
def test_unknown_people_look_the_same(desk: Desk) -> None:
    people = (with_password(desk, "lan@bao.example"), "khong.ai@bao.example")
    for _ in range(8):
        known, unknown = (log_in(desk, who, "sai mật khẩu") for who in people)
        assert known.status_code == unknown.status_code
        known_text, unknown_text = (re.sub(r'value="[^"]*"', "", one.text) for one in (known, unknown))
        assert known_text == unknown_text
    assert known.status_code == 429 and int(known.headers["retry-after"]) > 0


def test_a_session_ends_with_the_role_and_with_the_account(desk: Desk) -> None:
    admin, editor = desk.be("admin"), desk.be("editor")
    assert editor.get("/bai").status_code == 200
    changed = admin.post(f"/tai-khoan-khac/{editor.id}", {"name": "E", "role": "secretary", "desks": "all"})
    assert changed.is_redirect
    assert editor.get("/bai").headers["location"].startswith("/desk/dang-nhap")
    chief = desk.be("chief")
    assert admin.post(f"/tai-khoan-khac/{chief.id}/dong").is_redirect
    assert chief.get("/").is_redirect
    assert admin.post(f"/tai-khoan-khac/{admin.id}/dong").status_code == 409, "the last admin stays"


def test_log_out_ends_the_session(desk: Desk) -> None:
    editor = desk.be("editor")
    assert editor.post("/dang-xuat").is_redirect
    assert accounts.account_of(desk.store, editor.token) is None


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"origin": "https://evil.example"}, True),
        ({"origin": "null"}, True),
        ({}, False),
        ({"sec-fetch-site": "cross-site", "origin": ""}, False),
    ],
)
def test_forged_forms_change_nothing(desk: Desk, headers: dict[str, str], token: bool) -> None:
    secretary, saved = desk.be("secretary"), desk.article()
    form = {"csrf": csrf_token(secretary.token)} if token else {}
    answer = secretary.client.post(f"/desk/bai/{saved.id}/xuat-ban", data=form, headers=headers)
    assert answer.status_code == 403
    assert desk.be("chief").get(f"/bai/{saved.id}").text.count("Đang xuất bản</span>") == 0


def test_the_second_factor_is_asked_for_and_each_code_counts_once(desk: Desk) -> None:
    email = with_password(desk, "lan@bao.example")
    secret = second_factor.new_secret()
    user = next(one for one in directory.listed(desk.store) if one.email == email)
    codes = second_factor.turn_on(desk.store, user.id, secret, pyotp.TOTP(secret).now())
    assert codes is not None and len(codes) == second_factor.RECOVERY_CODES
    with desk.anonymous() as client:
        wanted = "/desk/bai?status=draft&trang=2"
        first = client.post("/desk/dang-nhap", data={"email": email, "password": PASSWORD, "tiep": wanted})
        assert first.headers["location"].startswith("/desk/dang-nhap/ma")
        assert f'name="tiep" value="{escape(wanted)}"' in client.get(first.headers["location"]).text
        assert client.get("/desk/").is_redirect, "the password alone is not enough"
        used = client.post("/desk/dang-nhap/ma", data={"code": pyotp.TOTP(secret).at(time.time())})
        assert used.status_code == 401, "the code that turned it on is used up"
        assert client.post("/desk/dang-nhap/ma", data={"code": codes[0]}).headers["location"] == "/desk/"
        assert client.get("/desk/").status_code == 200
    assert not second_factor.accept(desk.store, user.id, codes[0])
    assert second_factor.accept(desk.store, user.id, codes[1])


def test_turning_the_second_factor_on_and_off_in_the_desk(desk: Desk) -> None:
    editor = desk.be("editor")
    offered = editor.get("/tai-khoan/hai-lop").text
    secret, seal = (found(rf'name="{name}" value="([^"]+)"', offered) for name in ("secret", "seal"))
    other = second_factor.new_secret()
    forged = editor.post("/tai-khoan/hai-lop", {"secret": other, "seal": seal, "code": pyotp.TOTP(other).now()})
    assert forged.status_code == 403
    assert editor.post("/tai-khoan/hai-lop", {"secret": other, "seal": "dấu", "code": "123456"}).status_code == 403
    code = pyotp.TOTP(secret).now()
    turned = editor.post("/tai-khoan/hai-lop", {"secret": secret, "seal": seal, "code": code})
    assert turned.status_code == 200 and "Mã khôi phục" in turned.text
    assert editor.post("/tai-khoan/hai-lop/tat", {"password": "sai"}).is_redirect
    user = next(one for one in directory.listed(desk.store) if one.id == editor.id)
    assert user.has_second_factor


def test_an_invitation_makes_one_account_with_its_desks(desk: Desk) -> None:
    admin = desk.be("admin")
    form = {"email": "moi@bao.example", "role": "reporter", "desks": "some", "section": desk.section_ids["kinh-te"]}
    shown = admin.post("/tai-khoan-khac/moi", form).text
    link = found(r"/desk(/moi/[\w-]+)", shown)
    with desk.anonymous() as client:
        assert "moi@bao.example" in client.get(f"/desk{link}").text
        short = client.post(f"/desk{link}", data={"name": "Mới", "new": "ngắn", "again": "ngắn"})
        assert short.status_code == 422
        taken = client.post(f"/desk{link}", data={"name": "Mới", "new": PASSWORD, "again": PASSWORD})
        assert taken.headers["location"] == "/desk/"
        account = accounts.account_of(desk.store, client.cookies[cookie_name()])
        assert account is not None
        assert (account.role, account.section_ids) == (Role.reporter, frozenset({desk.section_ids["kinh-te"]}))
        assert client.get(f"/desk{link}").status_code == 404


def test_every_page_forbids_foreign_and_inline_scripts(desk: Desk) -> None:
    page = desk.be("admin").get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert not re.search(r"\son\w+=|style=|<script(?![^>]*src=)", page.text)


def test_an_api_key_is_made_used_and_revoked(desk: Desk) -> None:
    admin = desk.be("admin")
    made = admin.post("/khoa", {"name": "TTXVN", "scope": "draft", "expires_at": "2030-01-01T00:00"})
    key = found(r"(ts_[\w-]+_[\w-]{20,})", made.text)
    assert key not in admin.get("/khoa").text
    with desk.anonymous() as client:
        call = {"authorization": f"Bearer {key}"}
        assert client.get("/api/articles", headers=call).status_code == 200
        assert client.put("/api/front-page", headers=call, json={"pinned": []}).status_code == 403
        assert admin.post("/khoa/thu-hoi", {"name": "TTXVN"}).is_redirect
        time.sleep(0.6)  # how long a revoked key may be remembered
        assert client.get("/api/articles", headers=call).status_code == 401
    past = admin.post("/khoa", {"name": "Cũ", "scope": "read", "expires_at": "2020-01-01T00:00"})
    assert past.status_code == 422
