"""Who may take which step, what they are told who may not, and which differences end an approval."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.ingest.articles import rules
from services.ingest.articles.rules import WorkflowState, may_move, may_publish, may_write
from services.ingest.kit.actors import Account, Actor, Role, Scope
from services.ingest.kit.errors import Conflict, Forbidden, Invalid, Refused
from services.ingest.kit.rights import Action
from services.ingest.sections.store import Rule
from shared.contracts.articles import ArticleState

LAN = Account(1, "lan@bao.vn", "Lan", Role.reporter, must_change_password=False)
OWN, ANOTHERS = "user:lan@bao.vn", "user:khac@bao.vn"
CHIEFS = Rule(approver="chief")
LETTERS = dict(zip("RESCAO", Role, strict=True))
READING, DRAFTING, PUBLISHING = (Actor("key:x", frozenset({scope}), key_id=1) for scope in list(Scope)[:3])


def lan(role: Role) -> Actor:
    return replace(LAN, role=role).actor


def at(status: str, rule: Rule = Rule(), *, owner: str = ANOTHERS, **more: Any) -> WorkflowState:  # noqa: B008
    return WorkflowState(status, 1, owner, rule, **more)


def letters(allowed: Any) -> str:
    return "".join(letter for letter, role in LETTERS.items() if allowed(lan(role)))


NOBODY = ""
# Of another's article; R is a reporter, and so on by the names of roles.
MOVES = {
    "draft": {"draft": "ESCA", "submitted": "ESCA", "edited": "ESCA", "approved": "SCA"},
    "submitted": {"draft": "ESCA", "submitted": "ESCA", "edited": "ESCA", "approved": "SCA"},
    "edited": {"draft": "ESCA", "submitted": "ESCA", "edited": "ESCA", "approved": "SCA"},
    "approved": {"draft": "SCA", "submitted": "SCA", "edited": "SCA", "approved": "SCA"},
    "scheduled": {"draft": "SCA", "submitted": "SCA", "edited": "SCA", "approved": "SCA"},
    "unpublished": {"draft": "SCA", "submitted": "SCA", "edited": "SCA", "approved": "SCA"},
    "published": dict.fromkeys(("draft", "submitted", "edited", "approved"), NOBODY),
    "withdrawn": dict.fromkeys(("draft", "submitted", "edited", "approved"), NOBODY),
}


@pytest.mark.parametrize(("status", "to"), [(status, to) for status, row in MOVES.items() for to in row])
def test_who_may_bring_an_article_where(status: str, to: str) -> None:
    allowed = MOVES[status][to]
    assert letters(lambda actor: may_move(actor, at(status), to)) == allowed
    # Where the chief approves, nobody else does.
    chiefs = "".join(letter for letter in allowed if letter in "CA") if to == "approved" else allowed
    assert letters(lambda actor: may_move(actor, at(status, CHIEFS), to)) == chiefs
    assert may_move(PUBLISHING, at(status), to) is bool(allowed)
    assert may_move(DRAFTING, at(status), to) is ("E" in allowed)


@pytest.mark.parametrize("to", ["published", "scheduled", "withdrawn", "unpublished", "khac"])
def test_what_is_no_step_is_nobodys(to: str) -> None:
    assert letters(lambda actor: may_move(actor, at("draft"), to)) == NOBODY
    with pytest.raises(Invalid) as refused:
        rules.require_move(lan(Role.admin), at("draft"), to)
    assert refused.value.errors == [{"field": "to", "message": "Không có bước này."}]


def test_steps_that_a_section_has_not_are_passed_by_nobody_but_who_names_them() -> None:
    chief_alone = Rule(("approved",))
    own = at("draft", Rule(("submitted",)), owner=OWN)
    assert letters(lambda actor: may_move(actor, own, "submitted")) == "RESCA"
    assert letters(lambda actor: may_move(actor, at("draft", chief_alone), "approved")) == "SCA"
    assert letters(lambda actor: may_move(actor, at("draft", chief_alone, owner=OWN), "edited")) == "ESCA"
    # A secretary may not edit at all in this table of rights: the step is passed all the same where there is none.
    assert [rules._passed(at("draft", Rule(steps)), "approved") for steps in ((), ("edited",), ("submitted",))] == [
        ["approved"], ["edited", "approved"], ["submitted", "approved"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "place", "to", "kind", "told"),
    [
        (lan(Role.admin), at("published"), "draft", Conflict, "Bài không còn ở các bước trước xuất bản."),
        (lan(Role.admin), at("withdrawn"), "draft", Conflict, "Bài không còn ở các bước trước xuất bản."),
        (lan(Role.reporter), at("draft", owner=OWN), "edited", Forbidden,
         "Bài phải qua biên tập viên của chuyên mục trước."),
        (lan(Role.reporter), at("draft", owner=OWN), "approved", Forbidden,
         "Bài phải qua biên tập viên của chuyên mục trước."),
        (lan(Role.editor), at("edited"), "approved", Forbidden,
         "Bài này phải do Thư ký tòa soạn hoặc Tổng biên tập duyệt."),
        (lan(Role.secretary), at("edited", CHIEFS), "approved", Forbidden, "Bài này phải do Tổng biên tập duyệt."),
        (lan(Role.reporter), at("submitted", owner=OWN, held_by=ANOTHERS), "draft", Forbidden,
         "Biên tập viên đã nhận bài này; hãy nhờ người ấy trả lại."),
        (lan(Role.reporter), at("submitted", held_by=ANOTHERS), "draft", Forbidden,
         "Bạn không có quyền chuyển bài sang bước này."),
        (lan(Role.reporter), at("edited", owner=OWN), "submitted", Forbidden,
         "Bạn không có quyền chuyển bài sang bước này."),
        (lan(Role.reporter), at("draft"), "submitted", Forbidden, "Bạn không có quyền chuyển bài sang bước này."),
        (lan(Role.editor), at("approved"), "edited", Forbidden, "Bạn không có quyền chuyển bài sang bước này."),
        (lan(Role.editor), at("scheduled"), "draft", Forbidden, "Bạn không có quyền chuyển bài sang bước này."),
    ],
)  # fmt: skip
def test_who_may_not_is_told_what_stands_in_the_way(
    actor: Actor, place: WorkflowState, to: str, kind: type[Refused], told: str
) -> None:
    with pytest.raises(kind) as refused:
        rules.require_move(actor, place, to)
    assert type(refused.value) is kind and refused.value.detail == told


def test_ones_own_comes_back_until_somebody_has_taken_it() -> None:
    for held, comes in ((None, True), (OWN, True), (ANOTHERS, False)):
        assert may_move(lan(Role.reporter), at("submitted", owner=OWN, held_by=held), "draft") is comes
    assert not may_move(lan(Role.ops), at("submitted", owner=OWN), "draft")
    rules.require_move(lan(Role.reporter), at("submitted", owner=OWN), "draft")


WRITERS = {
    "draft": "ESCA", "submitted": "ESCA", "edited": "ESCA", "approved": "SCA", "scheduled": "SCA", "published": "ESCA",
    "unpublished": "SCA", "withdrawn": NOBODY,
}  # fmt: skip


@pytest.mark.parametrize("status", WRITERS)
def test_who_may_change_the_text(status: str) -> None:
    assert letters(lambda actor: may_write(actor, at(status))) == WRITERS[status]
    own = letters(lambda actor: may_write(actor, at(status, owner=OWN)))
    assert own == ("R" if status == "draft" else "") + WRITERS[status]
    assert may_write(DRAFTING, at(status)) is (status in ("draft", "submitted", "edited"))
    assert may_write(PUBLISHING, at(status)) is (status != "withdrawn")
    for letter, role in LETTERS.items():
        if letter in WRITERS[status]:
            rules.require_write(lan(role), at(status))
        else:
            with pytest.raises(Forbidden) as refused:
                rules.require_write(lan(role), at(status))
            assert refused.value.detail == rules.why_not_writable(lan(role), at(status))


@pytest.mark.parametrize(
    ("actor", "place", "told"),
    [
        (lan(Role.admin), at("withdrawn"), "Bài đã rút, không sửa được."),
        (lan(Role.ops), at("draft"), "Bạn xem được bài này nhưng không có quyền sửa."),
        (READING, at("draft"), "Khóa này không có quyền sửa bài."),
        (DRAFTING, at("published"), "Khóa này không có quyền xuất bản."),
        (DRAFTING, at("scheduled"), "Khóa này không có quyền xuất bản."),
        (lan(Role.editor), at("approved"),
         "Bài đã duyệt: người có quyền duyệt mới sửa được, và sửa xong thì phải duyệt lại."),
        (DRAFTING, at("approved"), "Bài đã duyệt: người có quyền duyệt mới sửa được, và sửa xong thì phải duyệt lại."),
        (lan(Role.reporter), at("submitted", owner=OWN),
         "Bài đã chuyển sang bước sau; người phụ trách bước đó mới sửa được."),
        (lan(Role.editor), at("scheduled"), "Bài đã chuyển sang bước sau; người phụ trách bước đó mới sửa được."),
    ],
)  # fmt: skip
def test_why_a_text_cannot_be_changed(actor: Actor, place: WorkflowState, told: str) -> None:
    assert rules.why_not_writable(actor, place) == told


@pytest.mark.parametrize(
    ("actor", "action", "told"),
    [
        (lan(Role.ops), Action.write, "Bạn không có quyền sửa bài."),
        (lan(Role.ops), Action.publish, "Bạn không có quyền xuất bản."),
        (lan(Role.ops), Action.approve, "Bạn không có quyền duyệt bài."),
        (lan(Role.ops), Action.read, "Bạn không có quyền đọc bài."),
        (READING, Action.withdraw, "Khóa này không có quyền làm việc này (Rút bài, đăng cải chính)."),
    ],
)
def test_a_right_that_is_missing_is_named(actor: Actor, action: Action, told: str) -> None:
    with pytest.raises(Forbidden) as refused:
        rules.require(actor, action, at("draft"))
    assert refused.value.detail == told
    rules.require(lan(Role.admin), action, at("draft"))


def test_where_somebody_writes_and_what_needs_a_right_of_its_own() -> None:
    at_home = replace(LAN, all_sections=False, section_ids=frozenset({1})).actor
    rules.require_section(at_home, 1)
    rules.require_section(DRAFTING, 2)
    with pytest.raises(Forbidden) as refused:
        rules.require_section(at_home, 2)
    assert refused.value.detail == "Bạn không viết cho chuyên mục này."
    rules.require_opening(lan(Role.admin))
    rules.require_opening(Actor("key:x", frozenset({Scope.opening}), key_id=1))
    for actor, whose in ((lan(Role.chief), "bạn không có."), (PUBLISHING, "khóa này không có (opening).")):
        with pytest.raises(Forbidden) as refused:
            rules.require_opening(actor)
        assert refused.value.detail == f"Số lượt xem cũ (earlier_views) cần một quyền riêng mà {whose}"


def test_who_publishes_what() -> None:
    assert letters(lambda actor: may_publish(actor, at("draft"))) == "SCA"
    assert letters(lambda actor: may_publish(actor, at("edited", CHIEFS))) == "CA"
    assert letters(lambda actor: may_publish(actor, at("edited", CHIEFS, is_approved=True))) == "SCA"
    assert letters(lambda actor: may_publish(actor, at("withdrawn", is_approved=True))) == NOBODY
    assert rules._missing(at("submitted")) == ["edited", "approved"]
    assert rules._missing(at("edited", Rule(("edited",)))) == rules._missing(at("published")) == []
    for actor, place, told in (
        (lan(Role.editor), at("edited"),
         "Bạn không có quyền xuất bản. Thư ký tòa soạn hoặc Tổng biên tập phải duyệt."),
        (DRAFTING, at("edited", CHIEFS), "Khóa này không có quyền xuất bản. Tổng biên tập phải duyệt."),
        (lan(Role.secretary), at("edited", CHIEFS),
         "Nội dung này chưa được duyệt: Tổng biên tập phải duyệt trước khi xuất bản."),
    ):  # fmt: skip
        with pytest.raises(Forbidden) as refused:
            rules.require_publish(actor, place)
        assert refused.value.detail == told
    rules.require_publish(lan(Role.chief), at("edited", CHIEFS))


STATE = ArticleState(
    id=1, version=1, status="approved", title="T", slug="t", summary="", body="<p>a</p>", section_slug="s",
    section_name="S", tags=(), dateline="", byline="", authors=(), images=(), published_at=None,
    updated_at=datetime(2026, 1, 1, tzinfo=UTC), kind="article",
)  # fmt: skip
# What readers meet of an article, as they would say it.
SEEN = {
    "kind": "photo", "live": True, "title": "K", "kicker": "K", "card_title": "K", "search_title": "K", "slug": "k",
    "summary": "k", "body": "<p>k</p>", "dateline": "K", "byline": "K", "video_url": "https://k.example/",
    "source": "K", "print_page": "1", "language": "en", "comments_closed": True, "section_slug": "k",
}  # fmt: skip
UNSEEN = {"section_name": "K", "version": 9, "opening_views": 9, "old_paths": ("/k",), "status": "published"}


def fields(**changed: Any) -> dict[str, Any]:
    return {name: getattr(STATE, name) for name in ArticleState.model_fields} | changed


@pytest.mark.parametrize("name", [*SEEN, *UNSEEN])
def test_an_approval_ends_with_what_readers_would_see_changed_and_with_nothing_else(name: str) -> None:
    changed = fields(**{name: (SEEN | UNSEEN)[name]})
    assert rules.says_the_same(STATE, changed) is (name in UNSEEN)
    before: Any = SimpleNamespace(for_readers=SimpleNamespace(state=STATE))
    assert rules.keeps_approval(before, changed) is (name in UNSEEN)
    approved = STATE.model_copy(update={name: (SEEN | UNSEEN)[name]})
    why = rules.why_not_approved(at("approved"), STATE, approved, lan(Role.chief))
    assert why == ("" if name in UNSEEN else "bài đã đổi sau khi được duyệt")


def test_an_approval_is_kept_between_statuses_that_need_one() -> None:
    def kept(was: str, becomes: str) -> bool:
        state = STATE.model_copy(update={"status": was})
        before: Any = SimpleNamespace(for_readers=SimpleNamespace(state=state))
        return rules.keeps_approval(before, fields(status=becomes))

    needing = ("approved", "scheduled", "published")
    every = ("draft", "submitted", "edited", "unpublished", "withdrawn", *needing)
    assert {(was, becomes) for was in every for becomes in every if kept(was, becomes)} == {
        (was, becomes) for was in needing for becomes in needing
    }
    assert rules.keeps_approval(None, fields()) is False


@pytest.mark.parametrize(
    ("place", "approved", "approver", "why"),
    [
        (at("draft"), STATE, lan(Role.chief), "chưa ai duyệt nội dung này"),
        (at("approved"), None, lan(Role.chief), "chưa ai duyệt nội dung này"),
        (at("approved"), STATE, None, "người đã duyệt không còn quyền duyệt"),
        (at("published"), STATE, lan(Role.editor), "người đã duyệt không còn quyền duyệt"),
        (at("scheduled", CHIEFS), STATE, lan(Role.secretary), "chuyên mục này nay do Tổng biên tập duyệt"),
        (at("scheduled"), STATE, lan(Role.secretary), ""),
        (at("published", CHIEFS), STATE, lan(Role.chief), ""),
    ],
)
def test_why_an_approval_does_not_hold(
    place: WorkflowState, approved: ArticleState | None, approver: Actor | None, why: str
) -> None:
    assert rules.why_not_approved(place, STATE, approved, approver) == why


def test_where_an_article_stands_is_what_its_row_says() -> None:
    found: Any = SimpleNamespace(row=SimpleNamespace(status="edited", section_id=7, created_by=OWN))
    assert rules.stands(found) == rules.Stands("edited", 7, OWN)


def test_a_change_that_wishes_for_a_step_is_that_step_and_one_that_does_not_is_none() -> None:
    def leads_to(actor: Actor, place: WorkflowState, wanted: str | None) -> rules.Outcome:
        return rules.outcome(actor, place, wanted, changed=False)

    assert leads_to(lan(Role.editor), at("draft"), "edited") == rules.Outcome("edited")
    for wanted in ("submitted", "edited", "approved"):
        with pytest.raises(Forbidden):
            leads_to(lan(Role.reporter), at("draft"), wanted)
    # Nobody's rights are asked for where the article stands already.
    assert leads_to(lan(Role.ops), at("edited"), None) == rules.Outcome("edited")
    assert leads_to(lan(Role.ops), at("edited"), "edited") == rules.Outcome("edited")
    assert leads_to(lan(Role.reporter), at("approved"), None) == rules.Outcome("approved")
    assert leads_to(lan(Role.editor), at("approved", is_approved=True), "approved") == rules.Outcome("approved")
