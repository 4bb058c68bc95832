"""Bad input gets the right 4xx with a field and a Vietnamese sentence; nothing is stored, nothing crashes."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from services.ingest.articles.tables import articles, revisions
from services.ingest.kit import problems
from services.ingest.kit.tables import outbox
from shared.database import engine, read
from tests.contract.ingest.base import STORY, migrated
from tests.contract.ingest.conftest import Api

JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def api_store(request: pytest.FixtureRequest) -> Engine:
    """What one database takes the other may choke on: both see all of it."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    return migrated()


@pytest.fixture(autouse=True)
def nothing_crashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test whose requests made the API log an error."""
    logged: list[tuple[str, Any]] = []

    class Log:
        def error(self, event: str, **facts: Any) -> None:
            logged.append((event, facts))

    monkeypatch.setattr(problems, "log", Log())
    yield
    assert logged == []


def stored() -> int:
    with read(engine("ingest")) as connection:
        tables = (articles, revisions, outbox)
        return sum(int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables)


def problem(answer: httpx2.Response, status: int, field: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    members: dict[str, Any] = answer.json()
    assert members["status"] == status
    assert members["title"] and members["detail"].endswith(".")
    if field is not None:
        assert field in [error["field"] for error in members["errors"]], members
        assert all(error["message"].endswith(".") for error in members["errors"])
    return members


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"title": ""}, 422, "title"),
        ({"title": "x" * 10_000_000}, 422, "title"),
        ({"title": "a\x00b"}, 422, "title"),
        ({"body": "<p>a\x00b</p>"}, 422, "body"),
        ({"body": "x" * 2_000_001}, 413, "body"),
        ({"body": "<div>" * 10_000}, 422, "body"),
        ({"section": "khong-co-muc-nay"}, 422, "section"),
        ({"section": "x" * 101}, 422, "section"),
        ({"published_at": "9999-12-31T23:59:59Z"}, 422, "published_at"),
        ({"published_at": "1900-01-01T00:00:00Z"}, 422, "published_at"),
        ({"published_at": "2023-02-29T00:00:00+07:00"}, 422, "published_at"),
        ({"images": [{"media_id": 7}]}, 422, "images.0.media_id"),
        ({"images": [{"url": "http://169.254.169.254/x.jpg"}]}, 422, "images.0.url"),
        ({"images": [{}]}, 422, "images.0"),
        ({"tags": ["!!!"]}, 422, "tags.0"),
        ({"tags": ["x"] * 1_000_000}, 422, "tags"),
        ({"status": "withdrawn"}, 422, "status"),
        ({"external_id": ""}, 422, "external_id"),
        ({"ghi_chu": "x"}, 422, "ghi_chu"),
    ],
)
def test_fields_that_cannot_be_meant(api: Api, fields: dict[str, Any], status: int, field: str) -> None:
    problem(api.post(**{**STORY, **fields}), status, field)
    assert stored() == 0


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"null", ""),
        (b"\xff\xfe{}", ""),
        (b'{"title": "\\ud800", "body": "", "section": "a"}', "title"),
        (b'{"title": NaN}', ""),
        (b'{"title": "a", "title": "b"}', "title"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, ""),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, ""),
        (b"[" * 1_000_000, ""),
        (b'{"\\ud800": 1}', ""),
    ],
)
def test_json_that_cannot_be_meant(api: Api, raw: bytes, field: str) -> None:
    problem(api("POST", "/api/articles", content=raw, headers=JSON), 422, field)
    assert stored() == 0


def test_content_type_and_size_of_the_whole_request(api: Api) -> None:
    body = json.dumps(STORY)
    problem(api("POST", "/api/articles", content=body, headers={"Content-Type": "text/plain"}), 415)
    problem(api("POST", "/api/articles", content=body), 415)
    problem(api("POST", "/api/articles:batch", content=body, headers={"Content-Type": "text/csv"}), 415)
    problem(api("POST", "/api/articles", content=b" " * 17_000_000, headers=JSON), 413)
    chunks = (b" " * 1_000_000 for _ in range(20))
    problem(api("POST", "/api/articles", content=chunks, headers=JSON), 413)
    assert stored() == 0


def test_announced_size_is_refused_before_anything_is_sent(api: Api) -> None:
    with socket.create_connection((str(api.client.base_url.host), api.client.base_url.port or 0), timeout=10) as line:
        line.sendall(
            b"POST /api/articles HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 3000000000\r\nAuthorization: Bearer " + api.key.encode() + b"\r\n\r\n"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "id", ["0", "-1", "99999999999", "2147483648", "abc", "1e3", "%00", "١", "..%2f..%2fetc", "x" * 5000]
)
def test_ids_that_no_article_has(api: Api, id: str) -> None:
    for method, path in (("GET", ""), ("POST", "/publish"), ("POST", "/unpublish"), ("GET", "/revisions")):
        problem(api(method, f"/api/articles/{id}{path}"), 404)


@pytest.mark.parametrize("header", ["x", '"1', "-1", "9" * 30, '"1", "2"', "é"])
def test_if_match_that_is_no_version(api: Api, header: str) -> None:
    made = api.story()
    answer = api("PUT", f"/api/articles/{made['id']}", json=STORY, headers={"If-Match": header.encode("latin-1")})
    problem(answer, 422)


def test_unknown_addresses_and_methods(api: Api) -> None:
    problem(api("GET", "/api/nichts"), 404)
    problem(api("DELETE", "/api/articles/1"), 405)
    problem(api("GET", "/api/articles?limit=0"), 422, "limit")
    said = problem(api("GET", "/api/articles?limit=1000000000"), 422, "limit")
    assert said["errors"] == [{"field": "limit", "message": "Phải từ 200 trở xuống."}]
    said = problem(api("GET", "/api/articles?status=publish"), 422, "status")
    assert "published" in said["errors"][0]["message"]
    problem(api("GET", "/api/articles?before=99999999999999999999"), 422, "before")
    for query in ("status=' OR 1=1--", "section=%00", "section=a'); DROP TABLE articles;--"):
        problem(api("GET", f"/api/articles?{query}"), 422)


def test_actions_that_do_not_fit_the_status(api: Api) -> None:
    draft = f"/api/articles/{api.story(status='draft', body='')['id']}"
    problem(api("POST", f"{draft}/publish"), 422, "body")
    problem(api("POST", f"{draft}/unpublish"), 409)
    problem(api.post(f"{draft}/withdraw", reason="vì sao"), 409)
    problem(api.post(f"{draft}/correct", notice="Cải chính một việc."), 409)
    public = f"/api/articles/{api.story()['id']}"
    problem(api.post(f"{public}/withdraw"), 422, "reason")
    problem(api.post(f"{public}/withdraw", reason=" "), 422, "reason")
    problem(api.post(f"{public}/correct", notice=""), 422, "notice")
    problem(api.post(f"{public}/correct", notice="Cải chính.", what=1), 422, "what")
    answer = api("PUT", public, json={**STORY, "status": "draft"}, headers={"If-Match": "*"})
    problem(answer, 409, "status")


def test_database_away_is_said_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from services.ingest.articles.store import reading

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    class Quiet:
        def error(self, *_: object, **__: object) -> None: ...

    monkeypatch.setattr(problems, "log", Quiet())
    monkeypatch.setattr(reading, "article", away)
    answer = api("GET", "/api/articles/1")
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) > 0


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
names = st.sampled_from(
    ["title", "body", "section", "tags", "byline", "images", "status", "published_at", "external_id"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(names | st.text(max_size=8), values, max_size=6))
def test_no_body_makes_a_500(api: Api, fields: dict[str, Any]) -> None:
    raw = json.dumps({**STORY, **fields}).encode()
    answer = api("POST", "/api/articles", content=raw, headers=JSON)
    assert answer.status_code in (200, 201, 403, 409, 413, 422), answer.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_make_a_500(api: Api, raw: bytes) -> None:
    assert api("POST", "/api/articles", content=raw, headers=JSON).status_code == 422
    batch = api("POST", "/api/articles:batch", content=raw, headers={"Content-Type": "application/x-ndjson"})
    assert batch.status_code == 200
    assert all(json.loads(line)["problem"]["status"] == 422 for line in batch.text.splitlines())
