"""A whole article as somebody sent it: whether it is a new version, and what the rules make of it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from services.ingest.articles import becoming, rules
from services.ingest.articles.content import prepare, with_captions_in_place
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.rules import Outcome, WorkflowState
from services.ingest.articles.store import urgency
from services.ingest.articles.store.approvals import place_of
from services.ingest.articles.store.links import links_of
from services.ingest.articles.store.pictures import images_of
from services.ingest.articles.store.revisions import touched_by_others, unchanged
from services.ingest.articles.tables import articles
from services.ingest.articles.versions import Current, Saved, Submission, Version
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict
from services.ingest.sections.store import FoundSection
from services.ingest.sections.tables import sections
from shared import clock
from shared.contracts.articles import ArticleState, OldPicture
from shared.database import read
from shared.vietnamese.text import thousands

FindSection = Callable[[str], FoundSection]
"""A section by its slug or name, made where it may be. Raises Invalid."""
_OLD_PICTURES = 300
# What an article's state takes from its content as it is.
_OF_CONTENT = """kind live title kicker card_title search_title slug summary body tags event dateline byline authors
    video_url source print_page language comments_closed""".split()


def outcome(
    connection: Connection, before: Current | None, submission: Submission, find_section: FindSection
) -> Saved | Version:
    """What becomes of an article that is sent under an external id: it stays, or there is a version to write.

    Raises Refused with nothing written.
    """
    if before is not None and before.row.input_hash == submission.content.input_hash:
        return unchanged(before)
    if before is not None and submission.keep_edited and touched_by_others(connection, before.row.id, submission.actor):
        return unchanged(before)
    return next_of(connection, before, submission, find_section)


def as_if_saved(engine: Engine, found: ArticleState, sent: ArticleInput) -> ArticleState:
    """What an article would say with what somebody has written of it. Raises Invalid."""
    content = prepare(sent)
    with read(engine) as connection:
        images = images_of(connection, content.images, content.body)
        names = dict(connection.execute(select(sections.c.slug, sections.c.name)).all())
        slug = content.section if content.section in names else found.section_slug
        links = links_of(connection, content, slug, found.id, lambda wanted: wanted if wanted in names else "")
    content = with_captions_in_place(content, images)
    fields = {name: getattr(content, name) for name in _OF_CONTENT} | links
    return found.model_copy(
        update={**fields, "images": images, "section_slug": slug, "section_name": names.get(slug, found.section_name)}
    )


def _old_pictures(before: ArticleState | None, sent: ArticleInput) -> tuple[OldPicture, ...]:
    known = {one.path: one for one in (before.old_pictures if before else ())}
    known |= {one.path: OldPicture(path=one.path, file=one.file) for one in sent.old_pictures}
    return tuple(known.values())[-_OLD_PICTURES:]


def next_of(
    connection: Connection, before: Current | None, submission: Submission, find_section: FindSection
) -> Saved | Version:
    """The next version of an article, or it stays where nothing differs. Raises Refused with nothing written."""
    sent, actor, now = submission.sent, submission.actor, clock.moment()
    whole = before
    prepares = submission.prepares and before is not None and before.state.status == "published"
    if before is not None and not prepares:
        # What goes to readers follows what they see, whatever is prepared beside it.
        before = before.for_readers
    wanted = becoming.wanted_status(sent, before)
    if before is not None:
        rules.require_write(actor, rules.stands(before))
        _require_closed(before, submission)
    opening_views = _opening_views(before, submission)
    times = becoming.times_of(before, becoming.asked_for(wanted, before), sent.published_at, now)
    images = images_of(connection, submission.content.images, submission.content.body)
    content = with_captions_in_place(submission.content, images)
    if times["status"] in ("published", "scheduled"):
        if not content.words:
            becoming.require_text(content.body, len(images), content.video_url)
        becoming.require_no_embargo(before, times, now)
    # The first that can write: it makes a section for those alone whom the rules below refuse nothing in a new one.
    section = find_section(content.section)
    fields = {
        **{name: getattr(content, name) for name in _OF_CONTENT},
        "section_slug": section.slug,
        "section_name": section.name,
        "images": images,
        **links_of(
            connection,
            content,
            section.slug,
            before.row.id if before else None,
            lambda wanted: find_section(wanted).slug,
        ),
        "corrections": before.state.corrections if before else (),
        # An address that once led here leads here for good.
        "old_paths": tuple(dict.fromkeys([*(before.state.old_paths if before else ()), *sent.old_paths])),
        "old_pictures": _old_pictures(before.state if before else None, sent),
        "opening_views": opening_views,
    }
    decided = _decided(connection, before, actor, section, wanted, fields, prepares=prepares)
    fields |= becoming.times_of(before, decided.status, sent.published_at, now)
    # Only what the sender with the external id sends counts as its last word, not what editors change.
    input_hash = content.input_hash if sent.external_id else before.row.input_hash if before else None
    is_new_approval = decided.approves and fields["status"] != "published"
    if before is not None and not is_new_approval and _same(before.state, fields):
        connection.execute(update(articles).where(articles.c.id == before.row.id).values(input_hash=input_hash))
        if sent.urgent is not None:
            urgency.put(connection, before.row, actor, urgent=sent.urgent)
        return unchanged(before)
    return Version(
        whole,
        fields,
        actor,
        "prepared" if prepares else becoming.action_of(before, fields["status"], approves=decided.approves),
        section_id=section.id,
        words=content.words,
        original=content.original,
        original_format=content.original_format,
        external_id=sent.external_id or (before.row.external_id if before else None),
        input_hash=input_hash,
        urgent=sent.urgent,
        approves=decided.approves,
        prepares=prepares,
    )


def _decided(
    connection: Connection,
    before: Current | None,
    actor: Actor,
    section: FoundSection,
    wanted: str | None,
    fields: dict[str, Any],
    *,
    prepares: bool,
) -> Outcome:
    """What the rules say of a change, by the way of the section that the article will be in. Raises Forbidden."""
    if before is None or before.row.section_id != section.id:
        rules.require_section(actor, section.id)
    if before is None:
        at = WorkflowState("draft", section.id, actor.name, section.rule)
        rules.require_write(actor, at)
        return rules.outcome(actor, at, wanted, changed=True)
    changed = not rules.says_the_same(before.state, fields)
    is_approved = not changed and place_of(connection, before).is_approved
    row = before.row
    at = WorkflowState(row.status, section.id, row.created_by, section.rule, is_approved, row.held_by)
    return rules.outcome(actor, at, wanted, changed=changed, prepares=prepares)


def _require_closed(before: Current, submission: Submission) -> None:
    """Raises Conflict for a live coverage that would lose its entries."""
    if before.row.status == "published" and before.for_readers.state.live and not submission.content.live:
        raise Conflict("Bài đang tường thuật trực tiếp: hãy kết thúc tường thuật trước khi đổi loại bài.", "live")


def _opening_views(before: Current | None, submission: Submission) -> int:
    """How often the article was read before it came here. Said once, by one who may say it at all.

    Raises Forbidden, Conflict for another number than the one that stands there.
    """
    held, said = (before.row.opening_views if before else 0), submission.sent.earlier_views
    if said in (0, held) or (held and submission.keep_opening):
        return held
    rules.require_opening(submission.actor)
    if held:
        raise Conflict(f"Bài đã nhận {thousands(held)} lượt xem cũ, chỉ một lần: hãy gửi lại không có earlier_views.")
    return said


def _same(state: ArticleState, fields: dict[str, Any]) -> bool:
    return all(getattr(state, name) == value for name, value in fields.items())
