"""The cookie of a known device: what it is good for, and for how long."""

import time
from dataclasses import replace

import pytest
from fastapi import Request
from fastapi.responses import Response

from services.ingest.accounts import devices
from services.ingest.accounts.store.holders import Holder

LAN = Holder(7, "stamp", one_time=False)


def cookie_of(holder: Holder) -> str:
    answer = Response()
    devices.remember(answer, holder)
    return answer.headers["set-cookie"].partition(";")[0]


def asking(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})


def test_a_device_has_a_name_of_its_own_for_180_days(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = cookie_of(LAN), cookie_of(LAN)
    names = [devices.device_of(asking(one), LAN) for one in (first, second)]
    assert all(names) and names[0] != names[1]
    now = time.time()
    for days, known in ((179, True), (181, False)):
        monkeypatch.setattr(time, "time", lambda later=now + days * 86_400: later)
        assert bool(devices.device_of(asking(first), LAN)) == known


def test_another_account_another_password_and_what_was_made_up_are_strangers() -> None:
    cookie = cookie_of(LAN)
    name, _, value = cookie.partition("=")
    assert not devices.device_of(asking(cookie), replace(LAN, stamp="another"))
    assert not devices.device_of(asking(cookie.replace("-7-", "-8-")), replace(LAN, id=8))
    head, _, mac = value.rpartition(".")
    later = f"{head.partition('.')[0]}.{int(time.time()) + 10**9}.{mac}"
    for forged in ("", ".", "a.b.c", "é.9.0", later, value[:-1], f"{value}0"):
        assert not devices.device_of(asking(f"{name}={forged}"), LAN)
