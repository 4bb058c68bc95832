"""What can be done to an article. Every function is one transaction; after it the relay is woken.

Raises the kinds of services.ingest.kit.errors.Refused; then nothing was stored.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import IntegrityError

from services.ingest.articles.becoming import require_no_embargo, require_text, times_of
from services.ingest.articles.content import clean, derived_summary, prepare, without_dateline
from services.ingest.articles.input import ArticleInput, CorrectionInput
from services.ingest.articles.rules import approvers, before_approval, require, require_publish, stands
from services.ingest.articles.sanitise import to_text
from services.ingest.articles.store import autosaves
from services.ingest.articles.store.approvals import fault, place_of
from services.ingest.articles.store.pictures import images_of
from services.ingest.articles.store.revisions import (
    current,
    unchanged,
    with_state,
    write_version,
    write_versions,
)
from services.ingest.articles.store.submissions import next_of, outcome
from services.ingest.articles.tables import ArticleRow, articles
from services.ingest.articles.versions import Current, Saved, Submission, Version
from services.ingest.kit import once
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.rights import Action
from services.ingest.sections import store as sections
from shared import clock
from shared.contracts.articles import ArticleState, Correction
from shared.database import write
from shared.outbox import wake
from shared.records import record
from shared.telemetry import articles_written_total
from shared.vietnamese.text import slug

# Two clients can make the same article or section at the same moment: the loser looks again.
_TRIES = 4
_T = TypeVar("_T")
_BY_EXTERNAL_ID = select(articles).where(articles.c.external_id == bindparam("external_id")).with_for_update()


def save_article(
    engine: Engine, sent: ArticleInput, actor: Actor, *, bulk: bool = False, keep_edited: bool = False
) -> Saved:
    """Make an article, or with a known `external_id` bring that one up to date.

    The same content again changes nothing, even when editors have changed the article since. With `keep_edited`
    an article that anybody but the actor has touched stays as it is, whatever is sent.
    """
    submission = Submission(sent, prepare(sent), actor, bulk=bulk, keep_edited=keep_edited)

    def work(connection: Connection) -> Saved:
        before = _by_external_id(connection, sent.external_id) if sent.external_id else None
        made = outcome(connection, before, submission, sections.finder(connection, actor, bulk=bulk))
        return _written(connection, made, bulk=bulk)

    return committed(engine, work)


def create_article(
    engine: Engine, sent: ArticleInput, actor: Actor, *, user_id: int, key: str, sequence: int | None = None
) -> Saved:
    """Make an article of the desk's form with that key, once: sent again it is the article that was made, "unchanged".

    What was kept of the form is forgotten with it. Raises WrittenElsewhere when another window has gone on
    since `sequence`.
    """
    submission = Submission(sent, prepare(sent), actor)

    def work(connection: Connection) -> Saved:
        if (known := once.made(connection, key, user_id)) is not None:
            return unchanged(current(connection, known))
        made = _written(connection, next_of(connection, None, submission, sections.finder(connection, actor)))
        once.note(connection, key, user_id, made.id)
        autosaves.settle(connection, user_id, key, None, sequence)
        return made

    return committed(engine, work)


def replace_article(
    engine: Engine,
    article_id: int,
    sent: ArticleInput,
    actor: Actor,
    if_version: int | None = None,
    settle: Callable[[Connection], None] | None = None,
    *,
    prepares: bool = False,
) -> Saved:
    """Give an article new content; a status that is left out stays as it is. `settle` is part of the transaction. With
    `prepares` readers of a live article see none of it until it is published (store.prepared)."""
    submission = Submission(sent, prepare(sent), actor, prepares=prepares)

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        if sent.external_id and sent.external_id != before.row.external_id:
            raise Invalid.of("external_id", "Không đổi được external_id của một bài đã có.")
        if settle is not None:
            settle(connection)
        return _written(connection, next_of(connection, before, submission, sections.finder(connection, actor)))

    return committed(engine, work)


def publish(
    engine: Engine,
    article_id: int,
    actor: Actor,
    *,
    at: datetime | None = None,
    if_version: int | None = None,
    action: str = "published",
    note: str = "",
) -> Saved:
    """Show an article to readers, now or at `at` (or at its own time, when that is still to come). Where nobody has
    approved what it says, the act is that approval too, by one who may.

    Raises Forbidden, Conflict while the article is under an embargo.
    """

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        state, at_now = before.state, place_of(connection, before)
        require(actor, Action.publish, at_now)
        if state.status == "withdrawn":
            raise Conflict("Bài đã rút, không xuất bản lại được.")
        if state.status == "published":
            # What is prepared has an act of its own: a program that publishes again does not know of it.
            return unchanged(before)
        now = clock.moment()
        times = times_of(before, "published", at, now)
        same_time = times["status"] == state.status and times["published_at"] == state.published_at
        if same_time and at_now.is_approved:
            return unchanged(before)
        require_publish(actor, at_now)
        require_text(state.body, len(state.images), state.video_url)
        require_no_embargo(before, times, now)
        action_now = "scheduled" if times["status"] == "scheduled" else action
        approves = not at_now.is_approved
        return next_version(connection, before, times, actor, action_now, reason=note, approves=approves)

    return committed(engine, work)


def unpublish(engine: Engine, article_id: int, actor: Actor, *, if_version: int | None = None) -> Saved:
    """Take an article from readers; it can come back, with what was prepared. A scheduled one becomes a draft."""

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        require(actor, Action.publish, stands(before))
        status = before.state.status
        if status == "unpublished":
            return unchanged(before)
        if status == "scheduled":
            back = "draft" if before.row.public_version is None else "unpublished"
            return next_version(connection, before, {"status": back, "published_at": None}, actor, "unscheduled")
        if status != "published":
            raise Conflict("Bài không ở trạng thái đang xuất bản.")
        return next_version(connection, before, {"status": "unpublished"}, actor, "unpublished")

    return committed(engine, work)


def withdraw(engine: Engine, article_id: int, reason: str, actor: Actor, *, if_version: int | None = None) -> Saved:
    """Take an article from readers for good; the text that they saw stays inside, with the reason."""

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        require(actor, Action.withdraw, stands(before))
        if before.state.status == "withdrawn":
            return unchanged(before)
        if before.row.public_version is None:
            raise Conflict("Bài chưa từng xuất bản nên không thể rút.")
        seen, changes = before.for_readers, {"status": "withdrawn"}
        return next_version(connection, before, changes, actor, "withdrawn", base=seen, reason=reason)

    return committed(engine, work)


def correct(
    engine: Engine, article_id: int, sent: CorrectionInput, actor: Actor, *, if_version: int | None = None
) -> Saved:
    """Add a public notice of correction to a published article, and change what was wrong: seen by readers at
    once, so by one who may approve it. What is prepared is not published by it and stays in the history."""

    def work(connection: Connection) -> Saved:
        before = current(connection, article_id, if_version)
        seen = before.for_readers
        at_now = place_of(connection, seen)
        require(actor, Action.withdraw, at_now)
        if before.state.status != "published":
            raise Conflict("Chỉ cải chính được bài đang xuất bản.")
        require_publish(actor, replace(at_now, is_approved=False))
        notice = Correction(at=clock.moment(), notice=sent.notice, wrong=sent.wrong, right=sent.right)
        changes: dict[str, Any] = {"corrections": (*seen.state.corrections, notice)}
        if sent.title is not None:
            changes |= {"title": sent.title, "slug": slug(sent.title)}
        if sent.body is not None:
            changes["body"] = without_dateline(clean(sent.body, sent.body_format), seen.state.dateline)
            if seen.state.summary == derived_summary(seen.state.body):
                changes["summary"] = derived_summary(changes["body"])
        if sent.summary is not None:
            changes["summary"] = sent.summary
        if sent.images is not None:
            changes["images"] = images_of(connection, sent.images, changes.get("body", seen.state.body))
        text: dict[str, Any] = {} if sent.body is None else {"original": sent.body, "original_format": sent.body_format}
        return next_version(
            connection, before, changes, actor, "corrected", base=seen, reason=sent.notice, approves=True, **text
        )

    return committed(engine, work)


def publish_due(engine: Engine, article_id: int, version: int, actor: Actor) -> bool:
    """Publish a scheduled article whose time has come, if it still stands at `version`: once, however often
    and by however many it is called. One whose approval does not hold goes back to wait for it, and says why."""

    def work(connection: Connection) -> Saved | None:
        before = current(connection, article_id)
        row, now = before.row, clock.moment()
        if row.version != version or row.status != "scheduled" or row.published_at is None or row.published_at > now:
            return None
        if why := fault(connection, before):
            rule = sections.rule_of(connection, row.section_id)
            reason = f"Đến giờ hẹn nhưng không lên trang: {why}. {approvers(rule)} phải duyệt lại."
            back = {"status": before_approval(rule)}
            next_version(connection, before, back, actor, "unscheduled", reason=reason)
            return None
        times = times_of(before, "published", row.published_at, now)
        require_no_embargo(before, times, now)
        return next_version(connection, before, times, actor, "published")

    return committed(engine, work) is not None


# ---------------------------------------------------------------- how


def committed(engine: Engine, work: Callable[[Connection], _T]) -> _T:
    """`work` in one transaction, again if somebody else was first; then the relay is woken."""
    for attempt in range(_TRIES):
        try:
            with write(engine) as connection:
                result = work(connection)
            break
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    results = result if isinstance(result, list) else [result]
    written = [one for one in results if isinstance(one, Saved) and one.result != "unchanged"]
    for one in written:
        articles_written_total.labels(one.result).inc()
    if written:
        wake("ingest")
    return result


def _written(connection: Connection, made: Saved | Version, *, bulk: bool = False) -> Saved:
    return write_versions(connection, [made], bulk=bulk)[0] if isinstance(made, Version) else made


def _by_external_id(connection: Connection, external_id: str) -> Current | None:
    row = record(connection.execute(_BY_EXTERNAL_ID, {"external_id": external_id}), ArticleRow)
    return None if row is None else with_state(connection, row)


def next_version(
    connection: Connection,
    before: Current,
    changes: dict[str, Any],
    actor: Actor,
    action: str,
    *,
    base: Current | None = None,
    reason: str = "",
    approves: bool = False,
    prepares: bool = False,
    original: str | None = None,
    original_format: str | None = None,
) -> Saved:
    """The next version of an article with a few fields changed: of what it says, or of `base`."""
    base = base or before
    fields = {name: getattr(base.state, name) for name in ArticleState.model_fields} | changes
    for own in ("id", "version", "updated_at"):
        del fields[own]
    row = before.row
    version = Version(
        before,
        fields,
        actor,
        action,
        section_id=sections.id_of(connection, fields["section_slug"]) if before.public else row.section_id,
        words=len(to_text(fields["body"]).split()) if "body" in changes or before.public else row.words,
        original=base.original if original is None else original,
        original_format=original_format or base.original_format,
        external_id=row.external_id,
        input_hash=row.input_hash,
        reason=reason,
        approves=approves,
        prepares=prepares,
    )
    return write_version(connection, version)
