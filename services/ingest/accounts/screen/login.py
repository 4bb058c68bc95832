"""Coming in and going out: log-in, the second factor's code, log-out, a new password, an invitation taken up."""

import hmac
import time
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import IntegrityError

from services.ingest.accounts import entry, guessing
from services.ingest.accounts.store import accounts, holders, invitations, passkeys, second_factor, sessions
from services.ingest.accounts.store.accounts import PASSWORD_LENGTH, PasskeyWanted, SecondFactorWanted
from services.ingest.accounts.weak_passwords import is_weak
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import back, page
from services.ingest.desk_kit.session import cookie_name, csrf_token, needs, refuse_foreign_origin, set_cookie
from services.ingest.kit import security_log
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from shared.database import engine
from shared.settings import get_settings

router = APIRouter()
# Between the password and the code.
_CODE_SECONDS = 300
_WRONG = "Địa chỉ thư hoặc mật khẩu không đúng."
_PASSKEY = "Mật khẩu đúng, nhưng tòa soạn yêu cầu hai lớp: hãy đăng nhập bằng khóa truy cập của bạn."


@router.get("/dang-nhap")
def log_in_page(request: Request) -> Response:
    return _log_in(request, tiep=entry.inside(request.query_params.get("tiep", "")))


@router.post("/dang-nhap")
def log_in(request: Request, form: Form) -> Response:
    """The same answer in the same time for a wrong password and for an account that does not exist."""
    refuse_foreign_origin(request)
    email, tiep = form.text("email")[:254], entry.inside(form.text("tiep"))
    tried = guessing.password(request, holders.by_email(engine("ingest"), email), email)
    found = accounts.log_in(engine("ingest"), email, form.raw("password"))
    if found is None:
        security_log.note("log-in refused", request, email.lower())
        return _log_in(request, 401, tiep=tiep, email=email, error=_WRONG)
    guessing.give_back(tried)
    if isinstance(found, PasskeyWanted):
        return _log_in(request, 403, tiep=tiep, email=email, error=_PASSKEY)
    if isinstance(found, SecondFactorWanted):
        answer: Response = RedirectResponse(f"/desk/dang-nhap/ma?tiep={quote(tiep)}", 303)
        set_cookie(answer, _half_way(found.user_id), "nua-duong", _CODE_SECONDS)
        return answer
    return entry.signed_in(request, found, tiep)


@router.get("/dang-nhap/ma")
def code_page(request: Request) -> Response:
    if _who_is_half_way(request) is None:
        return RedirectResponse("/desk/dang-nhap", 303)
    return page(request, None, "login_code.html", tiep=entry.inside(request.query_params.get("tiep", "")), error="")


@router.post("/dang-nhap/ma")
def take_code(request: Request, form: Form) -> Response:
    refuse_foreign_origin(request)
    user_id, tiep = _who_is_half_way(request), entry.inside(form.text("tiep"))
    holder = holders.by_id(engine("ingest"), user_id) if user_id else None
    if user_id is None or holder is None:
        return back("/desk/dang-nhap", "Đã quá lâu từ khi nhập mật khẩu; hãy đăng nhập lại.", "warn")
    tried = guessing.code(request, holder)
    if not second_factor.accept(engine("ingest"), user_id, form.text("code")):
        security_log.note("code refused", request, f"code:{user_id}")
        error = "Mã không đúng hoặc đã dùng. Mỗi mã chỉ dùng được một lần."
        return page(request, None, "login_code.html", 401, tiep=tiep, error=error)
    guessing.give_back(tried)
    answer = entry.signed_in(request, sessions.open_session(engine("ingest"), user_id), tiep)
    set_cookie(answer, "", "nua-duong")
    return answer


