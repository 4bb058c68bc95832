"""How far a right goes: the reaches of the table, at home and elsewhere, for people, programs and the house itself."""

from dataclasses import replace

import pytest
from sqlalchemy import ColumnElement, Integer, String, column, create_engine, select, table

from services.ingest.kit import rights
from services.ingest.kit.actors import SCHEDULER, Account, Actor, Role, Scope
from services.ingest.kit.errors import Forbidden
from services.ingest.kit.rights import RIGHTS, Action, Reach, actor_may, allowed_sections, may, reach, require
from services.ingest.kit.visibility import Seen, seen_by

HOME, ELSEWHERE = 3, 9
LAN = Account(
    1, "lan@bao.vn", "Lan", Role.reporter, must_change_password=False, all_sections=False, section_ids=frozenset({HOME})
)
OWN, ANOTHERS = "user:lan@bao.vn", "user:khac@bao.vn"


def lan(role: Role, *, everywhere: bool = False) -> Account:
    return replace(LAN, role=role, all_sections=everywhere)


# Of somebody with one section: which of their own and of others' things there and elsewhere.
@pytest.mark.parametrize(
    ("action", "role", "reached"),
    [
        (Action.write, Role.reporter, "own_home own_elsewhere"),
        (Action.write, Role.editor, "own_home others_home own_elsewhere"),
        (Action.write, Role.secretary, "own_home others_home own_elsewhere others_elsewhere"),
        (Action.write, Role.ops, ""),
        (Action.read, Role.reporter, "own_home others_home own_elsewhere"),
        (Action.approve, Role.reporter, ""),
        (Action.approve, Role.editor, ""),
        (Action.approve, Role.chief, "own_home others_home own_elsewhere others_elsewhere"),
        (Action.publish, Role.editor, ""),
        (Action.moderate, Role.editor, "own_home others_home own_elsewhere"),
    ],
)
def test_a_reach_is_ones_own_ones_sections_or_everything(action: Action, role: Role, reached: str) -> None:
    who = lan(role)
    places = {
        "own_home": (HOME, OWN),
        "others_home": (HOME, ANOTHERS),
        "own_elsewhere": (ELSEWHERE, OWN),
        "others_elsewhere": (ELSEWHERE, ANOTHERS),
    }
    found = {name for name, (section, owner) in places.items() if may(who, action, section_id=section, owner=owner)}
    assert found == set(reached.split())
    assert may(who, action) is bool(reached)
    for section, owner in places.values():
        allowed = may(who, action, section_id=section, owner=owner)
        assert actor_may(who.actor, action, section_id=section, owner=owner) is allowed
        if allowed:
            require(who, action, section_id=section, owner=owner)
        else:
            with pytest.raises(Forbidden, match=r"^Bạn không có quyền làm việc này\.$"):
                require(who, action, section_id=section, owner=owner)


def test_who_works_everywhere_is_at_home_everywhere() -> None:
    who = lan(Role.editor, everywhere=True)
    assert may(who, Action.write, section_id=ELSEWHERE, owner=ANOTHERS)
    assert not may(lan(Role.reporter, everywhere=True), Action.write, section_id=ELSEWHERE, owner=ANOTHERS)


def test_of_a_thing_whose_section_or_maker_is_unknown() -> None:
    assert may(lan(Role.editor), Action.write, section_id=HOME)
    assert not may(lan(Role.editor), Action.write, section_id=ELSEWHERE)
    assert may(lan(Role.reporter), Action.write, owner=OWN)
    assert not may(lan(Role.editor), Action.write, owner=ANOTHERS)
    with pytest.raises(Forbidden):
        require(lan(Role.ops), Action.write)
    require(lan(Role.reporter), Action.write)


@pytest.mark.parametrize(
    ("role", "action", "at_one", "everywhere"),
    [
        (Role.editor, Action.write, {HOME}, None),
        (Role.reporter, Action.write, set(), set()),
        (Role.reporter, Action.read, {HOME}, None),
        (Role.secretary, Action.write, None, None),
        (Role.ops, Action.read, set(), set()),
    ],
)
def test_sections_of_a_right(role: Role, action: Action, at_one: set[int] | None, everywhere: set[int] | None) -> None:
    assert allowed_sections(lan(role), action) == at_one
    assert allowed_sections(lan(role, everywhere=True), action) == everywhere


