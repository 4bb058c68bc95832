"""Readers by IPv6 are answered as the others are."""

import socket

import pytest

from tests.compose.house import SITE_HOST, ComposeHouse


def test_readers_by_ipv6_are_answered(house: ComposeHouse) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no ::1")
    answer = house.ask(SITE_HOST, "GET", "/", address="[::1]")
    assert answer.status_code == 200
    assert "Báo Thử" in answer.text
    # Within its networks nginx has an address of its own, that it listens on.
    assert house.compose(
        "exec", "nginx", "wget", "-q", "-O", "-", "--header", f"Host: {SITE_HOST}", "http://[::1]:8080/"
    )
