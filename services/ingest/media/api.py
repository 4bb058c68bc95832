"""POST /api/media: one picture a call, rebuilt from its pixels."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from services.ingest.accounts.bearer import actor
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.costly import costly
from services.ingest.kit.errors import Invalid, TooLarge
from services.ingest.kit.requests import bounded, expect_type, json_answer
from services.ingest.media import imaging, uploads
from services.ingest.media import store as media
from shared.database import engine
from shared.settings import get_settings
from shared.vietnamese.text import one_line, plain

router = APIRouter()
# The form around the file: names, boundaries, captions.
_FORM_BYTES = 100_000


@router.post("/api/media")
async def upload(request: Request) -> Response:
    """Form fields: `file`, and `caption`, `credit`, `alt` where known. Answers {"id", "url", "width", "height"}."""
    who = await actor(request, Scope.draft)
    expect_type(request, "multipart/form-data")
    await run_in_threadpool(uploads.take_try, who.name)
    read = bounded(request, imaging.MAX_UPLOAD_BYTES + _FORM_BYTES)
    try:
        async with read.form(max_files=1, max_fields=10, max_part_size=20_000) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Invalid.of("file", "Thiếu tệp ảnh trong trường “file”.")
            if (file.size or 0) > imaging.MAX_UPLOAD_BYTES:
                raise TooLarge(f"Ảnh lớn quá {imaging.MAX_UPLOAD_BYTES // 1_000_000} MB.", "file")
            words = {name: _words(name, form.get(name)) for name in ("caption", "credit", "alt")}
            row = await costly(who.name, _keep, file, who, words)
    except (MultiPartException, HTTPException):
        raise Invalid.of("file", "Không đọc được biểu mẫu gửi lên.") from None
    members = {
        "id": row.id,
        "url": get_settings().site_url + media.MEDIA + row.path,
        "width": row.width,
        "height": row.height,
    }
    return json_answer(members, 201)


def _words(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "\x00" in value:
        raise Invalid.of(name, "Phải là chữ.")
    words = plain(value).strip() if name == "caption" else one_line(value)
    if len(words) > 2000:
        raise Invalid.of(name, "Quá dài: nhiều nhất 2000 ký tự.")
    return words


def _keep(file: UploadFile, who: Actor, words: dict[str, str]) -> Any:
    with tempfile.NamedTemporaryFile(prefix="toasoan-upload-") as copy:
        shutil.copyfileobj(file.file, copy)
        copy.flush()
        rebuilt = imaging.rebuild(Path(copy.name), get_settings().media_dir)
    return media.keep(engine("ingest"), rebuilt, who, media.Origin(one_line(file.filename or "")), **words)
