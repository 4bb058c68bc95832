"""Which steps somebody may take with an article now: the rights of the role and the way of its section, together."""

from dataclasses import dataclass
from typing import Any

from services.ingest.articles.asked import Asked
from services.ingest.articles.rules import UNFINISHED
from services.ingest.desk_kit.rights import Action
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Conflict, Forbidden
from services.ingest.sections.store import STEPS

_NEEDS = {"submitted": Action.submit, "edited": Action.edit, "approved": Action.approve}
_LABELS = {"submitted": "Gửi biên tập", "edited": "Biên tập xong", "approved": "Duyệt"}
_WRITES = {
    "draft": Action.write,
    "submitted": Action.edit,
    "edited": Action.edit,
    "approved": Action.approve,
    "scheduled": Action.publish,
    "published": Action.publish,
    "unpublished": Action.publish,
}
_CHIEFS = (Role.chief, Role.admin)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: the status it leads to, what it says, whether it goes back (and then wants a note)."""

    to: str
    label: str
    goes_back: bool = False


def choices(asked: Asked, rule: dict[str, Any]) -> list[Choice]:
    """The steps this account may take, the next one first."""
    status = asked.article.status
    if status not in UNFINISHED:
        return []
    onwards = [step for step in STEPS if step in rule["steps"] and _place(step) > _place(status)][:1]
    found = [Choice(step, _LABELS[step]) for step in onwards if _may_take(asked, rule, step)]
    return found + [choice for choice in _backwards(asked) if may_move(asked, rule, choice.to)]


def may_move(asked: Asked, rule: dict[str, Any], to: str) -> bool:
    """Whether this account may bring the article to a status before publication."""
    status = asked.article.status
    if status not in UNFINISHED or to not in UNFINISHED:
        return False
    if _place(to) > _place(status):
        passed = [step for step in STEPS if _place(status) < _place(step) <= _place(to)]
        wanted = [step for step in passed if step in rule["steps"] or step == to]
        return all(_may_take(asked, rule, step) for step in wanted)
    own_back = status == "submitted" and asked.article.created_by == asked.who.actor_name
    if to == "draft" and own_back and asked.may(Action.submit):
        return True
    return asked.may(Action.approve if status == "approved" else Action.edit)


def require_move(asked: Asked, rule: dict[str, Any], to: str) -> None:
    """Raises Forbidden, and Conflict for an article that is past these steps."""
    if asked.article.status not in UNFINISHED:
        raise Conflict("Bài không còn ở các bước trước xuất bản.")
    if not may_move(asked, rule, to):
        raise Forbidden("Bạn không có quyền chuyển bài sang bước này.")


def may_publish(asked: Asked, rule: dict[str, Any]) -> bool:
    """Whether this account may show the article to readers: what the section asks for is done, or it may do it."""
    status = asked.article.status
    if not asked.may(Action.publish) or status in ("withdrawn", "published"):
        return False
    if status in ("approved", "scheduled"):
        return True
    if status == "unpublished":
        return _may_approve(asked, rule)
    missing = [step for step in rule["steps"] if _place(step) > _place(status)]
    return _may_approve(asked, rule) and all(_may_take(asked, rule, step) for step in missing)


def require_publish(asked: Asked, rule: dict[str, Any]) -> None:
    """Raises Forbidden."""
    if not may_publish(asked, rule):
        raise Forbidden("Bài chưa qua đủ các bước của chuyên mục, hoặc bạn không có quyền xuất bản bài này.")


def may_write(asked: Asked) -> bool:
    """Whether this account may change the text now: whoever could not take a step does not change what passed it."""
    needed = _WRITES.get(asked.article.status)
    return needed is not None and asked.may(Action.write) and asked.may(needed)


def require_write(asked: Asked) -> None:
    """Raises Forbidden with what stands in the way."""
    if not may_write(asked):
        raise Forbidden(why_not_writable(asked))


def why_not_writable(asked: Asked) -> str:
    """For who sees the text but may not change it."""
    if asked.article.status == "withdrawn":
        return "Bài đã rút, không sửa được."
    if not asked.may(Action.write):
        return "Bạn xem được bài này nhưng không có quyền sửa."
    return "Bài đã chuyển sang bước sau; người phụ trách bước đó mới sửa được."


def _backwards(asked: Asked) -> list[Choice]:
    status, own = asked.article.status, asked.article.created_by == asked.who.actor_name
    found = [Choice("draft", "Rút về bản nháp" if own else "Trả lại phóng viên", goes_back=True)]
    if status == "approved":
        found.insert(0, Choice("submitted", "Trả lại biên tập", goes_back=True))
    return found if status != "draft" else []


def _may_take(asked: Asked, rule: dict[str, Any], step: str) -> bool:
    return asked.may(_NEEDS[step]) and (step != "approved" or _may_approve(asked, rule))


def _may_approve(asked: Asked, rule: dict[str, Any]) -> bool:
    return asked.may(Action.approve) and (rule["approver"] != "chief" or asked.who.role in _CHIEFS)


def _place(status: str) -> int:
    return UNFINISHED.index(status)
