"""The rules of the workflow as the desk shows them: which buttons somebody gets, and what stands in the way."""

from dataclasses import dataclass, replace

from services.ingest.accounts.store.directory import everybody
from services.ingest.articles import rules
from services.ingest.articles.asked import Asked
from services.ingest.articles.rules import UNFINISHED, WorkflowState
from services.ingest.articles.store import approvals, workflow
from services.ingest.articles.store.revisions import with_state
from services.ingest.articles.versions import Saved
from services.ingest.desk_kit import presence
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Conflict
from services.ingest.kit.rights import Action, Reach
from services.ingest.sections.store import STEPS
from shared.database import engine, read

LABELS = {"submitted": "Gửi biên tập", "edited": "Biên tập xong", "approved": "Duyệt"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: the status it leads to, what it says, whether it goes back (and then wants a note)."""

    to: str
    label: str
    goes_back: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """What somebody may do with an article now. `fault` says why it cannot go to readers as it is, "" for nothing."""

    choices: list[Choice]
    may_publish: bool
    is_approved: bool = False
    fault: str = ""
    may_update: bool = False
    """They may show readers of a live article what is prepared; else `updates` says who may."""
    updates: str = ""


def next_of(asked: Asked) -> Next:
    """The steps this account may take, the next one first."""
    with read(engine("ingest")) as connection:
        found = with_state(connection, asked.article)
        at = approvals.place_of(connection, found)
        fault = "" if at.is_approved else approvals.fault(connection, found)
    may_publish = at.status != "published" and rules.may_publish(asked.who.actor, at)
    waits = fault and at.status in ("approved", "scheduled")
    said = f"Không lên trang được: {fault}. {rules.approvers(at.rule)} phải duyệt." if waits else ""
    may_update = at.status == "published" and rules.may_publish(asked.who.actor, replace(at, is_approved=False))
    return Next(_choices(asked, at), may_publish, at.is_approved, said, may_update, rules.approvers(at.rule))


def take(asked: Asked, to: str, note: str, version: int | None) -> Saved:
    """Take a step on, or back with a note. Raises what `workflow.move` does, and Conflict where somebody is in a story
    that its reporter wants back."""
    if to == "draft" and not asked.may(Action.edit):
        _require_nobody_in(asked)
    return workflow.move(engine("ingest"), asked.id, to, asked.who.actor, note=note, if_version=version)


def waiting(who: Account) -> tuple[str, ...]:
    """The statuses that this account is to take on."""
    steps = (("submitted", Action.edit), ("edited", Action.approve), ("approved", Action.publish))
    return tuple(status for status, action in steps if rights.reach(who, action) > Reach.none)


def may_write(asked: Asked) -> bool:
    """Whether this account may change the text now."""
    return rules.may_write(asked.who.actor, asked.stands)


def require_write(asked: Asked) -> None:
    """Raises Forbidden with what stands in the way."""
    rules.require_write(asked.who.actor, asked.stands)


def why_not_writable(asked: Asked) -> str:
    """For who sees the text but may not change it."""
    return rules.why_not_writable(asked.who.actor, asked.stands)


def successors(asked: Asked) -> list[tuple[int, str]]:
    """(account id, name) of those who may go on with the article at this step."""
    with read(engine("ingest")) as connection:
        found = everybody(connection)
    return [(one.id, one.name) for one in found if rules.may_write(one.actor, asked.stands)]


def readers(asked: Asked) -> list[Account]:
    """Those who see the article, by name."""
    with read(engine("ingest")) as connection:
        found = everybody(connection)
    return [one for one in found if Asked(one, asked.article).may(Action.read)]


def _require_nobody_in(asked: Asked) -> None:
    """Raises Conflict: nobody's story is pulled away from under them."""
    here = presence.who_is_at([f"article:{asked.id}"]).get(f"article:{asked.id}", {})
    others = sorted(name for who, name in here.items() if who != str(asked.who.id))
    if others:
        raise Conflict(f"{', '.join(others)} đang sửa bài này; hãy nhờ trả lại.")


def _choices(asked: Asked, at: WorkflowState) -> list[Choice]:
    if at.status not in UNFINISHED:
        return []
    order = UNFINISHED.index
    onwards = [step for step in STEPS if step in at.rule.steps and order(step) > order(at.status)][:1]
    found = [Choice(step, LABELS[step]) for step in onwards]
    if at.status == "approved" and not at.is_approved:
        found = [Choice("approved", "Duyệt lại")]
    return [choice for choice in found + _backwards(asked) if rules.may_move(asked.who.actor, at, choice.to)]


def _backwards(asked: Asked) -> list[Choice]:
    status, own = asked.article.status, asked.article.created_by == asked.who.actor_name
    found = [Choice("draft", "Rút về bản nháp" if own else "Trả lại phóng viên", goes_back=True)]
    if status == "approved":
        found.insert(0, Choice("submitted", "Trả lại biên tập", goes_back=True))
    return found if status != "draft" else []
