"""Guesses are bounded, and nobody's guesses keep the owner out."""

import time
from collections.abc import Iterator

import httpx2
import pyotp
import pytest

from services.ingest.accounts.store import accounts, directory, second_factor
from services.ingest.desk_kit.session import cookie_name, csrf_token
from tests.contract.ingest.desk import Desk, Person

pytestmark = pytest.mark.usefixtures("time_stands_still")
PASSWORD, WRONG = "mật khẩu đủ dài", "sai mật khẩu"
CHIEF, HOME, STRANGER = "tong.bien.tap@bao.example", "198.51.100.7", "203.0.113.9"


@pytest.fixture
def chief(desk: Desk) -> str:
    """An account with a password, whose owner has never logged in."""
    accounts.create_user(CHIEF, "chief", engine=desk.store)
    accounts.change_password(desk.store, CHIEF, PASSWORD)
    return CHIEF


@pytest.fixture
def browser(desk: Desk) -> Iterator[httpx2.Client]:
    with desk.anonymous() as client:
        yield client


def enter(client: httpx2.Client, address: str, email: str, password: str) -> int:
    """The log-in form, sent from an address (the proxy's word for it)."""
    form = {"email": email, "password": password}
    own = {"x-forwarded-for": address}
    return client.post("/desk/dang-nhap", data=form, headers=own, follow_redirects=False).status_code


def guess(desk: Desk, email: str, addresses: list[str]) -> list[int]:
    """Wrong passwords, by a browser that keeps no cookies."""
    with desk.anonymous() as client:
        return [enter(client, address, email, WRONG) for address in addresses]


def strangers(number: int) -> list[str]:
    return [f"192.0.2.{n // 4}" for n in range(number)]


@pytest.mark.parametrize(
    "addresses",
    [[STRANGER] * 60, [f"2001:db8:7:8::{n:x}" for n in range(60)], [f"2001:db8:7:{n:x}::9" for n in range(60)]],
    ids=["one address", "a /64", "a /48"],
)
def test_one_client_locks_nobody_out(desk: Desk, chief: str, browser: httpx2.Client, addresses: list[str]) -> None:
    tried = guess(desk, chief, addresses)
    assert tried[:5] == [401] * 5 and tried.count(401) <= 10 and tried.count(429) >= 50
    assert enter(browser, HOME, chief, PASSWORD) == 303


def test_the_owner_enters_from_a_known_device_while_many_guess(desk: Desk, chief: str, browser: httpx2.Client) -> None:
    assert enter(browser, HOME, chief, PASSWORD) == 303
    assert guess(desk, chief, strangers(60)) == [401] * 50 + [429] * 10
    with desk.anonymous() as stranger:
        assert enter(stranger, HOME, chief, PASSWORD) == 429
    for address in (HOME, STRANGER, "192.0.2.1"):
        assert enter(browser, address, chief, PASSWORD) == 303


def test_a_known_device_s_tries_are_bounded_too_and_its_cookie_opens_nothing(
    desk: Desk, chief: str, browser: httpx2.Client
) -> None:
    assert enter(browser, HOME, chief, PASSWORD) == 303
    del browser.cookies[cookie_name()]
    assert browser.get("/desk/").is_redirect
    assert [enter(browser, f"192.0.2.{n}", chief, WRONG) for n in range(8)] == [401] * 5 + [429] * 3
    with desk.anonymous() as elsewhere:
        assert enter(elsewhere, HOME, chief, PASSWORD) == 303


