"""The workflow: who may take which step with an article, and what ends an approval.

Everything that changes an article asks here: the API, the desk, imports, the schedule. Nothing here reads or writes a
store. Raises the kinds of services.ingest.kit.errors.Refused.
"""

from dataclasses import dataclass
from typing import Any

from services.ingest.articles.versions import Current
from services.ingest.kit import rights
from services.ingest.kit.actors import Actor, Role
from services.ingest.kit.errors import Conflict, Forbidden, Invalid
from services.ingest.kit.rights import Action
from services.ingest.sections.store import STEPS, Rule
from shared.contracts.articles import ArticleState

UNFINISHED = ("draft", *STEPS)
"""The statuses on the way to readers, in their order."""
SHOWN = ("scheduled", "published")
"""The statuses that need an approval of what the article says."""

_NEEDS = {"submitted": Action.submit, "edited": Action.edit, "approved": Action.approve}
# Whoever could not take a step does not change what passed it.
_WRITES = {
    "draft": Action.write,
    "submitted": Action.edit,
    "edited": Action.edit,
    "approved": Action.approve,
    "scheduled": Action.publish,
    "published": Action.edit,
    "unpublished": Action.publish,
}
_CHIEFS = (Role.chief, Role.admin)
_READERS_SEE = """kind live title kicker card_title search_title slug summary body tags event dateline byline authors
    images video_url social_image related source print_page language comments_closed section_slug second_section
    corrections"""


@dataclass(frozen=True, slots=True)
class Stands:
    """Where an article stands, as far as rights to its text go; `owner` is the name of the actor who made it."""

    status: str
    section_id: int
    owner: str


@dataclass(frozen=True, slots=True)
class WorkflowState(Stands):
    """The same with the rule of its section."""

    rule: Rule
    is_approved: bool = False
    """Somebody who may approve in this section has approved exactly what the article says."""
    held_by: str | None = None
    """The name of the actor who has taken the article on, at this step."""


def stands(found: Current) -> Stands:
    """Where an article stands."""
    return Stands(found.row.status, found.row.section_id, found.row.created_by)


# ---------------------------------------------------------------- who may do what


def may(actor: Actor, action: Action, at: Stands) -> bool:
    """Whether somebody may do something to this article as far as the table of rights goes."""
    return rights.actor_may(actor, action, section_id=at.section_id, owner=at.owner)


def require(actor: Actor, action: Action, at: Stands) -> None:
    """Raises Forbidden."""
    if not may(actor, action, at):
        raise Forbidden(_no_right(actor, action))


def may_write(actor: Actor, at: Stands) -> bool:
    """Whether somebody may change the text now."""
    # What a person writes of a live article is its prepared next version; a program's word goes to readers.
    needed = Action.publish if actor.account is None and at.status in SHOWN else _WRITES.get(at.status)
    return needed is not None and may(actor, Action.write, at) and may(actor, needed, at)


def require_write(actor: Actor, at: Stands) -> None:
    """Raises Forbidden with what stands in the way."""
    if not may_write(actor, at):
        raise Forbidden(why_not_writable(actor, at))


def why_not_writable(actor: Actor, at: Stands) -> str:
    """For who sees the text but may not change it."""
    if at.status == "withdrawn":
        return "Bài đã rút, không sửa được."
    if not may(actor, Action.write, at):
        return "Bạn xem được bài này nhưng không có quyền sửa." if actor.account else _no_right(actor, Action.write)
    if actor.account is None and at.status in SHOWN:
        return _no_right(actor, Action.publish)
    if at.status == "approved":
        return "Bài đã duyệt: người có quyền duyệt mới sửa được, và sửa xong thì phải duyệt lại."
    return "Bài đã chuyển sang bước sau; người phụ trách bước đó mới sửa được."


def require_section(actor: Actor, section_id: int) -> None:
    """Raises Forbidden for a section that is not one of the account's own."""
    if actor.account is not None and not actor.account.works_at(section_id):
        raise Forbidden("Bạn không viết cho chuyên mục này.")


