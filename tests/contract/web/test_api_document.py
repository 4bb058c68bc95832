"""The readers' document: what it says of each call is what the site does."""

from datetime import UTC, datetime
from functools import partial

from fastapi import Request
from fastapi.routing import APIRoute

from services.web import answers, api, store
from shared.contracts.articles import Author, Correction, Image, Tag
from shared.contracts.commands import SearchAnswer
from shared.contracts.events import CommentPublished
from tests.contract.web.conftest import START, Site, delivered, published, state, withdrawn
from tests.described import Document, is_valid


def test_every_answer_is_as_the_document_says(site: Site) -> None:
    told = site.get("/api/openapi.json").json()
    is_valid(told)
    document = Document(told)
    whole = state(
        1,
        tags=(Tag(slug="cho", name="chợ"),),
        authors=(Author(name="Quang Long", slug="quang-long", roles=("Tin",)),),
        images=(
            Image(url="/media/ab/0.jpg", caption="Chợ", width=40, height=30, renditions=((20, "/media/ab/1.jpg"),)),
        ),
        corrections=(Correction(at=START, notice="Bản trước ghi sai tên."),),
    )
    site.tell(store.publish, published(whole), published(state(2)))
    site.tell(store.withdraw, withdrawn(2, 2))
    said = partial(CommentPublished, article_id=1, name="Bạn đọc", text="Hay quá", at=datetime.now(UTC))
    comments = [said(id=id, parent_id=parent, version=1) for id, parent in ((1, None), (2, 1))]
    site.tell(store.save_comments, *(delivered(one, one.id) for one in comments))
    site.until("/api/articles/1/comments", "Hay quá")
    site.until("/api/articles/2", "", 410)
    wrong = site.get("/api/views")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.headers["content-type"] == "application/problem+json"
    site.client.event_hooks = {"response": [document.hold]}
    assert site.get("/api/articles/1").status_code == 200
    assert site.get("/api/articles/99").status_code == 404
    assert site.get("/api/articles/2").status_code == 410
    assert site.get("/api/articles/1/comments").json()["comments"][0]["replies"]
    assert site.get("/api/articles/1/comments?thread=1").json()["comments"][0]["replies"][0]["id"] == 2
    assert site.get("/api/articles/1/comments?page=0&thread=x").status_code == 422
    assert site.get("/api/articles/x/comments").status_code == 404
    assert site.get("/api/most-read").status_code == 200
    assert site.get("/api/most-read?window=2h&size=0").status_code == 422
    assert site.get("/api/search?size=0&from=x").status_code == 422
    assert site.get("/api/suggest").status_code == 200
    here = "/api/articles/1/comments"
    assert site.client.post(here, json={"name": "Bạn đọc", "text": "Tôi cũng thấy vậy"}).status_code == 202
    assert site.client.post(here, data={"name": "Bạn đọc", "text": "Rất đúng"}).status_code == 303
    assert site.client.post(here, json={"name": "B"}).status_code == 422
    assert site.client.post(here, json={"name": "Bạn đọc", "text": "Hay", "parent_id": 0}).status_code == 422
    assert site.client.post(here, json={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert site.client.post(here, content=b"x" * 70_000).status_code == 413
    reports = "/api/articles/1/reports"
    assert site.client.post(reports, json={"comment_id": 2}).status_code == 202
    assert site.client.post(reports, data={"comment_id": 1}).status_code == 303
    assert site.client.post(reports, json={"comment_id": 3}).status_code == 422
    likes = "/api/articles/1/likes"
    assert site.client.post(likes, json={"comment_id": 2}).status_code == 202
    assert site.client.post(likes, data={"comment_id": 1}).status_code == 303
    assert site.client.post(likes, json={"comment_id": 3}).status_code == 422
    assert site.client.post("/api/views", json={"token": "x"}).status_code == 204
    assert site.client.post("/api/views", content=b"x").status_code == 400
    # Nobody answers search here: `test_search_answers_what_the_document_says`.
    assert document.done - document.seen == {("readers_search", "200")}


def test_search_answers_what_the_document_says() -> None:
    assert set(answers.FoundAnswer.model_fields) == set(SearchAnswer.model_fields)


def test_what_an_endpoint_takes_it_names() -> None:
    """A bare Request says nothing to the document."""
    taking = {
        route.path: list(route.endpoint.__annotations__.values())
        for route in api.router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
    }
    assert len(taking) > 4
    assert [path for path, kinds in taking.items() if Request in kinds] == []