@router.get("/phien")
def session(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    """For a page that was opened in an earlier session: whose it is now, and what its forms must bring."""
    return json_answer({"id": who.id, "csrf": csrf_token(request.state.token)})


@router.get("/da-vao")
def signed_in(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    """After a log-in beside a page that waits for it."""
    return page(request, who, "signed_in.html")


@router.post("/dang-xuat")
def log_out(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    sessions.log_out(engine("ingest"), request.state.token)
    answer = back("/desk/dang-nhap", "Đã đăng xuất.")
    set_cookie(answer, "")
    return answer


@router.get("/xac-nhan")
def proof_page(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    return _proof(request, who, entry.inside(request.query_params.get("tiep", "")))


@router.post("/xac-nhan")
def prove(request: Request, who: Annotated[Account, needs(Action.self)], form: Form) -> Response:
    """Password, and code where there is one, once more: the steps that change who may enter are open for a while."""
    tiep, tried = entry.inside(form.text("tiep")), guessing.again(request)
    right = accounts.password_is(engine("ingest"), who.id, form.raw("password"))
    if right and who.has_second_factor:
        right = second_factor.accept(engine("ingest"), who.id, form.text("code"))
    if not right:
        security_log.note("password refused", request, who.email)
        return _proof(request, who, tiep, "Mật khẩu hoặc mã không đúng.", 422)
    guessing.give_back(tried)
    sessions.prove(engine("ingest"), request.state.token)
    return back(tiep, "Đã xác nhận; bây giờ hãy làm lại việc vừa rồi.")


@router.get("/mat-khau")
def password_page(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    return page(request, who, "password.html", errors=[])


@router.post("/mat-khau")
def change_password(request: Request, who: Annotated[Account, needs(Action.self)], form: Form) -> Response:
    """A new password; every other session of the account ends."""
    errors = _password_errors(form, who.email)
    if not errors:
        tried = guessing.again(request)
        if accounts.password_is(engine("ingest"), who.id, form.raw("old")):
            guessing.give_back(tried)
        else:
            security_log.note("password refused", request, who.email)
            errors = [{"field": "old", "message": "Mật khẩu hiện tại không đúng."}]
    if not errors and form.raw("old") == form.raw("new"):
        errors = [{"field": "new", "message": "Mật khẩu mới phải khác mật khẩu cũ."}]
    if errors:
        return page(request, who, "password.html", 422, errors=errors)
    accounts.change_password(engine("ingest"), who.email, form.raw("new"))
    answer = back("/desk/", "Đã đổi mật khẩu. Các phiên khác của bạn đã kết thúc.")
    entry.keep(request, answer, sessions.open_session(engine("ingest"), who.id))
    return answer


@router.get("/moi/{token}")
def invitation_page(request: Request, token: str) -> Response:
    return page(request, None, "invitation.html", invited=invitations.find(engine("ingest"), token), errors=[])


@router.post("/moi/{token}")
def take_up(request: Request, token: str, form: Form) -> Response:
    refuse_foreign_origin(request)
    tried = guessing.client(request)
    invited = invitations.find(engine("ingest"), token)
    guessing.give_back(tried)
    errors = _password_errors(form, invited.email)
    if errors:
        return page(request, None, "invitation.html", 422, invited=invited, errors=errors)
    try:
        user_id = invitations.take_up(engine("ingest"), token, form.text("name"), form.raw("new"))
    except IntegrityError:
        raise Invalid.of("email", "Địa chỉ này đã có tài khoản; hãy đăng nhập.") from None
    return entry.signed_in(request, sessions.open_session(engine("ingest"), user_id), "/desk/")


# ---------------------------------------------------------------- how


def _log_in(request: Request, status: int = 200, *, tiep: str, email: str = "", error: str = "") -> Response:
    words = {"tiep": tiep, "email": email, "error": error, "passkeys": passkeys.place() is not None}
    return page(request, None, "login.html", status, **words)


def _proof(request: Request, who: Account, tiep: str, error: str = "", status: int = 200) -> Response:
    has_passkey = passkeys.place() is not None and bool(passkeys.of_user(engine("ingest"), who.id))
    return page(request, who, "proof.html", status, tiep=tiep, error=error, has_passkey=has_passkey)


def _password_errors(form: Fields, email: str) -> list[dict[str, str]]:
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(form.raw("new")) <= longest:
        return [{"field": "new", "message": f"Mật khẩu dài từ {shortest} đến {longest} ký tự."}]
    if is_weak(form.raw("new"), email):
        return [{"field": "new", "message": "Mật khẩu này quá dễ đoán; hãy ghép vài từ không liên quan đến nhau."}]
    if form.raw("new") != form.raw("again"):
        return [{"field": "again", "message": "Hai lần nhập không giống nhau."}]
    return []


def _half_way(user_id: int) -> str:
    """What the browser brings back to show that the password was right."""
    head = f"{user_id}.{int(time.time()) + _CODE_SECONDS}"
    return f"{head}.{_mac(head)}"


def _who_is_half_way(request: Request) -> int | None:
    head, _, mac = request.cookies.get(cookie_name("nua-duong"), "").rpartition(".")
    if not head or not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(head).encode()):
        return None
    user_id, _, until = head.partition(".")
    return int(user_id) if int(until) > time.time() else None


def _mac(head: str) -> str:
    return hmac.new(b"log-in:" + get_settings().secret_key.encode(), head.encode(), sha256).hexdigest()[:40]
