"""What readers read and search for: the paper over some days, one article, right now, and what the counter refused."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.asked import Asked, needs_article
from services.ingest.articles.store import listing
from services.ingest.desk_kit import people
from services.ingest.desk_kit.asking import ask
from services.ingest.desk_kit.charts import Point, bars
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, environment, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import audit
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.sections import store as sections
from services.ingest.statistics import store
from shared.contracts.statistics import (
    ArticleStatistics,
    ArticleStatisticsAnswer,
    LiveNow,
    LiveNowAnswer,
    SearchedQuery,
    SearchStatistics,
    SearchStatisticsAnswer,
    SiteStatistics,
    SiteStatisticsAnswer,
    ViewAudit,
    ViewPoint,
)
from shared.database import engine
from shared.vietnamese.dates import VIETNAM, vietnam_day
from shared.views.export import CSV_TYPE, XLSX_TYPE, Cell, to_csv, to_xlsx

router = APIRouter()
NAV = (
    NavItem("/desk/so-lieu", "Số liệu", Action.statistics, group="Tòa soạn", key="s"),
    NavItem("/desk/bay-gio", "Bạn đọc lúc này", Action.statistics, group="Tòa soạn", key="x"),
)
PERIODS = {7: "7 ngày", 30: "30 ngày", 90: "90 ngày", 365: "Một năm"}
SEARCH_PERIODS = {1: "Hôm nay", 7: "7 ngày", 30: "30 ngày"}
REASONS = {
    "repeated": "xem lại trong thời gian tính một lượt", "bot": "máy tự động", "token": "thiếu mã lượt xem hoặc mã sai",
    "expired": "mã lượt xem quá hạn", "prefetch": "trình duyệt tải trước", "rate": "quá nhiều lượt từ một nơi",
    "origin": "gửi từ trang khác", "malformed": "sai dạng", "withdrawn": "bài không có hoặc đã rút",
    "unasked": "thu hồi: không ai mở trang", "invented": "thu hồi: trình duyệt bịa ra",
}  # fmt: skip
RULES = {"pin": "Ghim vào danh sách đọc nhiều", "exclude": "Không đưa vào danh sách", "none": "Bỏ ghim, bỏ loại"}
_LONGEST = timedelta(days=3660)
_SEARCHES_SHOWN, _SEARCHES_IN_FILES = 50, 200


@router.get("/so-lieu")
def site(request: Request, who: Annotated[Account, needs(Action.statistics)]) -> Response:
    asked = request.query_params
    first, last = _period(asked.get("tu", ""), asked.get("den", ""), asked.get("ky", ""))
    section = asked.get("muc", "")[:120]
    answer = ask(SiteStatistics(first=first, last=last, section_slug=section))
    answer = _visible(who, answer)
    if answer is not None and asked.get("xuat") in ("csv", "xlsx"):
        return _download(asked["xuat"], f"so-lieu-{first}-{last}", _site_tables(answer))
    days = list(answer.days) if answer else []
    chart = bars(_by_day(days), f"Lượt xem mỗi ngày từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")
    return page(
        request, who, "statistics.html", answer=answer, chart=chart, first=first, last=last, section=section,
        sections=sections.listed(engine("ingest")), periods=PERIODS, chosen=(last - first).days + 1,
        source_name=source_name,
    )  # fmt: skip


@router.get("/so-lieu/bai/{id}")
def article(request: Request, asked: Annotated[Asked, needs_article(Action.statistics)]) -> Response:
    answer = ask(ArticleStatistics(article_id=asked.id, days=30))
    wanted = request.query_params.get("xuat", "")
    if answer is not None and wanted in ("csv", "xlsx"):
        return _download(wanted, f"so-lieu-bai-{asked.id}", _article_tables(answer))
    hours = bars(_by_hour(answer.hours) if answer else [], "Lượt xem mỗi giờ trong 48 giờ qua")
    days = bars(_by_day(answer.days) if answer else [], "Lượt xem mỗi ngày trong 30 ngày qua")
    rules = audit.entries(engine("ingest"), f"trending:{asked.id}", 10)
    return page(
        request, asked.who, "article_statistics.html", article=asked.article, answer=answer, hours=hours, days=days,
        rules=rules, rule_names=RULES, source_name=source_name,
        names=people.names(engine("ingest"), [one.actor for one in rules]),
    )  # fmt: skip


@router.post("/so-lieu/bai/{id}/doc-nhieu")
def set_rule(asked: Annotated[Asked, needs_article(Action.front_page)], form: Form) -> Response:
    """Pin an article to the trending list, keep it out, or let go of it."""
    rule, position = form.text("rule"), form.number("position") or 1
    if rule not in RULES or not 1 <= position <= 20:
        raise Invalid.of("rule", "Hãy chọn một quy tắc, vị trí từ 1 đến 20.")
    store.set_rule(engine("ingest"), asked.who.actor, asked.id, rule, position)
    return back(f"/desk/so-lieu/bai/{asked.id}", f"{RULES[rule]}: đã lưu, danh sách đổi trong giây lát.")


@router.get("/bay-gio")
def now(request: Request, who: Annotated[Account, needs(Action.statistics)]) -> Response:
    return page(request, who, "live_now.html", **_now(who))


@router.get("/bay-gio/phan")
def now_part(who: Annotated[Account, needs(Action.statistics)]) -> Response:
    """The changing part of the page alone, for its script."""
    html = environment().get_template("live_now_part.html").render(**_now(who))
    return Response(html, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


@router.get("/so-lieu/kiem-dem")
def counted(request: Request, who: Annotated[Account, needs(Action.statistics)]) -> Response:
    answer = ask(ViewAudit(hours=48))
    chart = bars(
        [_hour(one.at, one.accepted) for one in answer.hours] if answer else [],
        "Lượt xem được tính mỗi giờ trong 48 giờ qua",
    )
    return page(request, who, "view_audit.html", answer=answer, chart=chart, reasons=REASONS)


@router.get("/so-lieu/tim-kiem")
def searches(request: Request, who: Annotated[Account, needs(Action.statistics)]) -> Response:
    days = {str(one): one for one in SEARCH_PERIODS}.get(request.query_params.get("ky", ""), 7)
    today = vietnam_day(datetime.now(UTC))
    first, wanted = today - timedelta(days=days - 1), request.query_params.get("xuat", "")
    as_file = wanted in ("csv", "xlsx")
    answer = ask(SearchStatistics(first=first, last=today, size=_SEARCHES_IN_FILES if as_file else _SEARCHES_SHOWN))
    if answer is not None and as_file:
        return _download(wanted, f"tim-kiem-{first}-{today}", _search_tables(answer))
    return page(request, who, "searches.html", answer=answer, periods=SEARCH_PERIODS, chosen=days)


def _visible(who: Account, answer: Any) -> Any:
    """The same without the titles of articles that one does not see: what was taken from readers is a draft again."""
    if answer is None:
        return None
    shown = listing.visible(engine("ingest"), seen_by(who), [one.id for one in answer.articles])
    # The counter knows sections by the names that they had when it was told of an article.
    names = {one.slug: one.name for one in sections.listed(engine("ingest"))}
    articles = tuple(
        one.model_copy(update={"section_name": names.get(one.path.strip("/").partition("/")[0], one.section_name)})
        for one in answer.articles
        if one.id in shown
    )
    shares = getattr(answer, "sections", ())
    named = tuple(one.model_copy(update={"name": names.get(one.key, one.name)}) for one in shares)
    return answer.model_copy(update={"articles": articles} | ({"sections": named} if shares else {}))


def _now(who: Account) -> dict[str, Any]:
    answer: LiveNowAnswer | None = _visible(who, ask(LiveNow(size=20)))
    points = [_hour(point.at, point.views) for point in answer.curve] if answer else []
    return {"answer": answer, "chart": bars(points, "Lượt xem mỗi năm phút"), "at": datetime.now(UTC)}


def _period(first: str, last: str, days: str) -> tuple[date, date]:
    """The days asked for, both ends included; 30 days to today for what cannot be meant."""
    today = vietnam_day(datetime.now(UTC))
    try:
        begin, end = date.fromisoformat(first), min(date.fromisoformat(last), today)
        if begin <= end and end - begin < _LONGEST:
            return begin, end
    except ValueError:
        pass
    length = int(days) if days.isascii() and days.isdigit() and int(days[:5]) in PERIODS else 30
    return today - timedelta(days=length - 1), today


def _by_day(points: Iterable[ViewPoint]) -> list[Point]:
    local = [(point.at.astimezone(VIETNAM), point.views) for point in points]
    return [Point(f"{at:%d/%m}", f"{at:%d/%m/%Y}", views) for at, views in local]


def _by_hour(points: Iterable[ViewPoint]) -> list[Point]:
    return [_hour(point.at, point.views) for point in points]


def _hour(at: datetime, views: int) -> Point:
    local = at.astimezone(VIETNAM)
    return Point(f"{local:%H:%M}", f"{local:%H:%M, %d/%m}", views)


Table = tuple[str, Sequence[str], list[Sequence[Cell]]]


def _site_tables(answer: SiteStatisticsAnswer) -> list[Table]:
    return [
        ("Bài", ["Mã", "Tên bài", "Chuyên mục", "Lượt xem trong kỳ", "Tổng lượt xem"],
         [[one.id, one.title, one.section_name, one.views, one.total] for one in answer.articles]),
        ("Ngày", ["Ngày", "Lượt xem", "Bạn đọc (ước tính)"],
         [[vietnam_day(one.at), one.views, one.readers] for one in answer.days]),
        ("Chuyên mục", ["Chuyên mục", "Lượt xem"], [[one.name, one.views] for one in answer.sections]),
        ("Tác giả", ["Tác giả", "Lượt xem"], [[one.name, one.views] for one in answer.authors]),
        ("Nguồn", ["Đến từ", "Lượt xem"], [[source_name(one.key), one.views] for one in answer.sources]),
    ]  # fmt: skip


def _article_tables(answer: ArticleStatisticsAnswer) -> list[Table]:
    return [
        ("Ngày", ["Ngày", "Lượt xem", "Bạn đọc (ước tính)"],
         [[vietnam_day(one.at), one.views, one.readers] for one in answer.days]),
        ("Giờ", ["Giờ", "Lượt xem"], [[one.at, one.views] for one in answer.hours]),
        ("Nguồn", ["Đến từ", "Lượt xem"], [[source_name(one.key), one.views] for one in answer.sources]),
    ]  # fmt: skip


def _search_tables(answer: SearchStatisticsAnswer) -> list[Table]:
    every = {one.query: one for one in (*answer.frequent, *answer.unfound, *answer.unclicked)}
    lists = {
        "Từ tìm": sorted(every.values(), key=lambda one: -one.readers),
        "Tìm mà không thấy": answer.unfound,
        "Thấy mà không mở": answer.unclicked,
    }
    header = ["Từ tìm", "Người tìm", "Không thấy", "Mở bài"]
    return [(name, header, [_search_row(one) for one in found]) for name, found in lists.items()]


def _search_row(one: SearchedQuery) -> list[Cell]:
    return [one.query, one.readers, one.unfound, one.clicked]


def source_name(key: str) -> str:
    """A referrer's domain as people read it."""
    return {"": "Vào thẳng, không rõ nguồn", "*": "Các nguồn nhỏ khác"}.get(key, key)


def _download(kind: str, name: str, tables: list[Table]) -> Response:
    """The tables as a workbook, or the first one as CSV."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "csv":
        _, header, rows = tables[0]
        return Response(to_csv(header, rows), headers=headers, media_type=CSV_TYPE)
    return Response(to_xlsx(tables), headers=headers, media_type=XLSX_TYPE)
