"""Planned stories: what is to come, who works on it, which article came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from services.ingest.accounts.store import accounts
from services.ingest.articles.tables import articles
from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from services.ingest.kit.once import Sent, making
from services.ingest.kit.visibility import Seen
from services.ingest.planning.tables import PlanRow, plans
from services.ingest.sections.tables import sections
from shared.database import read, write
from shared.records import Record, records
from shared.vietnamese.dates import VIETNAM

KINDS = {"article": "Bài", "photo": "Ảnh", "video": "Video"}
STATES = {"planned": "Dự kiến", "doing": "Đang làm", "done": "Xong", "dropped": "Bỏ"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a form says of a planned story; `hour` is "17:30" or "" for any time of the day."""

    day: date
    hour: str
    title: str
    kind: str
    section_id: int | None
    assignee: str
    note: str
    state: str
    article_id: int | None
    assignee_id: int | None = None
    """The account of who works on it; their name is then the assignee."""


class PlannedRow(PlanRow):
    section_name: str | None


class ScheduledRow(Record):
    id: int
    title: str
    published_at: datetime


def between(engine: Engine, seen: Seen, account_id: int, first: date, last: date) -> list[PlannedRow]:
    """The plans of some days that an account may see, both ends included, in their order.
    What has no section yet is for the whole newsroom, and a task for whoever is to do it."""
    query = (
        select(plans, sections.c.name.label("section_name"))
        .outerjoin(sections, sections.c.id == plans.c.section_id)
        .where(plans.c.day >= first, plans.c.day <= last)
        .where(_is_seen(seen, account_id))
        .order_by(plans.c.day, plans.c.hour, plans.c.id)
    )
    with read(engine) as connection:
        return records(connection.execute(query), PlannedRow)


def tasks(engine: Engine, account_id: int, limit: int = 20) -> list[PlanRow]:
    """What an account is to do and has not done, the first day first."""
    mine = (plans.c.assignee_id == account_id) & plans.c.state.in_(("planned", "doing"))
    with read(engine) as connection:
        return records(
            connection.execute(select(plans).where(mine).order_by(plans.c.day, plans.c.hour).limit(limit)), PlanRow
        )


def _is_seen(seen: Seen, account_id: int) -> ColumnElement[bool]:
    return seen.where(
        plans.c.section_id, plans.c.created_by, plans.c.section_id.is_(None), plans.c.assignee_id == account_id
    )


def one(engine: Engine, plan_id: int) -> PlanRow:
    """Raises NotFound."""
    return rows.one(engine, plans, PlanRow, plan_id, "Không có đề tài này.")


def add(engine: Engine, actor: Actor, plan: Plan, sent: Sent | None = None) -> int:
    """Raises Invalid."""

    def work(connection: Connection) -> int:
        values = _values(connection, plan) | {"version": 1, "created_by": actor.name}
        plan_id = int(connection.execute(insert(plans).values(values).returning(plans.c.id)).scalar_one())
        detail = {"title": plan.title, "assigned": plan.assignee_id}
        audit.append(connection, actor.name, "plan.added", f"plan:{plan_id}", detail)
        return plan_id

    return making(engine, sent, work)


def change(engine: Engine, actor: Actor, plan_id: int, plan: Plan, if_version: int) -> None:
    """Raises Invalid, NotFound, and Conflict when somebody else changed it meanwhile."""
    with write(engine) as connection:
        same = (plans.c.id == plan_id) & (plans.c.version == if_version)
        had = connection.execute(select(plans.c.assignee_id).where(same)).scalar()
        values = _values(connection, plan) | {"version": if_version + 1}
        if connection.execute(update(plans).where(same).values(values).returning(plans.c.id)).first() is None:
            if connection.execute(select(plans.c.id).where(plans.c.id == plan_id)).first() is None:
                raise NotFound("Không có đề tài này.")
            raise Conflict("Đề tài vừa được người khác sửa; hãy xem lại rồi lưu.")
        detail: dict[str, Any] = {"title": plan.title, "state": plan.state}
        if plan.assignee_id not in (None, had):
            detail["assigned"] = plan.assignee_id
        audit.append(connection, actor.name, "plan.changed", f"plan:{plan_id}", detail)


