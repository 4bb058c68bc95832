"""Import and export at the desk: files are handed in and worked off behind the scenes, articles are taken out."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.exchange import exporters
from services.ingest.exchange.importers import FORMATS
from services.ingest.exchange.store import jobs
from services.ingest.exchange.tables import ImportJobRow
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, NotFound, TooLarge
from services.ingest.kit.requests import json_answer, stream
from services.ingest.kit.rights import Action
from shared.database import engine
from shared.vietnamese.text import one_line, thousands

router = APIRouter()
NAV = (NavItem("/desk/nhap-xuat", "Nhập, xuất dữ liệu", Action.transfer, group="Quản trị"),)
_HERE = "/desk/nhap-xuat"
STATES = {"waiting": "Đang chờ", "running": "Đang nhập", "done": "Xong", "failed": "Hỏng"}
COUNTS = {
    "created": "bài mới", "updated": "bài cập nhật", "unchanged": "bài không đổi", "withdrawn": "bài rút theo hãng",
    "comments": "bình luận của bạn đọc", "failed": "mục lỗi", "left_out": "mục không lấy",
}  # fmt: skip
NAMES = {
    "auto": "Tự nhận", "ndjson": "NDJSON", "wxr": "WordPress (WXR)", "rss": "RSS, Atom", "ninjs": "ninjs",
    "newsml": "NewsML-G2", "newsml1": "NewsML 1.2", "nitf": "NITF", "html": "Trang HTML đã lưu",
    "text": "Văn bản trang báo", "atom": "Atom", "zip": "Tệp nén (ZIP)",
}  # fmt: skip
_TYPES = {
    "ndjson": ("application/x-ndjson", "ndjson"),
    "ninjs": ("application/json", "ninjs.json"),
    "newsml": ("application/vnd.iptc.g2.newsmessage+xml", "newsml.xml"),
    "atom": ("application/atom+xml", "atom"),
}


@router.get("/nhap-xuat")
def overview(request: Request, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    found = jobs.listed(engine("ingest"))
    return page(
        request, who, "exchange.html", jobs=found, states=STATES, counts=COUNTS, names=NAMES,
        formats=("auto", *FORMATS), told=_told, exports=list(_TYPES),
        people=people.names(engine("ingest"), {row.created_by for row in found}),
        suffixes=",".join(jobs.TAKEN), is_busy=any(row.state in ("waiting", "running") for row in found),
    )  # fmt: skip


def _told(job: ImportJobRow) -> list[tuple[str, list[str]]]:
    """What an import changed, left out and missed: (title, lines) for each that there is."""
    told = job.told
    changes = [f"{thousands(count)} × {what}" for what, count in told.get("changes", [])]
    left = [f"{thousands(count)} {kind}: {reason}" for kind, reason, count in told.get("left_out", [])]
    missing = f"{thousands(told.get('missing', 0))} ảnh không có ở đây"
    parts = [("Đã sửa khi nhập", changes), ("Không lấy", left), (missing, told.get("examples", []))]
    return [(title, lines) for title, lines in parts if lines]


@router.post("/nhap-xuat/tep")
async def upload(request: Request, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    """The file is the body; query: `ten`, `dinh-dang`, `thu` (dry run), `nhap` (as drafts), `anh` (fetch pictures)."""
    asked = request.query_params
    name = one_line(asked.get("ten", ""))[:200]
    file = jobs.new_file(name)
    try:
        with file.open("wb") as target:
            size = 0
            async for chunk in stream(request):
                size += len(chunk)
                if size > jobs.MAX_FILE_BYTES:
                    raise TooLarge(f"Tệp lớn quá {jobs.MAX_FILE_BYTES // 1_000_000} MB; hãy dùng lệnh toasoan import.")
                await run_in_threadpool(target.write, chunk)
        if not size:
            raise Invalid.of("file", "Tệp trống.")
        job = await run_in_threadpool(
            jobs.hand_in,
            engine("ingest"),
            who.actor,
            file,
            name=name,
            format=asked.get("dinh-dang", "auto"),
            dry_run=asked.get("thu") == "1",
            status="draft" if asked.get("nhap") == "1" else "published",
            fetch_media=asked.get("anh") == "1",
        )
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return json_answer({"job": job}, 201)


@router.post("/nhap-xuat/{job_id}/that")
def repeat_for_real(job_id: RowId, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    jobs.repeat_for_real(engine("ingest"), who.actor, job_id)
    return back(_HERE, "Đã xếp tệp vào hàng nhập.")


@router.get("/nhap-xuat/tat-ca/{format}")
def export_all(format: str, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    """Every article in one file, sent while it is read."""
    kind, name = _type(format)
    headers = {"Content-Disposition": f'attachment; filename="toa-soan.{name}"'}
    articles = exporters.every_article(engine("ingest"), exporters.status_for(format))
    return StreamingResponse(exporters.writer(format)(articles), headers=headers, media_type=kind)


@router.get("/nhap-xuat/bai/{article_id}/{format}")
def export_one(article_id: RowId, format: str, who: Annotated[Account, needs(Action.transfer)]) -> Response:
    kind, name = _type(format)
    article = exporters.one_article(engine("ingest"), article_id)
    content = b"".join(exporters.writer(format)(iter([article])))
    headers = {"Content-Disposition": f'attachment; filename="bai-{article_id}.{name}"'}
    return Response(content, headers=headers, media_type=kind)


def _type(format: str) -> tuple[str, str]:
    if format not in _TYPES:
        raise NotFound("Không có định dạng này.")
    return _TYPES[format]