def test_the_table_says_something_of_every_action_and_role_and_nobody_below_may_more() -> None:
    assert set(RIGHTS) == set(Action)
    ladder = [Role.reporter, Role.editor, Role.secretary, Role.chief, Role.admin]
    for action, row in RIGHTS.items():
        assert set(row) == set(Role)
        reaches = [reach(lan(role), action) for role in ladder]
        assert reaches == sorted(reaches), action
        assert reaches[-1] is Reach.all, action
        assert reach(lan(Role.ops), action) in (Reach.none, Reach.all), action


@pytest.mark.parametrize(
    ("scope", "actions"),
    [
        (Scope.read, {Action.read}),
        (Scope.draft, {Action.read, Action.write, Action.live_write, Action.submit, Action.edit}),
        (Scope.publish, set(rights.SCOPES) - {Action.opening}),
        (Scope.opening, {Action.opening}),
    ],
)
def test_a_program_may_what_its_scopes_open_at_every_section(scope: Scope, actions: set[Action]) -> None:
    program = Actor("key:x", frozenset({scope}), key_id=1)
    assert {action for action in rights.SCOPES if actor_may(program, action)} == actions
    assert {
        action for action in rights.SCOPES if actor_may(program, action, section_id=ELSEWHERE, owner=ANOTHERS)
    } == actions
    assert all(actor_may(SCHEDULER, action) for action in rights.SCOPES)


def test_a_person_is_known_by_the_address_and_goes_to_the_stores_with_the_scopes_of_the_role() -> None:
    scopes = {role: lan(role).actor.scopes for role in Role}
    assert lan(Role.chief).actor_name == lan(Role.chief).actor.name == OWN
    assert lan(Role.chief).actor.account == lan(Role.chief)
    assert {role for role in Role if scopes[role] == {Scope.publish}} == {Role.secretary, Role.chief, Role.admin}
    assert {role for role in Role if scopes[role] == {Scope.draft}} == {Role.reporter, Role.editor}
    assert scopes[Role.ops] == {Scope.read}
    assert not any(one.actor.may(Scope.opening) for one in map(lan, Role))
    assert lan(Role.reporter).actor.may(Scope.read) and not lan(Role.reporter).actor.may(Scope.publish)


def _of_rows(seen: Seen, *public: ColumnElement[bool]) -> set[tuple[int | None, str]]:
    section, owner = column("section", Integer), column("owner", String)
    rows = [(HOME, ANOTHERS), (ELSEWHERE, OWN), (ELSEWHERE, ANOTHERS), (None, OWN), (None, ANOTHERS)]
    with create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE things (section INTEGER, owner TEXT)")
        connection.exec_driver_sql("INSERT INTO things VALUES (?, ?)", rows)
        query = select(section, owner).select_from(table("things")).where(seen.where(section, owner, *public))
        return {(one, whose) for one, whose in connection.execute(query)}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.reporter, {(HOME, ANOTHERS), (ELSEWHERE, OWN), (None, OWN)}),
        (Role.chief, {(HOME, ANOTHERS), (ELSEWHERE, OWN), (ELSEWHERE, ANOTHERS), (None, OWN), (None, ANOTHERS)}),
        (Role.ops, set()),
    ],
)
def test_what_is_seen_of_a_row_is_seen_in_sql(role: Role, seen: set[tuple[int | None, str]]) -> None:
    who = seen_by(lan(role))
    assert who.is_all is (role is Role.chief)
    every = {(HOME, ANOTHERS), (ELSEWHERE, OWN), (ELSEWHERE, ANOTHERS), (None, OWN), (None, ANOTHERS)}
    assert {(section, owner) for section, owner in every if who.shows(section, owner)} == seen
    assert _of_rows(who) == seen
    # What readers can see anyway.
    assert who.shows(ELSEWHERE, ANOTHERS, public=True)
    public = column("section", Integer) == ELSEWHERE
    assert _of_rows(who, public) == seen | {(ELSEWHERE, OWN), (ELSEWHERE, ANOTHERS)}