def wrote(engine: Engine, actor: Actor, plan_id: int, article_id: int) -> None:
    """The article that came of a plan, which is being done from now on; one that there is already stays."""
    with write(engine) as connection:
        free = (plans.c.id == plan_id) & plans.c.article_id.is_(None)
        values = {"article_id": article_id, "state": "doing", "version": plans.c.version + 1}
        if connection.execute(update(plans).where(free).values(values).returning(plans.c.id)).first() is not None:
            audit.append(connection, actor.name, "plan.written", f"plan:{plan_id}", {"article": article_id})


def remove(engine: Engine, actor: Actor, plan_id: int) -> None:
    """Raises NotFound."""
    with write(engine) as connection:
        gone = connection.execute(delete(plans).where(plans.c.id == plan_id).returning(plans.c.title)).scalar()
        if gone is None:
            raise NotFound("Không có đề tài này.")
        audit.append(connection, actor.name, "plan.removed", f"plan:{plan_id}", {"title": gone})


def scheduled(engine: Engine, seen: Seen, first: date, last: date) -> list[ScheduledRow]:
    """The articles, of those that somebody may see, that wait for their time on some days."""
    begin, end = _moments(first, last)
    columns = (articles.c.id, articles.c.title, articles.c.published_at)
    mine = seen.where(articles.c.section_id, articles.c.created_by)
    waiting = (articles.c.status == "scheduled") & (articles.c.published_at >= begin) & (articles.c.published_at < end)
    with read(engine) as connection:
        return records(
            connection.execute(select(*columns).where(waiting, mine).order_by(articles.c.published_at)), ScheduledRow
        )


def published(engine: Engine, days: Sequence[date]) -> dict[date, int]:
    """How many articles went out on each of some days in a row."""
    begin, end = _moments(days[0], days[-1])
    out = (articles.c.status == "published") & (articles.c.first_published_at >= begin)
    query = select(articles.c.first_published_at).where(out, articles.c.first_published_at < end)
    counted = dict.fromkeys(days, 0)
    with read(engine) as connection:
        for moment in filter(None, connection.execute(query).scalars()):
            counted[moment.astimezone(VIETNAM).date()] += 1
    return counted


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    begin = datetime(first.year, first.month, first.day, tzinfo=VIETNAM)
    return begin, datetime(last.year, last.month, last.day, tzinfo=VIETNAM) + timedelta(days=1)


def _values(connection: Connection, plan: Plan) -> dict[str, Any]:
    if not 2 <= len(plan.title) <= 500:
        raise Invalid.of("title", "Hãy ghi tên đề tài, từ 2 đến 500 ký tự.")
    if plan.kind not in KINDS or plan.state not in STATES:
        raise Invalid.of("kind", "Không có lựa chọn này.")
    for table, wanted, field in ((sections, plan.section_id, "section_id"), (articles, plan.article_id, "article_id")):
        count = select(func.count()).select_from(table).where(table.c.id == wanted)
        if wanted is not None and not connection.execute(count).scalar_one():
            raise Invalid.of(field, "Không có bài hoặc chuyên mục này.")
    assignee = plan.assignee
    if plan.assignee_id is not None:
        account = accounts.standing(connection, plan.assignee_id)
        if account is None:
            raise Invalid.of("assignee_id", "Không có tài khoản này.")
        assignee = account.name
    return {
        "day": plan.day, "hour": plan.hour, "title": plan.title, "kind": plan.kind, "section_id": plan.section_id,
        "assignee": assignee, "assignee_id": plan.assignee_id, "note": plan.note, "state": plan.state,
        "article_id": plan.article_id,
        "updated_at": datetime.now(UTC),
    }  # fmt: skip
