"""Whose an address is."""

import pytest

from shared.addresses import blocks, is_private


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("203.0.113.9", ("203.0.113.9",)),
        ("::ffff:203.0.113.9", ("203.0.113.9",)),
        ("2001:ee0:4f1a:1234:aaaa:bbbb:cccc:dddd", ("2001:ee0:4f1a:1234::/64", "2001:ee0:4f1a::/48")),
        ("2001:0EE0:4f1a:1234::1", ("2001:ee0:4f1a:1234::/64", "2001:ee0:4f1a::/48")),
        ("2001:ee0:4f1a:1235::1", ("2001:ee0:4f1a:1235::/64", "2001:ee0:4f1a::/48")),
        ("fe80::1%eth0", ("fe80::/64", "fe80::/48")),
        ("no address", ("no address",)),
        ("2001:\x00:1", ("2001:\x00:1",)),
        ("địa chỉ" * 20, (("địa chỉ" * 20)[:64],)),
    ],
)
def test_an_address_lies_in_its_client_s_block_and_in_its_site_s(address: str, found: tuple[str, ...]) -> None:
    assert blocks(address) == found


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "::1", "fd00::1", "192.168.1.4", "", "x"])
def test_private_addresses(address: str) -> None:
    assert is_private(address)
    assert not is_private("14.160.25.9") and not is_private("2001:ee0::1")