def require_opening(actor: Actor) -> None:
    """Raises Forbidden for whoever may not say how often an article was read before it came here."""
    if not rights.actor_may(actor, Action.opening):
        raise Forbidden(
            "Số lượt xem cũ (earlier_views) cần một quyền riêng mà "
            + ("bạn không có." if actor.account else "khóa này không có (opening).")
        )


def may_approve(actor: Actor, at: WorkflowState) -> bool:
    """Whether somebody is one whose approval counts in the article's section; a program by its scope."""
    is_high = at.rule.approver != "chief" or actor.account is None or actor.account.role in _CHIEFS
    return is_high and may(actor, Action.approve, at)


def may_take(actor: Actor, at: WorkflowState, step: str) -> bool:
    """Whether somebody may declare this step done."""
    return may_approve(actor, at) if step == "approved" else may(actor, _NEEDS[step], at)


def may_move(actor: Actor, at: WorkflowState, to: str) -> bool:
    """Whether somebody may bring the article to a status before publication."""
    if to not in UNFINISHED or at.status in ("published", "withdrawn"):
        return False
    if at.status not in UNFINISHED:
        # Taken away from readers, or from the schedule.
        return may(actor, Action.publish, at) and (to == "draft" or may_take(actor, at, to))
    if _order(to) > _order(at.status):
        return all(may_take(actor, at, step) for step in _passed(at, to))
    if to == at.status == "approved":
        return may_approve(actor, at)
    own_back = at.status == "submitted" and at.owner == actor.name and at.held_by in (None, actor.name)
    if to == "draft" and own_back and may(actor, Action.submit, at):
        return True
    return may(actor, Action.approve if at.status == "approved" else Action.edit, at)


def require_move(actor: Actor, at: WorkflowState, to: str) -> None:
    """Raises Forbidden, Conflict for an article that is past these steps, Invalid for what is no step."""
    if to not in UNFINISHED:
        raise Invalid.of("to", "Không có bước này.")
    if at.status in ("published", "withdrawn"):
        raise Conflict("Bài không còn ở các bước trước xuất bản.")
    if not may_move(actor, at, to):
        forward = at.status in UNFINISHED and _order(to) > _order(at.status)
        missing = [step for step in _passed(at, to) if not may_take(actor, at, step)] if forward else []
        if to == "draft" and at.owner == actor.name and at.held_by:
            raise Forbidden("Biên tập viên đã nhận bài này; hãy nhờ người ấy trả lại.")
        raise Forbidden(_wanted(at, missing) or "Bạn không có quyền chuyển bài sang bước này.")


def may_publish(actor: Actor, at: WorkflowState) -> bool:
    """Whether somebody may show to readers what the article says now: it is approved, or they may take every step that
    is missing, the approval included: publishing is then both in one act."""
    if at.status == "withdrawn" or not may(actor, Action.publish, at):
        return False
    return at.is_approved or (may_approve(actor, at) and all(may_take(actor, at, step) for step in _missing(at)))


def require_publish(actor: Actor, at: WorkflowState) -> None:
    """Raises Forbidden that says who must approve."""
    if may_publish(actor, at):
        return
    if not may(actor, Action.publish, at):
        raise Forbidden(f"{_no_right(actor, Action.publish)} {approvers(at.rule)} phải duyệt.")
    raise Forbidden(f"Nội dung này chưa được duyệt: {approvers(at.rule)} phải duyệt trước khi xuất bản.")


def approvers(rule: Rule) -> str:
    """Who may approve, in words."""
    return "Tổng biên tập" if rule.approver == "chief" else "Thư ký tòa soạn hoặc Tổng biên tập"


