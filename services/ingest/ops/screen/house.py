"""The ops page of the desk: how the house is, and what to do with what could not be handled."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from kombu.exceptions import OperationalError as BrokerAway
from markupsafe import Markup

from services.ingest.desk_kit import charts
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import NotFound
from services.ingest.kit.rights import Action
from services.ingest.kit.tables import dead_letters
from services.ingest.ops import report, store
from shared import deadletter
from shared.celery_factory import publisher
from shared.database import engine
from shared.release import VERSION

router = APIRouter(prefix="/ops")
NAV = (NavItem("/desk/ops", "Vận hành", Action.ops_read, group="Quản trị"),)
# Fields of envelopes that hold no text of anybody's.
_IDENTIFIERS = frozenset({"event_id", "key", "traceparent", "queue", "token", "status", "batch_id"})
_HOME = "/desk/ops"
_AWAY = "Hàng đợi đang tạm ngừng; thư vẫn còn nguyên. Hãy thử lại sau."


@router.get("")
def overview(request: Request, who: Annotated[Account, needs(Action.ops_read)]) -> Response:
    now = report.make(engine("ingest"))
    return page(
        request,
        who,
        "ops.html",
        now=now,
        error_of=str if rights.may(who, Action.read) else _kind,
        handlers=report.handlers(process.metrics_url for process in now.processes if process.works),
        charts=_charts(now.samples),
        log=report.log_tail(),
        at=datetime.now(UTC),
        version=VERSION,
        span=span,
        moment=lambda seconds: datetime.fromtimestamp(seconds, UTC),
    )


@router.get("/thu/{letter_id}")
def letter(request: Request, letter_id: str, who: Annotated[Account, needs(Action.ops_read)]) -> Response:
    found = deadletter.find(engine("ingest"), dead_letters, letter_id)
    if found is None:
        raise NotFound("Không có thư này.")
    reads = rights.may(who, Action.read)
    message = orjson.dumps(found.message if reads else _outline(found.message), option=orjson.OPT_INDENT_2).decode()
    error = found.error if reads else _kind(found.error)
    return page(request, who, "ops_letter.html", letter=found, error=error, message=message)


@router.post("/thu/phat-lai")
def replay(who: Annotated[Account, needs(Action.ops_change)], form: Form) -> Response:
    """Put one letter, or all of them, back on the queue it came from."""
    source, app = engine("ingest"), publisher("ingest")
    try:
        done = store.replay(source, app, _named(form), who.actor)
    except BrokerAway:
        return back(_HOME, _AWAY, "error")
    return _answer(done, f"Đã phát lại {done} thư.")


@router.post("/thu/bo")
def drop(who: Annotated[Account, needs(Action.ops_change)], form: Form) -> Response:
    """Throw letters away for good."""
    done = store.drop(engine("ingest"), _named(form), who.actor)
    return _answer(done, f"Đã bỏ {done} thư.")


def span(seconds: float | None) -> str:
    """A length of time for people: "4,2 giây", "3 phút", "5 giờ", "2 ngày"; "–" for none."""
    if seconds is None:
        return "–"
    for size, name in ((86_400, "ngày"), (3600, "giờ"), (60, "phút")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.1f} giây".replace(".", ",")


def _outline(message: Any, name: str = "") -> Any:
    """A message for who may not read what it carries: its form, numbers and identifiers, and of texts their length."""
    if isinstance(message, dict):
        return {str(key): _outline(value, str(key)) for key, value in message.items()}
    if isinstance(message, list):
        return [_outline(value, name) for value in message]
    if isinstance(message, str) and name not in _IDENTIFIERS:
        return f"({len(message)} ký tự)"
    return message


def _kind(error: str) -> str:
    """An error without its words, which may hold some of the text that it is about."""
    return error.partition(":")[0][:100]


def _named(form: Any) -> list[str]:
    wanted = form.text("id")
    return store.waiting(engine("ingest")) if wanted == "*" else [wanted]


def _answer(done: int, message: str) -> Response:
    if not done:
        return back(_HOME, "Không có thư nào như vậy, hoặc thư này không phát lại được.", "warn")
    return back(_HOME, message)


def _charts(samples: list[dict[str, Any]]) -> list[tuple[str, Markup, float]]:
    """(name, line, last value) of the last hour."""
    rows: dict[str, list[float]] = {
        "Hộp thư đi": [one.get("outbox", 0) for one in samples],
        "Tin trong hàng đợi": [sum(one.get("queues", {}).values()) for one in samples],
        "Đã giao, chưa xong": [one.get("unacked", 0) for one in samples],
        "Thư chết": [one.get("dead", 0) for one in samples],
        "Bài lệch": [one.get("drift", 0) for one in samples],
    }
    return [
        (name, charts.line(values, f"{name} trong một giờ qua"), values[-1]) for name, values in rows.items() if values
    ]
