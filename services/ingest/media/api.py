"""POST /api/media: one file a call; pictures are rebuilt from their pixels, others checked from end to end."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from services.ingest.accounts.bearer import Writer
from services.ingest.kit.actors import Actor
from services.ingest.kit.costly import costly
from services.ingest.kit.errors import Invalid, TooLarge
from services.ingest.kit.requests import bounded, expect_type, json_answer
from services.ingest.media import imaging, taking, uploads
from services.ingest.media import store as media
from services.ingest.media.tables import MediaRow
from shared.api.described import BodyTaken, Part
from shared.api.problems import answer
from shared.settings import get_settings
from shared.vietnamese.text import one_line, plain

router = APIRouter(tags=["media"])
# The form around the file: names, boundaries, captions.
_FORM_BYTES = 100_000
_MOST_BYTES = imaging.MAX_UPLOAD_BYTES + _FORM_BYTES
_WORDS = ("caption", "credit", "alt")
_MOST_CHARS = 2000
_TAKEN = "JPEG, PNG, WebP, GIF, HEIC, AVIF; MP4, WebM; M4A, MP3; WebVTT; PDF."


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file and what is said about it; it is there until the call ends."""

    file: UploadFile
    words: dict[str, str]


class FileForm(Part):
    """The form with a file. Each counts as a try of whoever sends it."""

    problems = (413, 415, 422, 429)

    def __init__(self) -> None:
        texts = {name: {"type": "string", "maxLength": _MOST_CHARS} for name in _WORDS}
        file = {"type": "string", "format": "binary", "description": _TAKEN}
        form = {"type": "object", "properties": {"file": file, **texts}, "required": ["file"]}
        self.sent = BodyTaken({"multipart/form-data": form}, _MOST_BYTES)

    async def __call__(self, request: Request, who: Writer) -> AsyncIterator[SentFile]:
        expect_type(request, "multipart/form-data")
        await run_in_threadpool(uploads.take_try, who.name)
        form = bounded(request, _MOST_BYTES).form(max_files=1, max_fields=10, max_part_size=20_000)
        try:
            read = await form
        except (MultiPartException, HTTPException):
            raise Invalid.of("file", "Không đọc được biểu mẫu gửi lên.") from None
        try:
            file = read.get("file")
            if not isinstance(file, UploadFile):
                raise Invalid.of("file", "Thiếu tệp trong trường “file”.")
            if (file.size or 0) > imaging.MAX_UPLOAD_BYTES:
                raise TooLarge(f"Tệp lớn quá {imaging.MAX_UPLOAD_BYTES // 1_000_000} MB.", "file")
            yield SentFile(file, {name: _words(name, read.get(name)) for name in _WORDS})
        finally:
            await read.close()


class MediaAnswer(BaseModel):
    """A file; a picture's `id` is an article's `media_id`, the `url` of any other stands in a story block."""

    id: int
    url: str
    width: int
    height: int


@router.post("/api/media", status_code=201, response_model=MediaAnswer, responses={503: answer(503)})
async def upload(who: Writer, sent: Annotated[SentFile, Depends(FileForm())]) -> Response:
    """One file: a picture, made anew from its pixels, or a film, sound, subtitles or a PDF, kept as it came."""
    row = await costly(who.name, _keep, sent.file, who, sent.words)
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
    if len(words) > _MOST_CHARS:
        raise Invalid.of(name, f"Quá dài: nhiều nhất {_MOST_CHARS} ký tự.")
    return words


def _keep(file: UploadFile, who: Actor, words: dict[str, str]) -> MediaRow:
    folder = get_settings().media_dir
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the store: what stays as it came is moved there.
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as place:
        copy = Path(place) / "file"
        with copy.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        return taking.take(copy, one_line(file.filename or ""), who, words=words)
