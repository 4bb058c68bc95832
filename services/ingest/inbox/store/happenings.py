"""From what the audit log says to what each person is told of it: once, by the transaction that also notes how far
the log has been followed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from services.ingest.accounts.store.directory import everybody
from services.ingest.articles.store import workflow
from services.ingest.articles.tables import articles
from services.ingest.authors.store import bylines
from services.ingest.inbox import rules
from services.ingest.inbox.store import deliveries
from services.ingest.inbox.tables import inbox_cursor, inbox_entries
from services.ingest.kit import rights
from services.ingest.kit.actors import Account, Role
from services.ingest.kit.rights import Action
from services.ingest.kit.tables import audit
from services.ingest.kit.visibility import seen_by
from services.ingest.planning.tables import plans
from shared.database import read, upsert, write
from shared.vietnamese.dates import VIETNAM

_AT_ONCE = 500
_AT = select(inbox_cursor.c.audit_id).where(inbox_cursor.c.id == 1)
DUE = select(func.max(audit.c.id)).scalar_subquery() > _AT.scalar_subquery()
"""Whether something has happened that `follow` has not seen."""
_LINES = select(audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)


def follow(engine: Engine) -> bool:
    """Tell people of what has happened since the last call; True while there may be more."""
    with read(engine) as connection:
        if not connection.execute(select(DUE)).scalar():
            return False
    with write(engine) as connection:
        at = connection.execute(_AT.with_for_update()).scalar_one()
        lines = connection.execute(_LINES.where(audit.c.id > at).order_by(audit.c.id).limit(_AT_ONCE)).all()
        _tell(connection, _told(connection, lines))
        if lines:
            connection.execute(update(inbox_cursor).where(inbox_cursor.c.id == 1).values(audit_id=lines[-1].id))
        return len(lines) == _AT_ONCE


def note_deadlines(engine: Engine, now: datetime) -> int:
    """Tell people of what they are to do soon, or should have done; how many are told anew."""
    today = now.astimezone(VIETNAM).date()
    near = plans.c.day.between(today - rules.FRESH, today + rules.FRESH)
    given = plans.c.assignee_id.is_not(None) & plans.c.state.in_(("planned", "doing"))
    with read(engine) as connection:
        rows = connection.execute(select(plans).where(near, given)).all()
        found = [_of_plan(row, kind, now) for row in rows if (kind := rules.overdue(row.day, row.hour, now))]
        same = inbox_entries.c.event.in_([one["event"] for one in found])
        query = select(inbox_entries.c.user_id, inbox_entries.c.event).where(same)
        known = {(row.user_id, row.event) for row in connection.execute(query)}
        standing = {one.id for one in everybody(connection)} if found else set()
    fresh = [one for one in found if (one["user_id"], one["event"]) not in known and one["user_id"] in standing]
    if fresh:
        with write(engine) as connection:
            _tell(connection, fresh)
    return len(fresh)


def _tell(connection: Connection, entries: Sequence[dict[str, Any]]) -> None:
    """Put entries into people's inboxes, and on their way to where else each of them wants to have them; what somebody
    has been told already is left out."""
    for one in entries:
        made = upsert(connection, inbox_entries).values(one).on_conflict_do_nothing(index_elements=["user_id", "event"])
        entry_id = connection.execute(made.returning(inbox_entries.c.id)).scalar()
        if entry_id is not None:
            deliveries.begin(connection, entry_id, one["user_id"], one["kind"])


def _told(connection: Connection, lines: Sequence[Any]) -> list[dict[str, Any]]:
    """The entries that follow from some lines of the log."""
    kinds = [(line, rules.kind_of(line.action, line.detail, line.actor)) for line in lines]
    found = [(line, kind, int(line.subject.partition(":")[2])) for line, kind in kinds if kind]
    if not found:
        return []
    people = everybody(connection)
    of_articles = {id_ for line, _, id_ in found if line.action in rules.OF_ARTICLES}
    rows = {row.id: row for row in connection.execute(select(articles).where(articles.c.id.in_(of_articles)))}
    signed = bylines.accounts_of(connection, of_articles)
    notes = workflow.texts_of(connection, [line.detail["note"] for line, _, _ in found if "note" in line.detail])
    entries = []
    for line, kind, id_ in found:
        if line.action in rules.OF_PLANS:
            whom = [one for one in people if one.id == line.detail["assigned"]]
            about = {"article_id": None, "plan_id": id_, "tip_id": None, "note": ""}
        elif line.action in rules.OF_TIPS:
            whom = [one for one in people if one.role is Role.secretary and rights.may(one, Action.tips)]
            about = {"article_id": None, "plan_id": None, "tip_id": id_, "note": ""}
        elif id_ in rows:
            whom = _concerned(kind, line, rows[id_], signed.get(id_, set()), people)
            note = notes.get(line.detail.get("note"), line.detail.get("reason", ""))
            about = {"article_id": id_, "plan_id": None, "tip_id": None, "note": note}
        else:
            continue
        told = {"event": f"audit:{line.id}", "kind": kind, "actor": line.actor, "at": line.at, **about}
        entries += [{"user_id": one.id, **told} for one in whom if one.actor_name != line.actor]
    return entries


def _concerned(kind: str, line: Any, row: Any, signed: set[int], people: list[Account]) -> list[Account]:
    """Of those who see the article whoever it concerns."""
    if kind == "published" and not _is_news(row, line.at):
        return []
    # What is said about a story is for those who work at it; that it is out is no secret.
    is_public = kind == "published" and row.status == "published"
    sees = [one for one in people if seen_by(one).shows(row.section_id, row.created_by, public=is_public)]
    return [one for one in sees if _concerns(kind, line.detail, row, signed, one)]


def _concerns(kind: str, detail: dict[str, Any], row: Any, signed: set[int], one: Account) -> bool:
    """Whether the article was given to somebody, they were called, may correct it, or it is theirs."""
    match kind:
        case "assigned":
            return bool(one.actor_name == detail["to"])
        case "mentioned":
            return one.id in detail["mentioned"]
        case "correction":
            return rights.may(one, Action.withdraw, section_id=row.section_id, owner=row.created_by)
    return one.id in signed or one.actor_name == row.created_by


def _is_news(row: Any, at: datetime) -> bool:
    """Whether an article went out just now; imports bring thousands from years ago."""
    return row.first_published_at is not None and at - row.first_published_at < rules.FRESH


def _of_plan(row: Any, kind: str, now: datetime) -> dict[str, Any]:
    """Another day or hour is another deadline."""
    event = f"{kind}:{row.id}:{row.day}T{row.hour}"
    about = {"article_id": None, "plan_id": row.id, "tip_id": None, "note": ""}
    return {"user_id": row.assignee_id, "event": event, "kind": kind, "actor": "", "at": now, **about}
