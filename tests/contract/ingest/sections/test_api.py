"""Sections and the front page, as programs set them."""

from tests.contract.ingest.conftest import Api


def test_sections_and_front_page(api: Api) -> None:
    made = api.post("/api/sections", name="Nông nghiệp")
    assert made.status_code == 201
    assert api.post("/api/sections", name="nông nghiệp").status_code == 422
    child = api.post("/api/sections", name="Cà phê", parent="nong-nghiep", position=2)
    listed = {row["slug"]: row for row in api("GET", "/api/sections").json()["sections"]}
    assert listed["ca-phe"] == {
        "id": child.json()["id"],
        "version": 1,
        "slug": "ca-phe",
        "name": "Cà phê",
        "parent": "nong-nghiep",
        "position": 2,
    }
    story = api.story()
    assert api("PUT", "/api/front-page", json={"pinned": [story["id"]]}).json() == {"version": 1}
    assert api("PUT", "/api/front-page", json={"pinned": [999]}).status_code == 422


def test_what_no_section_and_no_version_can_be_is_called_by_its_name(api: Api) -> None:
    section = api("PUT", "/api/sections/x", json={"name": "Nông nghiệp"})
    assert (section.status_code, section.json()["detail"]) == (404, "Không có chuyên mục này.")
    version = api("GET", f"/api/articles/{api.story()['id']}/revisions/x")
    assert (version.status_code, version.json()["detail"]) == (404, "Không có phiên bản này.")
