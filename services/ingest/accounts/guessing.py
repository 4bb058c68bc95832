"""Guesses at passwords and codes: bounded for an account as a whole, and no lock in a stranger's hand.

A known device (accounts.devices) has its own bound, and no other counts for it. A stranger's try is taken from all of:

    client and account        at once, then each waits longer    20, and then one an hour
    /48 of IPv6 and account   the same, twice                    40, and then two an hour
    account                   all strangers together             50, and then one a minute (codes: ten an hour)
    client, /48               whatever the account               60 and 240, and then 240 and 900 an hour

So one client never uses up an account's: that takes many, and then the owner has a known device, or has the
administrator give a one-time password, which no bound of an account holds since nobody guesses it. Only a right try is
given back, and only that one: an own account heals nothing.
"""

from fastapi import Request

from services.ingest.accounts.devices import device_of
from services.ingest.accounts.store.holders import Holder
from services.ingest.kit import tries
from services.ingest.kit.tries import give_back
from shared.addresses import blocks
from shared.limits import AddressLimit, Bound, Tries, bounded

__all__ = ["again", "client", "code", "give_back", "password"]

CLIENT = (Bound(5, 30), Bound(10, 300), Bound(20, 3600))
SITE = tuple(Bound(2 * burst, each / 2) for burst, each in CLIENT)
STRANGERS, STRANGERS_CODES = Bound(50, 60), Bound(50, 360)
ADDRESS = AddressLimit("log-in", Bound(60, 15), Bound(240, 4), spare_private=False)
_INSTEAD = "Hoặc đăng nhập từ máy đã từng đăng nhập, hay nhờ người quản trị đặt lại mật khẩu."


def password(request: Request, holder: Holder | None, email: str) -> Tries:
    """Take a try at the password of whoever has this address. Raises TooMany."""
    name = f"password {holder.id}" if holder else f"nobody {email.lower()}"
    return _take(request, holder, name, () if holder and holder.one_time else (STRANGERS,))


def code(request: Request, holder: Holder) -> Tries:
    """Take a try at a code of the second factor, of somebody whose password was right. Raises TooMany."""
    return _take(request, holder, f"code {holder.id}", (STRANGERS_CODES,))


def again(request: Request) -> Tries:
    """Take a try at the password of who is signed in. Raises TooMany.

    The bound is the session's own: a stolen one keeps nobody out of another.
    """
    return tries.take(bounded(f"session {request.state.token}", *CLIENT))


def client(request: Request) -> Tries:
    """Take a try of an address at whatever it is. Raises TooMany."""
    return tries.take(ADDRESS.tries(_address(request)))


def _take(request: Request, holder: Holder | None, name: str, strangers: tuple[Bound, ...]) -> Tries:
    if holder and (device := device_of(request, holder)):
        return tries.take(bounded(f"{name} device {device}", *CLIENT))
    near = zip(blocks(_address(request)), (CLIENT, SITE), strict=False)
    wanted = tuple(one for block, bounds in near for one in bounded(f"{name} {block}", *bounds))
    return tries.take(wanted + bounded(name, *strangers) + ADDRESS.tries(_address(request)), _INSTEAD)


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"
