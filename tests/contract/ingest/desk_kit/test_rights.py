"""Every endpoint, asked by every role about articles of its own desk, of another desk and of its own making."""

from importlib import import_module
from typing import Any

import pytest
from fastapi.routing import APIRoute

from services.ingest.articles.asked import NeedsArticle
from services.ingest.desk_kit import asking, streams
from services.ingest.desk_kit.session import OPEN, Needs
from services.ingest.kit.actors import Role
from services.ingest.kit.rights import RIGHTS, Action, Reach
from services.ingest.screens import SCREENS
from tests.contract.ingest.desk import HOUSE, Desk, Person, form_of

# What an endpoint needs to come as far as the question who may do it.
FORMS: dict[str, dict[str, Any]] = {
    "/bai/{id}/buoc": {"to": "submitted"},
    "/bai/{id}/xung-dot": {"version": "1"},
    "/bai/{id}/so-sanh": {"cu": "1", "moi": "1"},
}
OTHERS = {"token": "x", "name": "x"}
# Anybody signed in may; asked with a form of their own they answer 403 to this one, or end the session.
SELF = {"/dang-xuat", "/mat-khau", "/tai-khoan/hai-lop"}
PLACES = ("own desk", "other desk", "own article")


def routes() -> list[tuple[str, APIRoute]]:
    return [
        (method, route)
        for module in SCREENS
        for route in import_module(module).router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def needed(route: APIRoute) -> Needs | None:
    calls = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]
    assert len(calls) <= 1, f"{route.path} names two actions"
    return calls[0] if calls else None


def test_every_endpoint_names_its_right_or_is_open_on_purpose() -> None:
    unnamed = {route.path for _, route in routes() if needed(route) is None}
    assert unnamed == set(OPEN)


def test_every_action_is_ruled_for_every_role() -> None:
    assert set(RIGHTS) == set(Action)
    assert all(set(row) == set(Role) for row in RIGHTS.values())


def test_without_a_session_nothing_opens(desk: Desk) -> None:
    with desk.anonymous() as client:
        for method, route in routes():
            if route.path in OPEN:
                continue
            answer = client.request(method, "/desk" + filled(route.path, 1), follow_redirects=False)
            assert answer.status_code in (303, 401), (method, route.path, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/desk/dang-nhap"), route.path


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.timeout(300)
def test_the_walk(desk: Desk, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.01)  # nobody is there to answer
    monkeypatch.setattr(streams, "LIFE_SECONDS", 0.01)
    who = desk.be(role, section="kinh-te")
    unexpected = []
    for method, route in routes():
        needs = needed(route)
        if needs is None or (method == "POST" and route.path in SELF):
            continue
        reach = RIGHTS[needs.action][role]
        for place in PLACES if isinstance(needs, NeedsArticle) else ("",):
            status = ask(desk, who, method, route.path, place)
            # Nothing is done to what one does not see: the articles of the walk are drafts.
            allowed = reach_allows(reach, place) and (not place or reach_allows(RIGHTS[Action.read][role], place))
            if (status == 403) is allowed or status in (401, 500):
                unexpected.append((method, route.path, place, needs.action.name, reach.name, status))
    assert unexpected == []


def test_what_the_table_says_of_the_main_steps() -> None:
    """The rules in words, so that a slip in the table itself shows."""

    def who(action: Action) -> set[str]:
        return {role.value for role, reach in RIGHTS[action].items() if reach > Reach.none}

    assert who(Action.publish) == who(Action.withdraw) == who(Action.approve) == {"secretary", "chief", "admin"}
    assert who(Action.edit) == {"editor", "secretary", "chief", "admin"}
    assert who(Action.users) == who(Action.keys) == {"admin"}
    assert RIGHTS[Action.write][Role.reporter] is Reach.own
    changes = [action for action in Action if action.name in "write submit edit approve publish withdraw users".split()]
    assert all(RIGHTS[action][Role.ops] is Reach.none for action in changes)


def ask(desk: Desk, who: Person, method: str, path: str, place: str) -> int:
    section = "kinh-te" if place in ("own desk", "") else "van-hoa"
    saved = desk.article(by=who.actor_name if place == "own article" else HOUSE.name, section=section)
    form = form_of(saved, section=section, **FORMS.get(path, {}))
    where = filled(path, saved.id)
    if method == "GET":
        return who.get(where, params=FORMS.get(path), follow_redirects=False).status_code
    if method == "POST" and path not in ("/kho/tai-len",):
        return who.post(where, form, follow_redirects=False).status_code
    return who.script(method, where, json={"name": "a.jpg", "size": 10}).status_code


def reach_allows(reach: Reach, place: str) -> bool:
    if not place:
        return reach > Reach.none
    return {
        Reach.none: False,
        Reach.own: place == "own article",
        Reach.section: place in ("own desk", "own article"),
        Reach.all: True,
    }[reach]


def filled(path: str, article_id: int) -> str:
    for name in ("{id}",):
        path = path.replace(name, str(article_id))
    parts = [OTHERS.get(part.strip("{}"), "999999") if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)
