"""Passkeys at the desk: coming in with one, showing with one that it is oneself, one's own list of them."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts import entry, guessing
from services.ingest.accounts.store import passkeys, sessions
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import back
from services.ingest.desk_kit.session import needs, needs_proof, refuse_foreign_origin
from services.ingest.kit import security_log
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Unauthorized
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from shared.database import engine

router = APIRouter()
# What a device answers is some hundred bytes; keys of the larger kinds take two thousand.
_ANSWER_CHARS = 16_000
_REFUSED = "Khóa truy cập này không vào được; hãy thử lại hoặc dùng mật khẩu."


@router.get("/dang-nhap/khoa")
def asked(request: Request) -> Response:
    """What a browser is asked before a log-in."""
    return json_answer(passkeys.asked("log-in"))


@router.post("/dang-nhap/khoa")
def log_in(request: Request, form: Form) -> Response:
    """{to}: the page to go on with."""
    refuse_foreign_origin(request)
    tried = guessing.client(request)
    user_id = passkeys.accept(engine("ingest"), "log-in", "", form.text("credential", _ANSWER_CHARS))
    if user_id is None:
        security_log.note("log-in refused", request, "passkey")
        raise Unauthorized(_REFUSED)
    guessing.give_back(tried)
    tiep = entry.inside(form.text("tiep"))
    return entry.signed_in(request, sessions.open_session(engine("ingest"), user_id), tiep, json_answer({"to": tiep}))


@router.get("/xac-nhan/khoa")
def asked_again(request: Request, who: Annotated[Account, needs(Action.self)]) -> Response:
    return json_answer(passkeys.asked("proof", request.state.token))


@router.post("/xac-nhan/khoa")
def prove(request: Request, who: Annotated[Account, needs(Action.self)], form: Form) -> Response:
    """In place of password and code."""
    tried = guessing.again(request)
    answer = form.text("credential", _ANSWER_CHARS)
    if passkeys.accept(engine("ingest"), "proof", request.state.token, answer) != who.id:
        security_log.note("passkey refused", request, who.email)
        raise Unauthorized("Khóa truy cập này không phải của bạn.")
    guessing.give_back(tried)
    sessions.prove(engine("ingest"), request.state.token)
    return json_answer({"to": entry.inside(form.text("tiep"))})


@router.post("/tai-khoan/khoa/moi")
def asked_new(request: Request, who: Annotated[Account, needs_proof(Action.self)]) -> Response:
    return json_answer(passkeys.asked_new(engine("ingest"), who.id, request.state.token))


@router.post("/tai-khoan/khoa")
def add(request: Request, who: Annotated[Account, needs_proof(Action.self)], form: Form) -> Response:
    answer = form.text("credential", _ANSWER_CHARS)
    passkeys.add(engine("ingest"), who.id, request.state.token, form.text("name", 100), answer)
    return json_answer({"to": "/desk/tai-khoan"})


@router.post("/tai-khoan/khoa/bo")
def remove(request: Request, who: Annotated[Account, needs_proof(Action.self)], form: Form) -> Response:
    if not passkeys.remove(engine("ingest"), who.id, form.number("id") or 0):
        return back("/desk/tai-khoan", "Khóa này đã bị bỏ từ trước.", "warn")
    return back("/desk/tai-khoan", "Đã bỏ khóa truy cập: máy ấy không vào được bằng nó nữa.")
