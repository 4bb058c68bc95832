"""What readers write to the paper: comments, reports of comments and likes, from its pages or from a program."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Request
from fastapi.responses import Response

from services.web.answers import SentComment, SentLike, SentReport
from services.web.asked import ID, Answered, Commented, public_article, state, within
from services.web.commenting import MAX_BYTES, MAX_POINTED_BYTES, CommentForm, read_comment
from services.web.page import Page
from services.web.pages import comments as comment_pages
from services.web.responding import Responder
from shared.api.described import BodyTaken, Part
from shared.asgi import problem
from shared.contracts.articles import ArticleState


@dataclass(frozen=True, slots=True)
class TypedComment:
    """A comment for an article, as JSON or from the page's form."""

    article: ArticleState
    typed: CommentForm
    is_form: bool
    _responder: Responder
    _refusal: str = "Chưa nhận được bình luận"

    async def refused(self, status: int, errors: Sequence[dict[str, str]]) -> Response:
        """Problem details, or the form again with what was typed."""
        headers = {"retry-after": "20"} if status in (429, 503) else {}
        if not self.is_form:
            return problem(status, self._refusal, errors[0]["message"], errors, headers)
        typed, told = self.typed, " ".join(error["message"] for error in errors)
        parent = str(typed.parent_id or "")
        page: Page = await self._responder.work(
            lambda site: comment_pages.form_answer(
                site, self.article, told, typed.name, typed.email, typed.text, parent
            )
        )
        return self._responder.made(replace(page, status=status), headers)


class CommentRead(Part):
    """A comment that can be meant, sent from one of the paper's pages or by a program."""

    problems = (403, 413, 422)
    sent = BodyTaken(
        {"application/json": SentComment, "application/x-www-form-urlencoded": SentComment},
        MAX_BYTES,
        examples={"comment": {"name": "Bạn đọc Cần Thơ", "text": "Bài viết rất hay."}},
    )

    async def __call__(self, request: Request, about: Commented) -> TypedComment:
        fields, is_form = await _sent(request, MAX_BYTES, "Bình luận")
        read = TypedComment(about, read_comment(fields), is_form, state(request).responder)
        if read.typed.errors:
            raise Answered(await read.refused(422, read.typed.errors))
        return read


@dataclass(frozen=True, slots=True)
class Pointed:
    """A comment that a reader reports or likes, and how that is refused."""

    comment_id: int
    sent: TypedComment


class PointedRead(Part):
    """A comment that is shown, reported or liked from one of the paper's pages or by a program."""

    problems = (403, 404, 410, 413, 422, 503)

    def __init__(self, body: type[SentReport | SentLike], what: str, refusal: str) -> None:
        self.sent = BodyTaken({"application/json": body, "application/x-www-form-urlencoded": body}, MAX_POINTED_BYTES)
        self._what, self._refusal = what, refusal

    async def __call__(self, request: Request, id: ID) -> Pointed:
        fields, is_form = await _sent(request, MAX_POINTED_BYTES, self._what)
        said = str(fields.get("comment_id"))
        comment_id = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
        article, is_shown = await public_article(
            request, id, lambda site, number: site.read.shows_comment(number, comment_id)
        )
        nothing = CommentForm("", "", "", None, False)
        answers = TypedComment(article, nothing, is_form, state(request).responder, self._refusal)
        if not is_shown:
            raise Answered(await answers.refused(422, [{"field": "comment_id", "message": "Không có bình luận này."}]))
        return Pointed(comment_id, answers)


ReportRead = PointedRead(SentReport, "Lời báo", "Chưa báo được")
LikeRead = PointedRead(SentLike, "Lượt thích", "Chưa nhận được lượt thích")


async def _sent(request: Request, limit: int, what: str) -> tuple[dict[str, Any], bool]:
    """The fields of a form or a JSON object from one of the paper's pages or a program; whether it is a form."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Answered(problem(403, "Không nhận", f"{what} phải gửi từ trang của báo."))
    body = await within(request, limit)
    if len(body) > limit:
        raise Answered(problem(413, "Quá lớn", f"{what} dài quá mức cho phép."))
    is_form = "json" not in request.headers.get("content-type", "")
    fields = _fields(body, is_form)
    if fields is None:
        raise Answered(problem(422, "Nội dung chưa đúng", f"Không đọc được {what.lower()} gửi lên."))
    return fields, is_form


def _fields(body: bytes, is_form: bool) -> dict[str, Any] | None:
    try:
        if is_form:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
        said = orjson.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