# ---------------------------------------------------------------- approvals


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an article: its status ("published" also for one that is to be scheduled), and whether the act
    is the approval of what it says from now on."""

    status: str
    approves: bool = False


def outcome(actor: Actor, at: WorkflowState, wanted: str | None, *, changed: bool, prepares: bool = False) -> Outcome:
    """What a change leads to. `at` is where the article will be, in its new section, with the status it has so far and
    not approved if it is `changed` for readers; `wanted` None leaves the status to the rules; `prepares`: of a live
    article readers see none of it yet.

    Raises Forbidden, Conflict.
    """
    if prepares and at.status == "published":
        return Outcome("published")
    if wanted is None and changed and at.status == "approved":
        return Outcome(before_approval(at.rule))
    if wanted is None and changed and at.status == "scheduled" and not may_publish(actor, at):
        return Outcome(before_approval(at.rule))
    status = wanted or at.status
    if status in SHOWN:
        require_publish(actor, at)
        return Outcome("published", approves=not at.is_approved)
    if status == "approved":
        if wanted is not None and not at.is_approved:
            require_move(actor, at, "approved")
        return Outcome(status, approves=wanted is not None and not at.is_approved)
    if status != at.status:
        require_move(actor, at, status)
    return Outcome(status)


def before_approval(rule: Rule) -> str:
    """Where an article waits for its approval."""
    return next((step for step in reversed(rule.steps) if step != "approved"), "draft")


def says_the_same(state: ArticleState, fields: dict[str, Any]) -> bool:
    """Whether readers would see no difference; any that they would see ends an approval. The name of a section is not
    the article's, and views and old addresses are not what it says."""
    return all(getattr(state, name) == fields[name] for name in _READERS_SEE.split())


def keeps_approval(before: Current | None, fields: dict[str, Any]) -> bool:
    """Whether an approval that there is goes on to the next version: neither the step nor what readers were to see was
    taken back."""
    if before is None or fields["status"] not in ("approved", *SHOWN):
        return False
    state = before.for_readers.state
    return state.status in ("approved", *SHOWN) and says_the_same(state, fields)


def why_not_approved(
    at: WorkflowState, state: ArticleState, approved: ArticleState | None, approver: Actor | None
) -> str:
    """Why an approval does not hold, "" when it does. `approved` is the version that it names, None: there is none;
    `approver` who gave it, as they are now, None: they are no more."""
    if at.status not in ("approved", *SHOWN) or approved is None:
        return "chưa ai duyệt nội dung này"
    if not says_the_same(approved, {name: getattr(state, name) for name in ArticleState.model_fields}):
        return "bài đã đổi sau khi được duyệt"
    if approver is None or not may(approver, Action.approve, at):
        return "người đã duyệt không còn quyền duyệt"
    if not may_approve(approver, at):
        return f"chuyên mục này nay do {approvers(at.rule)} duyệt"
    return ""


# ---------------------------------------------------------------- how


def _order(status: str) -> int:
    return UNFINISHED.index(status)


def _passed(at: WorkflowState, to: str) -> list[str]:
    """The steps that a move forward passes: those of the section, and the one it leads to."""
    between = [step for step in STEPS if _order(at.status) < _order(step) <= _order(to)]
    return [step for step in between if step in at.rule.steps or step == to]


def _missing(at: WorkflowState) -> list[str]:
    if at.status not in UNFINISHED:
        return []
    return [step for step in at.rule.steps if _order(step) > _order(at.status)]


def _wanted(at: WorkflowState, missing: list[str]) -> str:
    """Who must take the first of the steps that somebody may not."""
    if missing[:1] == ["approved"]:
        return f"Bài này phải do {approvers(at.rule)} duyệt."
    return "Bài phải qua biên tập viên của chuyên mục trước." if "edited" in missing else ""


def _no_right(actor: Actor, action: Action) -> str:
    what = {Action.write: "sửa bài", Action.publish: "xuất bản", Action.approve: "duyệt bài", Action.read: "đọc bài"}
    words = what.get(action, f"làm việc này ({action.value})")
    return f"{'Bạn' if actor.account else 'Khóa này'} không có quyền {words}."
