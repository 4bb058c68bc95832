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


@pytest.mark.parametrize(
    "address",
    """10.0.0.7 127.0.0.1 ::1 fd00::1 fe80::1%eth0 192.168.1.4 172.31.9.9 169.254.1.1 100.64.0.1 100.127.255.254
    ::ffff:10.0.0.7 x""".split(),
)
def test_private_addresses(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    # The second line: addresses that nobody has. Whoever sends them is held like everybody.
    """14.160.25.9 2001:ee0::1 100.63.255.255 100.128.0.1 172.32.0.1 192.169.0.1 ::ffff:14.160.25.9
    203.0.113.9 198.51.100.1 192.0.2.1 2001:db8::1 198.18.0.1 240.0.0.1 0.0.0.0 ::""".split(),
)
def test_all_others_are_held_by_limits(address: str) -> None:
    assert not is_private(address)
