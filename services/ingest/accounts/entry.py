"""How a session begins, and where it leads."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from services.ingest.accounts import devices
from services.ingest.accounts.store import accounts, holders, sessions
from services.ingest.desk_kit.session import cookie_name, set_cookie
from shared.database import engine


def signed_in(request: Request, token: str, tiep: str, answer: Response | None = None) -> Response:
    """The new session takes the place of the one that this browser had, which is known from now on."""
    if old := request.cookies.get(cookie_name()):
        sessions.log_out(engine("ingest"), old)
    answer = answer or RedirectResponse(tiep, 303)
    keep(request, answer, token)
    return answer


def keep(request: Request, answer: Response, token: str) -> None:
    """The session's cookie and its device's."""
    sessions.describe(engine("ingest"), token, request.headers.get("user-agent", ""))
    set_cookie(answer, token, seconds=int(sessions.SESSION.total_seconds()))
    who = accounts.account_of(engine("ingest"), token)
    if who and (holder := holders.by_id(engine("ingest"), who.id)):
        devices.remember(answer, holder)


def inside(path: str) -> str:
    """A path of the desk, and nothing that leads anywhere else."""
    is_inside = path.startswith("/desk/") and "\\" not in path and "//" not in path and path.isprintable()
    return path if is_inside else "/desk/"
