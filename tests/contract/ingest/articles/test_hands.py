"""In whose hands a story is: taken, handed over, let go; nobody's story is pulled away from under them."""

from services.ingest.articles.store import listing, reading
from tests.contract.ingest.desk import Desk
from tests.contract.ingest.desk_kit.test_finding import ALL


def held_by(desk: Desk, id_: int) -> str | None:
    found: str | None = reading.row_of(desk.store, id_).held_by
    return found


def test_a_story_is_taken_handed_over_and_let_go(desk: Desk) -> None:
    reporter, editor, other = desk.be("reporter"), desk.be("editor", "chi.lan"), desk.be("editor", "anh.tu")
    secretary = desk.be("secretary")
    id_ = desk.article(by=reporter.actor_name).id
    reporter.post(f"/bai/{id_}/buoc", {"to": "submitted"})
    assert reporter.post(f"/bai/{id_}/nhan").status_code == 403, "it is the editors' now"
    assert editor.post(f"/bai/{id_}/nhan").is_redirect and held_by(desk, id_) == editor.actor_name
    assert other.post(f"/bai/{id_}/nhan").status_code == 409, "the page of before knew nobody who had it"
    assert other.post(f"/bai/{id_}/nhan", {"instead_of": editor.actor_name}).is_redirect
    assert other.post(f"/bai/{id_}/giao", {"account_id": reporter.id}).status_code == 422
    assert other.post(f"/bai/{id_}/giao", {"account_id": editor.id}).is_redirect
    assert "chi.lan" in reporter.get("/bai").text and "Đang ở tay tôi" in editor.get("/").text
    mine = listing.ListFilter(held_by=editor.actor_name)
    assert [row.id for row in listing.page(desk.store, ALL, mine)] == [id_]
    assert editor.get("/bai?held=1").text.count("Họp chợ phiên") == 1
    assert other.get("/bai?held=1").text.count("Họp chợ phiên") == 0
    editor.post(f"/bai/{id_}/buoc", {"to": "edited"})
    assert held_by(desk, id_) is None, "the next step is free for whoever takes it"
    assert secretary.post(f"/bai/{id_}/nhan").is_redirect
    assert secretary.post(f"/bai/{id_}/giao", {"account_id": ""}).is_redirect and held_by(desk, id_) is None
    assert reading.article(desk.store, id_)["version"] == 3, "hands make no version"


def test_a_reporter_does_not_pull_a_story_away_from_who_has_it(desk: Desk) -> None:
    reporter, editor = desk.be("reporter"), desk.be("editor", "chi.lan")
    id_ = desk.article(by=reporter.actor_name).id
    back = (f"/bai/{id_}/buoc", {"to": "draft"})
    reporter.post(f"/bai/{id_}/buoc", {"to": "submitted"})
    editor.script("POST", f"/bai/{id_}/dang-sua", data={"version": 2})
    assert "chi.lan đang mở" in reporter.get("/bai").text
    refused = reporter.post(*back)
    assert refused.status_code == 409 and "chi.lan đang sửa bài này" in refused.text
    editor.script("POST", f"/bai/{id_}/roi-bai")
    editor.post(f"/bai/{id_}/nhan")
    assert "Rút về bản nháp" not in reporter.get(f"/bai/{id_}").text
    refused = reporter.post(*back)
    assert refused.status_code == 403 and "đã nhận bài này" in refused.text
    editor.post(f"/bai/{id_}/giao")
    assert reporter.post(*back).is_redirect
    assert reading.article(desk.store, id_)["status"] == "draft"
