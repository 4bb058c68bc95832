"""One's own account: what one may do, and the second factor."""

import hmac
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts import guessing
from services.ingest.accounts.store import accounts, passkeys, second_factor, sessions
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import back, page
from services.ingest.desk_kit.session import needs, needs_proof
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Conflict, Forbidden
from services.ingest.kit.rights import RIGHTS, Action, Reach
from services.ingest.sections import store as sections
from shared.database import engine
from shared.settings import get_settings

router = APIRouter()


@router.get("/tai-khoan")
def mine(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    left = second_factor.recovery_left(engine("ingest"), who.id) if who.has_second_factor else 0
    own = [one.name for one in sections.listed(engine("ingest")) if who.works_at(one.id)]
    can = [action.value for action in RIGHTS if rights.reach(who, action) > Reach.none and action is not Action.self]
    opened = sessions.of_user(engine("ingest"), who.id, request.state.token)
    return page(
        request,
        who,
        "account.html",
        recovery_left=left,
        own_sections=own,
        can=can,
        opened=opened,
        passkeys=passkeys.of_user(engine("ingest"), who.id),
        can_passkeys=passkeys.place() is not None,
    )


@router.post("/tai-khoan/phien")
def end_session(request: Request, who: Annotated[Account, needs(Action.self)], form: Form) -> Response:
    """One session of one's own, or all others."""
    ended = sessions.end(engine("ingest"), who.id, form.text("id", 64), request.state.token)
    if not ended:
        return back("/desk/tai-khoan", "Phiên này đã kết thúc từ trước.", "warn")
    return back("/desk/tai-khoan", f"Đã kết thúc {ended} phiên.")


@router.get("/tai-khoan/hai-lop")
def offer(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    """A secret to scan; it counts only after a code of it."""
    if who.has_second_factor:
        raise Conflict("Tài khoản đã bật xác thực hai lớp.")
    return _offer(request, who, second_factor.new_secret(), "")


@router.post("/tai-khoan/hai-lop")
def turn_on(request: Request, who: Annotated[Account, needs_proof(Action.self)], form: Form) -> Response:
    """Recovery codes stand on the answer and nowhere else."""
    if who.has_second_factor:
        raise Conflict("Tài khoản đã bật xác thực hai lớp.")
    secret = form.text("secret", 64)
    if not hmac.compare_digest(form.text("seal").encode("utf-8", "replace"), _seal(who, secret).encode()):
        raise Forbidden("Biểu mẫu này không phải của bạn.")
    codes = second_factor.turn_on(engine("ingest"), who.id, secret, "".join(form.text("code").split()))
    if codes is None:
        return _offer(request, who, secret, "Mã không đúng; hãy xem giờ của điện thoại có đúng không.", 422)
    return page(request, who, "second_factor_codes.html", codes=codes)


@router.post("/tai-khoan/hai-lop/tat")
def turn_off(request: Request, who: Annotated[Account, needs(Action.self)], form: Form) -> Response:
    """Only with the password."""
    tried = guessing.again(request)
    if not accounts.password_is(engine("ingest"), who.id, form.raw("password")):
        return back("/desk/tai-khoan", "Mật khẩu không đúng.", "error")
    guessing.give_back(tried)
    second_factor.turn_off(engine("ingest"), who.id)
    return back("/desk/tai-khoan", "Đã tắt xác thực hai lớp.")


def _offer(request: Request, who: Account, secret: str, error: str, status: int = 200) -> Response:
    return page(
        request,
        who,
        "second_factor.html",
        status,
        secret=secret,
        seal=_seal(who, secret),
        picture=second_factor.picture(secret, who.email),
        error=error,
    )


def _seal(who: Account, secret: str) -> str:
    """Shows that the secret was offered here: nobody can be made to take one that somebody else knows."""
    key = b"second-factor:" + get_settings().secret_key.encode()
    return hmac.new(key, f"{who.id}:{secret}".encode("utf-8", "replace"), sha256).hexdigest()
