"""Accounts: who is at the paper, as what, at which sections; invitations; the table of rights to read."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts.store import accounts, directory, invitations
from services.ingest.desk_kit.forms import Fields, Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs, needs_proof
from services.ingest.kit.actors import Account, Role
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from services.ingest.kit.rights import RIGHTS, ROLE_NAMES, Action
from services.ingest.sections import store as sections
from shared.database import engine
from shared.settings import get_settings

router = APIRouter()
NAV = (NavItem("/desk/tai-khoan-khac", "Tài khoản", Action.users, group="Quản trị", key="u"),)
_HERE = "/desk/tai-khoan-khac"


@router.get("/tai-khoan-khac")
def listed(request: Request, who: Annotated[Account, needs(Action.users)]) -> Response:
    return _page(request, who)


@router.post("/tai-khoan-khac/moi")
def invite(request: Request, who: Annotated[Account, needs_proof(Action.users)], form: Form) -> Response:
    """Make an invitation; its link is shown once."""
    try:
        token = invitations.invite(
            engine("ingest"), form.text("email"), _role(form), form.text("name"), _sections(form), by=who.actor_name
        )
    except Invalid as invalid:
        return _page(request, who, 422, errors=invalid.errors)
    link = f"{get_settings().ingest_url}/desk/moi/{token}"
    return _page(request, who, link=link, invited=form.text("email"))


@router.post("/tai-khoan-khac/loi-moi/{invitation_id}/thu-hoi")
def revoke(invitation_id: RowId, who: Annotated[Account, needs(Action.users)]) -> Response:
    invitations.revoke(engine("ingest"), invitation_id, by=who.actor_name)
    return back(_HERE, "Đã thu hồi lời mời.")


@router.get("/tai-khoan-khac/{user_id}")
def edit(request: Request, user_id: RowId, who: Annotated[Account, needs(Action.users)]) -> Response:
    return page(request, who, "user.html", user=_user(user_id), sections=sections.listed(engine("ingest")), password="")


@router.post("/tai-khoan-khac/{user_id}")
def change(user_id: RowId, who: Annotated[Account, needs_proof(Action.users)], form: Form) -> Response:
    """Change role and sections; sessions of the account end when it may lose a right."""
    user = _user(user_id)
    try:
        accounts.change_account(
            engine("ingest"),
            user.id,
            name=form.text("name", 200),
            role=_role(form),
            section_ids=_sections(form),
            by=who.actor_name,
        )
    except ValueError:
        raise Conflict("Phải còn ít nhất một tài khoản quản trị.") from None
    return back(_HERE, f"Đã sửa tài khoản {user.email}.")


@router.post("/tai-khoan-khac/{user_id}/mat-khau")
def reset_password(request: Request, user_id: RowId, who: Annotated[Account, needs_proof(Action.users)]) -> Response:
    """A one-time password, shown once; the second factor is off."""
    user = _user(user_id)
    password = accounts.reset_password(engine("ingest"), user.id, by=who.actor_name)
    every = sections.listed(engine("ingest"))
    return page(request, who, "user.html", user=_user(user_id), sections=every, password=password)


@router.post("/tai-khoan-khac/{user_id}/dong")
def disable(user_id: RowId, who: Annotated[Account, needs_proof(Action.users)]) -> Response:
    user = _user(user_id)
    try:
        accounts.disable(engine("ingest"), user.email, by=who.actor_name)
    except ValueError:
        raise Conflict("Phải còn ít nhất một tài khoản quản trị.") from None
    return back(_HERE, f"Đã khóa tài khoản {user.email}; các phiên của tài khoản này đã kết thúc.")


@router.post("/tai-khoan-khac/{user_id}/mo")
def enable(user_id: RowId, who: Annotated[Account, needs_proof(Action.users)]) -> Response:
    user = _user(user_id)
    accounts.enable(engine("ingest"), user.email, by=who.actor_name)
    return back(_HERE, f"Đã mở lại tài khoản {user.email}.")


def _page(
    request: Request,
    who: Account,
    status: int = 200,
    *,
    errors: list[dict[str, str]] | None = None,
    link: str = "",
    invited: str = "",
) -> Response:
    return page(
        request,
        who,
        "users.html",
        status,
        users=directory.listed(engine("ingest")),
        invitations=invitations.waiting(engine("ingest")),
        sections=sections.listed(engine("ingest")),
        rights={action.value: [RIGHTS[action][role].name for role in ROLE_NAMES] for action in RIGHTS},
        errors=errors or [],
        link=link,
        invited=invited,
    )


def _user(user_id: int) -> directory.ListedAccount:
    found = next((one for one in directory.listed(engine("ingest")) if one.id == user_id), None)
    if found is None:
        raise NotFound("Không có tài khoản này.")
    return found


def _role(form: Fields) -> Role:
    if form.text("role") not in set(Role):
        raise Invalid.of("role", "Hãy chọn vai trò.")
    return Role(form.text("role"))


def _sections(form: Fields) -> list[int] | None:
    """The chosen sections, None for all of them. Raises Invalid for one that does not exist."""
    if form.text("desks") != "some":
        return None
    known = {one.id for one in sections.listed(engine("ingest"))}
    chosen = form.numbers("section")
    if not set(chosen) <= known:
        raise Invalid.of("section", "Không có chuyên mục này.")
    return chosen
