"""The API as programs use it, over real HTTP."""

import re
import threading
from datetime import UTC, datetime, timedelta

import httpx2

from tests.contract.ingest.base import STORY
from tests.contract.ingest.conftest import Api


def test_new_article_answers_its_address_and_version(api: Api) -> None:
    answer = api.post(**STORY, byline="Tin, ảnh: Quang Long", tags=["Hội chợ"])
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert made["url"].endswith(f"/kinh-te/khai-mac-hoi-cho-huyen-{made['id']}")
    assert (made["version"], made["status"]) == (1, "published")


def test_read_change_and_conflict(api: Api) -> None:
    made = api.story()
    answer = api("GET", f"/api/articles/{made['id']}")
    shown = answer.json()
    etag = answer.headers["etag"]
    assert api("GET", f"/api/articles/{made['id']}", headers={"If-None-Match": etag}).status_code == 304
    shown["title"] = "Tít mới của bài"
    changed = api("PUT", f"/api/articles/{made['id']}", json=shown, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["status"] == "published"
    stale = api("PUT", f"/api/articles/{made['id']}", json=shown, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert stale.headers["content-type"] == "application/problem+json"
    assert (stale.json()["current"]["version"], stale.json()["current"]["title"]) == (2, "Tít mới của bài")
    assert api("PUT", f"/api/articles/{made['id']}", json=shown).status_code == 428


def test_every_time_is_told_in_one_spelling(api: Api) -> None:
    made = api.story()
    told = "".join(api("GET", path).text for path in (f"/api/articles/{made['id']}", "/api/articles?limit=5"))
    times = re.findall(r'"(\d{4}-\d\d-\d\dT[^"]+)"', told)
    assert len(times) > 3 and [one for one in times if not one.endswith("Z")] == []


def test_same_external_id_is_the_same_article(api: Api) -> None:
    first = api.post(**STORY, external_id="w")
    again = api.post(**STORY, external_id="w")
    changed = api.post(**{**STORY, "title": "Tít đã đổi"}, external_id="w")
    assert [answer.status_code for answer in (first, again, changed)] == [201, 200, 200]
    assert [answer.json()["version"] for answer in (first, again, changed)] == [1, 1, 2]
    assert len({answer.json()["id"] for answer in (first, again, changed)}) == 1


def test_same_external_id_from_two_clients_at_once(api: Api) -> None:
    answers: list[httpx2.Response] = []
    barrier = threading.Barrier(6)

    def push() -> None:
        barrier.wait()
        answers.append(
            httpx2.post(
                f"{api.client.base_url}/api/articles",
                json={**STORY, "external_id": "race"},
                headers={"Authorization": f"Bearer {api.key}"},
            )
        )

    threads = [threading.Thread(target=push) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_course_of_an_article(api: Api) -> None:
    made = api.story(status="draft")
    path = f"/api/articles/{made['id']}"
    assert made["status"] == "draft"
    assert api("POST", f"{path}/publish").json()["status"] == "published"
    corrected = api.post(f"{path}/correct", notice="Cải chính: hội chợ khai mạc buổi chiều.", body="<p>Chiều nay.</p>")
    assert (corrected.status_code, corrected.json()["version"]) == (200, 3)
    assert api("POST", f"{path}/unpublish").json()["status"] == "unpublished"
    assert api("POST", f"{path}/publish").json()["version"] == 5
    assert api("POST", f"{path}/withdraw", headers={"If-Match": '"4"'}, json={"reason": "Sai"}).status_code == 412
    assert api.post(f"{path}/withdraw", reason="Sai sự thật").json()["status"] == "withdrawn"
    assert api("POST", f"{path}/publish").status_code == 409
    lines = api("GET", f"{path}/revisions").json()["revisions"]
    assert [line["action"] for line in lines][:2] == ["withdrawn", "published"]
    assert len(api("GET", f"{path}/public-copies").json()["copies"]) == 3
    assert api("GET", f"{path}/revisions/3").json()["state"]["body"] == "<p>Chiều nay.</p>"


def test_future_publication_is_scheduled(api: Api) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = api.story(published_at=later)
    assert made["status"] == "scheduled"
    draft = api.story(status="draft")
    assert api.post(f"/api/articles/{draft['id']}/publish", published_at=later).json()["status"] == "scheduled"
    listed = api("GET", "/api/articles", params={"status": "scheduled"}).json()
    assert [row["id"] for row in listed["articles"]] == [draft["id"], made["id"]]


def test_lists_are_paged(api: Api) -> None:
    ids = [api.story(external_id=str(number))["id"] for number in range(5)]
    first = api("GET", "/api/articles", params={"limit": 3}).json()
    second = api("GET", "/api/articles", params={"limit": 3, "before": first["next"]}).json()
    assert [row["id"] for row in first["articles"] + second["articles"]] == ids[::-1]
    assert second["next"] is None
