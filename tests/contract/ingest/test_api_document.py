"""Ingest's document: what it says of each call is what the API does."""

from io import BytesIO
from typing import Any

import orjson
from fastapi import Request
from fastapi.routing import APIRoute, iter_route_contexts
from PIL import Image
from sqlalchemy import Engine

from services.ingest.app import make_app
from services.ingest.articles.input import ArticleInput, CorrectionInput
from services.ingest.articles.store import articles
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.json_input import read_fields
from services.ingest.webhooks.loop import work as deliver
from services.ingest.webhooks.store import endpoints
from tests.contract.ingest.base import EDITOR, STORY
from tests.contract.ingest.conftest import Api
from tests.contract.ingest.outside import Outside
from tests.described import Document, is_valid


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return file.getvalue()


def test_every_answer_is_as_the_document_says(api: Api) -> None:
    document = Document(api("GET", "/api/openapi.json").json())
    api.client.event_hooks = {"response": [document.hold]}
    made = api.story(external_id="a", byline="Tin, ảnh: Quang Long", published_at="2026-03-01T08:00:00+07:00")
    api.story(external_id="a", summary="Thêm một câu.")
    here = f"/api/articles/{made['id']}"
    etag = api("GET", here).headers["etag"]
    for path in ("", "/blocks", "/revisions", "/revisions/1", "/public-copies"):
        assert api("GET", here + path).status_code == 200
    assert api("GET", here, headers={"if-none-match": etag}).status_code == 304
    assert api("GET", "/api/blocks").status_code == 200
    assert api("PUT", here, json=STORY).status_code == 428
    assert api("PUT", here, json=STORY, headers={"if-match": '"1"'}).status_code == 412
    assert api("PUT", here, json=STORY, headers={"if-match": etag}).status_code == 200
    notice = {"notice": "Bản trước ghi sai tên huyện.", "title": "Khai mạc hội chợ huyện Ba Tri"}
    assert api("POST", f"{here}/correct", json=notice).status_code == 200
    assert api("POST", f"{here}/unpublish").status_code == 200
    assert api("POST", f"{here}/publish").status_code == 200
    assert api("PUT", "/api/front-page", json={"pinned": [made["id"]]}).status_code == 200
    assert api("POST", f"{here}/withdraw", json={"reason": "Nguồn tin rút lại"}).status_code == 200
    assert api("POST", f"{here}/publish").status_code == 409
    assert api("GET", "/api/articles?limit=1").json()["next"]
    assert api("GET", "/api/articles?limit=0").status_code == 422
    section = api("POST", "/api/sections", json={"name": "Chợ quê"}).json()["id"]
    assert api("PUT", f"/api/sections/{section}", json={"name": "Chợ"}).status_code == 200
    assert api("PUT", "/api/sections/999", json={"name": "Chợ khác"}).status_code == 404
    assert api("GET", "/api/sections").status_code == 200
    assert api("POST", "/api/media", files={"file": ("a.jpg", picture())}).status_code == 201
    assert api("POST", "/api/media", files={"other": b"x"}).status_code == 422
    assert api("POST", "/api/media", json={}).status_code == 415
    assert api.post(title="").status_code == 422
    assert api("GET", "/api/articles/999999").status_code == 404
    assert api("GET", here, headers={"authorization": "Bearer no"}).status_code == 401
    live = f"/api/articles/{api.story(live=True, status='published')['id']}"
    entry = {"title": "Hết hiệp một", "body": "<p>Tỷ số 1 - 0.</p>", "external_id": "45", "status": "published"}
    written = api("POST", f"{live}/live-entries", json=entry)
    assert written.status_code == 201
    assert api("POST", f"{live}/live-entries", json=entry).status_code == 200
    assert api("GET", f"{live}/live-entries").json()["entries"][0]["title"] == "Hết hiệp một"
    one = f"{live}/live-entries/{written.json()['id']}"
    fields = {"body": "<p>Tỷ số 1 - 1.</p>", "correction": "Bản trước ghi sai tỷ số."}
    assert api("PUT", one, json=fields).status_code == 428
    assert api("PUT", one, json=fields, headers={"if-match": '"1"'}).status_code == 200
    assert api("POST", f"{one}/publish").status_code == 200
    assert api("POST", f"{one}/withdraw", json={"reason": "Nguồn tin rút lại"}).status_code == 200
    assert api("POST", f"{one}/publish").status_code == 409
    assert api("POST", f"{live}/live-close").status_code == 200
    assert api("POST", f"{live}/live-close").status_code == 409
    lines = orjson.dumps({**STORY, "external_id": "b"}) + b"\n{}\n"
    answer = api("POST", "/api/articles:batch", content=lines, headers={"content-type": "application/x-ndjson"})
    taken, refused = map(orjson.loads, answer.text.splitlines())
    document.is_model("SavedLine", taken)
    document.is_model("RefusedLine", refused)
    assert document.done <= document.seen


def test_every_message_to_webhooks_is_as_the_document_says(sqlite: Engine, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/hook"] = (204, {}, b"")
    hook = endpoints.create(sqlite, EDITOR, name="Đối tác", url=f"{outside.url}/hook", kinds=[*endpoints.KINDS])
    story = articles.save_article(sqlite, read_fields(ArticleInput, {**STORY, "tags": ["chợ"]}), EDITOR).id
    articles.correct(sqlite, story, read_fields(CorrectionInput, {"notice": "Bản trước ghi sai tên."}), EDITOR)
    articles.withdraw(sqlite, story, "Sai sự thật", EDITOR)
    endpoints.ping(sqlite, hook)
    while deliver(sqlite, fetcher):
        pass
    document = make_app().openapi()
    models = {
        kind: form["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for kind, form in document["webhooks"].items()
    }
    sent = {message["type"]: message for message in (orjson.loads(body) for _, _, body in outside.asked)}
    assert set(sent) == set(models)
    for kind, message in sent.items():
        Document(document).is_model(models[kind], message)
    asked = {each["name"] for form in document["webhooks"].values() for each in form["post"]["parameters"]}
    assert asked <= {name.lower() for name in outside.asked[0][1]}


def test_allow_names_every_method_of_a_path(api: Api) -> None:
    assert api("PATCH", "/api/articles").headers["allow"] == "GET, POST"
    assert api("PATCH", "/api/articles/1").headers["allow"] == "GET, PUT"


def test_truth_is_no_number(api: Api) -> None:
    answer = api("POST", "/api/sections", json={"name": "Chợ quê", "position": True})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "position", "message": "Phải là số nguyên."}]
    assert api.post(**STORY, earlier_views=True).json()["errors"][0]["field"] == "earlier_views"


def test_what_an_endpoint_takes_it_names() -> None:
    """A bare Request says nothing to the document."""
    app = make_app()
    is_valid(app.openapi())
    taking: dict[str, Any] = {}
    for context in iter_route_contexts(app.routes):
        route: Any = context
        if isinstance(context.original_route, APIRoute) and route.include_in_schema:
            taking[route.path] = list(route.endpoint.__annotations__.values())
    assert len(taking) > 10
    assert [path for path, kinds in taking.items() if Request in kinds] == []
