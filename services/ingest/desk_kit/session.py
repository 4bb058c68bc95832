"""Who asks: the session cookie, the CSRF token, and the dependencies that endpoints name their right with."""

import hmac
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.store import accounts, sessions
from services.ingest.desk_kit.forms import read_form
from services.ingest.kit import rights, still
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Forbidden, Refused
from services.ingest.kit.rights import Action
from shared.database import engine
from shared.settings import get_settings

OPEN = frozenset({"/dang-nhap", "/dang-nhap/ma", "/dang-nhap/khoa", "/moi/{token}"})
"""Paths that need no session. Everything else has `needs` or `needs_article`."""

PASSWORD_PAGE = "/desk/mat-khau"  # noqa: S105
PROOF_PAGE = "/desk/xac-nhan"
ACCOUNT_PAGE = "/desk/tai-khoan"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSignedIn(Refused):
    """No session, or one that has ended."""


class PasswordWanted(Refused):
    """The account still has its one-time password: nothing else before a new one."""


class SecondFactorMissing(Refused):
    """The newsroom requires a second factor, and the account has none yet: nothing else before it."""


class Needs:
    """Dependency: the signed-in account, which may do `action` at least somewhere.

    Raises NotSignedIn, PasswordWanted, SecondFactorMissing, Forbidden (also for a missing CSRF token).
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Account:
        who = await self.account(request)
        rights.require(who, self.action)
        return who

    async def account(self, request: Request) -> Account:
        token = request.cookies.get(cookie_name(), "")
        who = await run_in_threadpool(accounts.account_of, engine("ingest"), token) if token else None
        if who is None:
            raise NotSignedIn("Hãy đăng nhập để tiếp tục.")
        request.state.who, request.state.token = who, token
        if request.method not in _SAFE:
            still.again(request, partial(_refuse_ended, token))
            await _refuse_forgery(request, token)
        if who.must_change_password and self.action is not Action.self:
            raise PasswordWanted("Hãy đổi mật khẩu dùng một lần trước.")
        is_work = self.action is not Action.self
        if is_work and await run_in_threadpool(accounts.lacks_second_factor, engine("ingest"), who):
            raise SecondFactorMissing("Tòa soạn yêu cầu xác thực hai lớp: hãy bật nó hoặc thêm khóa truy cập trước.")
        return who


class ProofWanted(Refused):
    """A step that changes who may enter, long after the password: it is asked for again."""


class NeedsProof(Needs):
    """The same for such steps. Raises ProofWanted where the session's owner gave no password for some time."""

    async def account(self, request: Request) -> Account:
        who = await super().account(request)
        if request.method not in _SAFE and not await run_in_threadpool(
            sessions.is_proven, engine("ingest"), request.state.token
        ):
            raise ProofWanted("Hãy nhập lại mật khẩu để làm việc này.")
        return who


def needs_proof(action: Action) -> Any:
    """For `who: Annotated[Account, needs_proof(Action.users)]`."""
    return Depends(NeedsProof(action))


def needs(action: Action) -> Any:
    """For `who: Annotated[Account, needs(Action.home)]`."""
    return Depends(Needs(action))


# ---------------------------------------------------------------- cookies


def cookie_name(purpose: str = "phien") -> str:
    """`__Host-…` over https; houses side by side on one host differ by their port, which cookies do not know."""
    settings = get_settings()
    prefix = "__Host-" if _https() else ""
    return f"{prefix}toasoan-{purpose}-{settings.ingest_port}"


def set_cookie(answer: Response, value: str, purpose: str = "phien", seconds: int | None = None) -> None:
    """A cookie that scripts cannot read and other sites' forms do not bring; without `seconds`: until it closes."""
    name = cookie_name(purpose)
    if not value:
        answer.delete_cookie(name, path="/", secure=_https(), httponly=True, samesite="lax")
        return
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=_https(), httponly=True, samesite="lax")


def csrf_token(session_token: str) -> str:
    """What forms of this session must bring back."""
    key = b"csrf:" + get_settings().secret_key.encode()
    return hmac.new(key, session_token.encode("utf-8", "replace"), sha256).hexdigest()[:40]


def refuse_foreign_origin(request: Request) -> None:
    """Raises Forbidden for a request that another site made the browser send."""
    origin = request.headers.get("origin")
    if origin is not None:
        own = {request.headers.get("host", ""), urlsplit(get_settings().ingest_url).netloc}
        if urlsplit(origin).netloc not in own:
            raise Forbidden("Yêu cầu này đến từ một trang khác.")
    elif request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("Yêu cầu này đến từ một trang khác.")


async def _refuse_ended(token: str) -> None:
    """A session ends with its account, its role and its password. Raises NotSignedIn."""
    if await run_in_threadpool(accounts.account_of, engine("ingest"), token) is None:
        raise NotSignedIn("Phiên này đã kết thúc; hãy đăng nhập lại.")


async def _refuse_forgery(request: Request, token: str) -> None:
    refuse_foreign_origin(request)
    given = request.headers.get("x-csrf-token") or (await read_form(request)).text("csrf")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), csrf_token(token).encode()):
        raise Forbidden("Trang đã mở quá lâu hoặc phiên đã đổi; hãy tải lại trang rồi làm lại.")


def _https() -> bool:
    return get_settings().ingest_url.startswith("https://")
