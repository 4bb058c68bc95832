"""The workflow's rules by themselves: where a change leads, and whose approval counts."""

from dataclasses import replace

import pytest

from services.ingest.articles.rules import (
    Outcome,
    WorkflowState,
    approvers,
    before_approval,
    may_approve,
    may_move,
    may_write,
    outcome,
)
from services.ingest.kit.actors import Account, Actor, Role, Scope
from services.ingest.kit.errors import Forbidden
from services.ingest.sections.store import Rule

CHIEFS = Rule(approver="chief")
KEY = Actor("key:x", frozenset({Scope.draft}))
HOUSE = Actor("import")


def person(role: Role, all_sections: bool = True) -> Actor:
    return Account(1, "lan@bao.vn", "Lan", role, must_change_password=False, all_sections=all_sections).actor


def at(status: str, rule: Rule = CHIEFS, *, approved: bool = False, owner: str = "user:lan@bao.vn") -> WorkflowState:
    return WorkflowState(status, 1, owner, rule, approved)


@pytest.mark.parametrize(
    ("rule", "waits"),
    [
        (Rule(), "edited"),
        (Rule(("submitted", "approved")), "submitted"),
        (Rule(("approved",)), "draft"),
        (Rule(()), "draft"),
    ],
)
def test_what_lost_its_approval_waits_before_that_step(rule: Rule, waits: str) -> None:
    assert before_approval(rule) == waits
    assert outcome(person(Role.admin), at("approved", rule), None, changed=True) == Outcome(waits)


def test_saving_is_an_approval_only_where_readers_get_it() -> None:
    chief, secretary = person(Role.chief), person(Role.secretary)
    for status in ("scheduled", "published"):
        assert outcome(chief, at(status), None, changed=True) == Outcome("published", approves=True)
    assert outcome(secretary, at("scheduled"), None, changed=True) == Outcome("edited")
    with pytest.raises(Forbidden, match="Tổng biên tập phải duyệt"):
        outcome(secretary, at("published"), None, changed=True)
    assert outcome(chief, at("edited"), None, changed=True) == Outcome("edited")
    # What is prepared beside a live article goes to nobody.
    assert outcome(secretary, at("published"), None, changed=True, prepares=True) == Outcome("published")


def test_who_may_change_a_live_article() -> None:
    rightful = {role for role in Role if may_write(person(role, all_sections=True), at("published"))}
    assert rightful == {Role.editor, Role.secretary, Role.chief, Role.admin}
    # A program's words go to readers at once.
    assert not may_write(KEY, at("published")) and may_write(HOUSE, at("published"))


def test_who_publishes_what_another_approved_does_not_approve_it_again() -> None:
    place = at("approved", approved=True)
    assert outcome(person(Role.secretary), place, "published", changed=False) == Outcome("published")
    with pytest.raises(Forbidden):
        outcome(person(Role.secretary), replace(place, is_approved=False), "published", changed=True)


def test_a_word_is_no_act() -> None:
    for status in ("approved", "published", "scheduled"):
        with pytest.raises(Forbidden):
            outcome(KEY, at("draft", Rule()), status, changed=True)
    assert outcome(HOUSE, at("draft"), "approved", changed=True) == Outcome("approved", approves=True)


def test_an_approval_counts_by_role_and_section() -> None:
    counts = {role for role in Role if may_approve(person(role), at("edited"))}
    assert counts == {Role.chief, Role.admin}
    assert may_approve(person(Role.secretary), at("edited", Rule())) and not may_approve(KEY, at("edited", Rule()))
    assert approvers(CHIEFS) == "Tổng biên tập" and "Thư ký" in approvers(Rule())


def test_a_reporter_takes_back_what_nobody_has_begun_to_edit() -> None:
    reporter = person(Role.reporter)
    assert may_move(reporter, at("submitted"), "draft")
    assert not may_move(reporter, at("edited"), "draft")
    assert not may_move(reporter, at("submitted", owner="user:khac@bao.vn"), "draft")
