"""What happens is told to whom it concerns: once, and to nobody who may not see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from services.ingest.accounts.store import accounts
from services.ingest.articles.store import articles, hands, workflow
from services.ingest.authors.store import authors
from services.ingest.inbox import loop
from services.ingest.inbox.store import entries, happenings
from services.ingest.inbox.tables import inbox_cursor, inbox_entries
from services.ingest.kit.actors import Account, Actor, Role
from services.ingest.planning import store as plans
from shared.database import write
from shared.vietnamese.dates import VIETNAM
from tests.contract.ingest.inbox.conftest import Staff


def plan(whom: Account, at: datetime, **fields: object) -> plans.Plan:
    local = at.astimezone(VIETNAM)
    given: dict[str, Any] = {
        "title": "Lễ hội hoa ban",
        "kind": "article",
        "section_id": None,
        "assignee": "",
        "note": "Gặp nghệ nhân",
    }
    given |= {"state": "planned", "article_id": None, "assignee_id": whom.id, **fields}
    return plans.Plan(day=local.date(), hour=f"{local:%H:%M}", **given)


def test_a_story_tells_its_people_on_its_way_to_readers(staff: Staff) -> None:
    lan, tu = staff.add("Lan"), staff.add("Tú", Role.editor)
    binh, mai = staff.add("Bình", Role.secretary), staff.add("Mai", Role.reporter, "van-hoa")
    authors.add(staff.store, binh.actor, "Mai Hoa", mai.id)
    story = staff.story(lan, byline="Bài: Lan; Ảnh: Mai Hoa")
    workflow.move(staff.store, story, "submitted", lan.actor)
    workflow.move(staff.store, story, "draft", tu.actor, note="Thiếu ảnh")
    workflow.move(staff.store, story, "submitted", lan.actor)
    hands.hand_over(staff.store, story, binh.actor, tu.id)
    workflow.add_note(staff.store, story, "@Tú xem sapo, @Mai xem ảnh", binh.actor, mentioned=[tu.id, mai.id])
    articles.publish(staff.store, story, binh.actor)
    workflow.ask_correction(staff.store, story, "Chợ ở Bắc Hà", tu.actor)
    title = "Họp chợ phiên"
    assert staff.told(lan) == [("sent_back", title, "Thiếu ảnh"), ("published", title, "")]
    assert staff.told(tu) == [("assigned", title, ""), ("mentioned", title, "@Tú xem sapo, @Mai xem ảnh")]
    # A draft of another section was no business of hers; what is signed with her name and public is.
    assert staff.told(mai) == [("published", title, "")]
    assert staff.told(binh) == [("correction", title, "Đề nghị cải chính: Chợ ở Bắc Hà")]


def test_nobody_is_told_twice_whoever_dies(staff: Staff) -> None:
    lan, tu = staff.add("Lan"), staff.add("Tú", Role.editor)
    story = staff.story(lan)
    workflow.move(staff.store, story, "submitted", lan.actor)
    workflow.move(staff.store, story, "draft", tu.actor, note="Thiếu ảnh")
    assert len(staff.told(lan)) == 1
    with write(staff.store) as connection:
        # As a restore to the moment before would have it.
        connection.execute(update(inbox_cursor).values(audit_id=0))
    assert len(staff.told(lan)) == 1


def test_what_one_may_see_no_more_is_not_in_the_inbox(staff: Staff) -> None:
    admin, tu = staff.add("Quản", Role.admin), staff.add("Tú", Role.editor)
    story = staff.story(admin)
    hands.hand_over(staff.store, story, admin.actor, tu.id)
    assert len(staff.told(tu)) == 1 and entries.unread(staff.store, tu) == 1
    accounts.change_account(staff.store, tu.id, name="Tú", role=Role.editor, section_ids=[], by="tests")
    moved = accounts.named(staff.store, tu.actor_name)
    assert moved and staff.told(moved) == [] and entries.unread(staff.store, moved) == 0


def test_a_task_is_told_when_it_is_given_due_and_late(staff: Staff) -> None:
    binh, lan, tam = staff.add("Bình", Role.secretary), staff.add("Lan"), staff.add("Tâm")
    now = datetime.now(UTC)
    soon = plan(lan, now + timedelta(hours=1))
    made = plans.add(staff.store, binh.actor, soon)
    assert [kind for kind, *_ in staff.told(lan)] == ["assigned", "due"]
    plans.change(staff.store, binh.actor, made, plan(lan, now + timedelta(hours=1), note="Đổi chỗ hẹn"), 1)
    assert [kind for kind, *_ in staff.told(lan)] == ["assigned", "due"], "whoever has it already is not given it anew"
    happenings.note_deadlines(staff.store, now + timedelta(hours=1, minutes=1))
    assert [kind for kind, *_ in staff.told(lan)] == ["assigned", "due", "late"]
    plans.change(staff.store, binh.actor, made, plan(tam, now + timedelta(hours=1), state="done"), 2)
    assert [kind for kind, *_ in staff.told(tam)] == ["assigned"], "what is done is not due"
    plans.remove(staff.store, binh.actor, made)
    assert staff.told(lan) == []


def test_an_archive_that_comes_in_is_no_news(staff: Staff) -> None:
    lan = staff.add("Lan")
    authors.add(staff.store, lan.actor, "Lan", lan.id)
    for year in (2019, 2023):
        given = {"byline": "Bài: Lan", "status": "published", "published_at": f"{year}-05-01T08:00:00+07:00"}
        staff.story(staff.add(f"Máy{year}", Role.admin), **given)
    assert staff.told(lan) == []


def test_a_scheduled_story_that_does_not_go_out_is_told(staff: Staff) -> None:
    lan, binh = staff.add("Lan"), staff.add("Bình", Role.secretary)
    story = staff.story(lan)
    articles.publish(staff.store, story, binh.actor, at=datetime.now(UTC) + timedelta(hours=1))
    articles.unpublish(staff.store, story, binh.actor)
    assert staff.told(lan) == [], "somebody took the time away on purpose"
    articles.publish(staff.store, story, binh.actor)
    assert [kind for kind, *_ in staff.told(lan)] == ["published"]


def test_old_entries_are_forgotten(staff: Staff) -> None:
    lan, tu = staff.add("Lan"), staff.add("Tú", Role.editor)
    story = staff.story(lan)
    hands.hand_over(staff.store, story, lan.actor, tu.id)
    hands.take(staff.store, story, lan.actor, instead_of=tu.actor_name)
    hands.hand_over(staff.store, story, lan.actor, tu.id)
    loop.work(staff.store)
    with write(staff.store) as connection:
        old = datetime.now(UTC) - timedelta(days=91)
        connection.execute(update(inbox_entries).where(inbox_entries.c.id == 1).values(at=old))
    assert entries.forget_old(staff.store, datetime.now(UTC)) is False
    assert len(staff.told(tu)) == 1


def test_a_programs_doings_are_told_too(staff: Staff) -> None:
    lan = staff.add("Lan")
    story = staff.story(lan)
    workflow.move(staff.store, story, "submitted", lan.actor)
    articles.publish(staff.store, story, Actor("key:trang"))
    assert [kind for kind, *_ in staff.told(lan)] == ["published"]
