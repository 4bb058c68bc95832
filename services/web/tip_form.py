"""The answer to the tips form: `POST /gui-tin`."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Message

from services.web.asked import Address, Web, state
from services.web.cache import PageUnavailable
from services.web.page import Page
from services.web.pages import tip as pages
from services.web.tipping import MAX_TEXT, TipForm, Tips, read_tip
from shared.asgi import problem
from shared.contracts.from_readers import TIP_PHOTO_BYTES, TIP_PHOTOS

router = APIRouter(include_in_schema=False)
MAX_BYTES = TIP_PHOTOS * TIP_PHOTO_BYTES + 1_000_000
_FIELD_BYTES = 8 * MAX_TEXT
_MOST_FILES = 3 * TIP_PHOTOS
"""More than are taken: who sends too many is told so."""
_AT_ONCE = 3
"""Forms of so many bytes in one process's memory and temporary folder."""
_TURNS = asyncio.Semaphore(_AT_ONCE)
_TURN_SECONDS = 10.0


class TooLong(Exception):
    """More than MAX_BYTES were sent."""


@router.post(pages.PATH)
async def send(request: Request, web: Web, address: Address) -> Response:
    """Take a tip; what is wrong with one is answered by the form as it was filled in."""
    tips: Tips = request.app.state.tips
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return problem(403, "Không nhận", "Tin phải gửi từ trang của báo.")
    try:
        await asyncio.wait_for(_TURNS.acquire(), _TURN_SECONDS)
    except TimeoutError:
        return await _again(request, 503, "Nhiều người đang gửi tin cùng lúc; hãy thử lại sau ít phút.")
    try:
        fields, photos = await _sent(request)
        typed = read_tip(fields, photos)
        if typed.problems:
            return await _again(request, 422, *typed.problems, typed=typed)
        if await asyncio.to_thread(tips.wait, address):
            return await _again(request, 429, "Bạn gửi nhiều quá nhanh; hãy chờ mười phút rồi gửi lại.", typed=typed)
        if not typed.trapped:
            await asyncio.to_thread(tips.send, typed, photos, address)
    except TooLong:
        most = f"{TIP_PHOTOS} ảnh, mỗi ảnh {TIP_PHOTO_BYTES // 1_000_000} MB"
        return await _again(request, 413, f"Các ảnh nặng quá: nhiều nhất {most}.")
    except (MultiPartException, HTTPException, ValueError):
        return await _again(request, 422, "Không đọc được biểu mẫu gửi lên.")
    except OSError:
        return await _again(request, 503, "Chưa nhận được tin; hãy thử lại sau ít phút.", typed=typed)
    finally:
        _TURNS.release()
    return RedirectResponse(f"{pages.PATH}#da-nhan", 303)


async def _sent(request: Request) -> tuple[dict[str, str], list[bytes]]:
    """Texts, and the photos; a file field that was left empty is none. Raises TooLong."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BYTES:
        raise TooLong
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > MAX_BYTES:
            raise TooLong
        return message

    form = Request(request.scope, counted).form(max_files=_MOST_FILES, max_fields=20, max_part_size=_FIELD_BYTES)
    async with form as read:
        texts = {name: value for name, value in read.multi_items() if isinstance(value, str)}
        files = [one for name, one in read.multi_items() if isinstance(one, UploadFile) and name == "photo"]
        return texts, [await one.read() for one in files if one.size]


async def _again(request: Request, status: int, *problems: str, typed: TipForm | None = None) -> Response:
    """The form as it was filled in."""
    responder = state(request).responder
    known = (typed.name, typed.contact, typed.text) if typed else ()
    try:
        page: Page = await responder.work(lambda site: pages.filled(site, problems, *known), pages.PATH)
    except PageUnavailable:
        return responder.unavailable(request)
    headers = {"retry-after": "600" if status == 429 else "60"} if status in (429, 503) else {}
    return responder.made(replace(page, status=status), headers)
