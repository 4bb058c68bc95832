"""Which program calls: keys, their scopes, their end."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from services.ingest.accounts.store.keys import create_key, list_keys, revoke_key
from tests.contract.ingest.base import STORY
from tests.contract.ingest.conftest import Api
from tests.wait import until


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ts_000000000000_x", "Basic abc", "Bearer ts_é_x"])
def test_without_a_valid_key_nothing_is_read(api: Api, header: str) -> None:
    headers = {b"Authorization": header.encode("latin-1")}
    answer = httpx2.post(f"{api.client.base_url}/api/articles", json=STORY, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["detail"]


def test_key_in_the_address_is_refused(api: Api) -> None:
    assert httpx2.get(f"{api.client.base_url}/api/articles?key={api.key}").status_code == 401


def test_revoked_and_expired_keys_end(api: Api) -> None:
    key = create_key("kurz", ["read"])
    asked = {"Authorization": f"Bearer {key}"}
    assert api("GET", "/api/articles", headers=asked).status_code == 200
    assert revoke_key("kurz")
    until(lambda: api("GET", "/api/articles", headers=asked).status_code == 401, 3)
    assert not revoke_key("kurz")
    old = create_key("alt", ["read"], expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert api("GET", "/api/articles", headers={"Authorization": f"Bearer {old}"}).status_code == 401


def test_guesses_at_a_key_end_nobody_s(api: Api) -> None:
    guess = {"Authorization": f"Bearer {api.key[:-4]}aaaa"}
    assert {api("GET", "/api/articles", headers=guess).status_code for _ in range(100)} == {401}
    assert api("GET", "/api/articles").status_code == 200


SCOPES_NEEDED = [
    ("GET", "/api/articles", "read"),
    ("GET", "/api/articles/1", "read"),
    ("GET", "/api/articles/1/blocks", "read"),
    ("GET", "/api/articles/1/revisions", "read"),
    ("GET", "/api/articles/1/revisions/1", "read"),
    ("GET", "/api/articles/1/public-copies", "read"),
    ("GET", "/api/articles/1/live-entries", "read"),
    ("GET", "/api/blocks", "read"),
    ("GET", "/api/sections", "read"),
    ("POST", "/api/articles", "draft"),
    ("PUT", "/api/articles/1", "draft"),
    ("POST", "/api/articles:batch", "draft"),
    ("POST", "/api/articles/1/live-entries", "draft"),
    ("PUT", "/api/articles/1/live-entries/1", "draft"),
    ("POST", "/api/articles/1/live-entries/1/publish", "publish"),
    ("POST", "/api/articles/1/live-entries/1/withdraw", "publish"),
    ("POST", "/api/articles/1/live-close", "publish"),
    ("POST", "/api/media", "draft"),
    ("POST", "/api/articles/1/publish", "publish"),
    ("POST", "/api/articles/1/unpublish", "publish"),
    ("POST", "/api/articles/1/withdraw", "publish"),
    ("POST", "/api/articles/1/correct", "publish"),
    ("POST", "/api/sections", "publish"),
    ("PUT", "/api/sections/1", "publish"),
    ("PUT", "/api/front-page", "publish"),
]


def test_every_endpoint_asks_for_its_scope(api: Api) -> None:
    order = ["read", "draft", "publish"]
    keys = {scope: create_key(scope, [scope]) for scope in order}
    for method, path, needed in SCOPES_NEEDED:
        for scope, key in keys.items():
            status = api(method, path, headers={"Authorization": f"Bearer {key}"}).status_code
            assert (status == 403) == (order.index(scope) < order.index(needed)), (method, path, scope, status)
        assert httpx2.request(method, f"{api.client.base_url}{path}").status_code == 401, path


def test_table_of_scopes_knows_every_endpoint(api: Api) -> None:
    from services.ingest.app import make_app

    named = {"articles/1": "articles/{id}", "sections/1": "sections/{id}", "entries/1": "entries/{entry}"}
    known = set()
    for method, path, _ in SCOPES_NEEDED:
        for some, name in named.items():
            path = path.replace(some, name)
        known.add((method, path.replace("revisions/1", "revisions/{version}")))
    # The last three only show the way to the desk.
    open_to_all = {"/healthz", "/readyz", "/metrics", "/api/docs", "/api/docs.css", "/api/openapi.json"}
    open_to_all |= {"/desk", "/ops", "/ops/"}
    routes = {
        (method, route.path)
        for outer in make_app().routes
        for route in getattr(getattr(outer, "original_router", None), "routes", [outer])
        for method in getattr(route, "methods", None) or ()
        if route.path not in open_to_all
    }
    assert routes == known


def test_keys_are_listed_without_their_secrets(api: Api) -> None:
    api.story()
    (row,) = list_keys()
    assert row.name == "tests"
    assert row.last_used_at is not None
    assert api.key not in str(row) and not hasattr(row, "digest")
    with pytest.raises(ValueError, match="already"):
        create_key("tests", ["publish"])
    with pytest.raises(ValueError, match="unknown scope"):
        create_key("other", ["everything"])