def test_a_device_is_known_for_its_own_account_and_password_alone(
    desk: Desk, chief: str, browser: httpx2.Client
) -> None:
    other = accounts.create_user("lan@bao.example", "editor", engine=desk.store)
    assert enter(browser, HOME, "lan@bao.example", other) == 303
    assert enter(browser, HOME, chief, PASSWORD) == 303
    known = {name: value for name, value in browser.cookies.items() if "-may-" in name}
    assert len(known) == 2
    first, second = known
    accounts.change_password(desk.store, CHIEF, PASSWORD + " mới")
    guess(desk, chief, strangers(51))
    forged = [
        known,
        {first: known[second], second: known[first]},
        {second: known[second][:-1] + "0"},
        {second: "a.b.c"},
    ]
    for cookies in forged:
        with desk.anonymous() as client:
            client.cookies.update(cookies)
            assert enter(client, HOME, chief, PASSWORD + " mới") == 429


def test_who_has_no_known_device_enters_with_a_one_time_password(
    desk: Desk, chief: str, browser: httpx2.Client
) -> None:
    guess(desk, chief, strangers(51))
    assert enter(browser, HOME, chief, PASSWORD) == 429
    user = next(one for one in directory.listed(desk.store) if one.email == chief)
    one_time = accounts.reset_password(desk.store, user.id, by="user:admin@bao.example")
    assert enter(browser, HOME, chief, one_time) == 303
    form = {"csrf": csrf_token(browser.cookies[cookie_name()]), "old": one_time, "new": PASSWORD, "again": PASSWORD}
    assert browser.post("/desk/mat-khau", data=form).is_redirect
    guess(desk, chief, strangers(51))
    assert enter(browser, STRANGER, chief, PASSWORD) == 303, "the device is known by now"


def test_an_own_account_heals_no_address(desk: Desk, chief: str, browser: httpx2.Client) -> None:
    for n in range(60):
        assert enter(browser, STRANGER, f"ai.do.{n}@bao.example", WRONG) == 401
        if n % 20 == 9:
            with desk.anonymous() as own:
                assert enter(own, STRANGER, chief, PASSWORD) == 303
    assert enter(browser, STRANGER, "ai.do@bao.example", WRONG) == 429
    assert enter(browser, HOME, "ai.do@bao.example", WRONG) == 401


def test_addresses_of_one_64_are_one(desk: Desk, chief: str) -> None:
    tried = [guess(desk, f"ai.do.{n}@bao.example", [f"2001:db8:1:2::{n:x}"]) for n in range(61)]
    assert tried == [[401]] * 60 + [[429]]


def test_a_stolen_session_s_guesses_do_not_keep_the_owner_from_a_new_password(desk: Desk, chief: str) -> None:
    thief, owner = (Person(desk.base_url, desk.store, chief) for _ in range(2))
    wrong = {"old": WRONG, "new": "đò đưa sông Mã", "again": "đò đưa sông Mã"}
    tried = [thief.post("/mat-khau", wrong).status_code for _ in range(6)]
    assert tried == [422] * 5 + [429]
    assert thief.post("/tai-khoan/hai-lop/tat", {"password": WRONG}).status_code == 429
    assert owner.post("/mat-khau", {**wrong, "old": PASSWORD}).is_redirect


def test_who_knows_the_password_locks_nobody_out_by_codes(desk: Desk, chief: str, browser: httpx2.Client) -> None:
    user_id = next(one.id for one in directory.listed(desk.store) if one.email == chief)
    secret = second_factor.new_secret()
    codes = second_factor.turn_on(desk.store, user_id, secret, pyotp.TOTP(secret).at(time.time()))
    assert codes

    def try_code(client: httpx2.Client, address: str, code: str) -> int:
        assert enter(client, address, chief, PASSWORD) == 303
        own = {"x-forwarded-for": address}
        return client.post("/desk/dang-nhap/ma", data={"code": code}, headers=own).status_code

    assert try_code(browser, HOME, codes[0]) == 303
    with desk.anonymous() as thief:
        tried = [try_code(thief, STRANGER, "000000") for _ in range(8)]
        assert tried == [401] * 5 + [429] * 3
    with desk.anonymous() as elsewhere:
        assert try_code(elsewhere, HOME, codes[1]) == 303
    assert try_code(browser, STRANGER, codes[2]) == 303
