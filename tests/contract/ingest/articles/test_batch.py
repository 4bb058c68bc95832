"""Many articles in one request, over real HTTP."""

import json
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.ingest.articles.api import batch
from services.ingest.articles.store.articles import save_article
from services.ingest.kit import handed_in
from tests.contract.ingest.base import STORY
from tests.contract.ingest.conftest import Api
from tests.production.conftest import DESK, Service, variables
from tests.production.nginx import Nginx
from tests.wait import until

NDJSON = {"Content-Type": "application/x-ndjson"}


def line(number: int | str, **fields: Any) -> str:
    return json.dumps({**STORY, "status": "draft", "external_id": str(number), **fields}) + "\n"


def test_batch_keeps_good_lines_and_reports_bad_ones(api: Api) -> None:
    lines = [
        json.dumps({**STORY, "external_id": "1"}),
        "{broken",
        "",
        json.dumps({**STORY, "title": ""}),
        json.dumps({**STORY, "external_id": "2"}),
        "x" * 5_000_000,
        json.dumps({**STORY, "external_id": "1"}),
    ]
    answer = api(
        "POST", "/api/articles:batch", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 200
    results = {line["line"]: line for line in map(json.loads, answer.text.splitlines())}
    assert sorted(results) == [1, 2, 4, 5, 6, 7]
    assert [results[number]["result"] for number in (1, 5, 7)] == ["created", "created", "unchanged"]
    assert results[7]["id"] == results[1]["id"]
    assert [results[number]["problem"]["status"] for number in (2, 4, 6)] == [422, 422, 413]
    assert results[4]["problem"]["errors"][0]["field"] == "title"
    assert len(api("GET", "/api/articles").json()["articles"]) == 2


def test_results_go_out_while_later_lines_are_worked_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first_is_read = threading.Event()

    def save(engine: Any, sent: Any, *given: Any, **named: Any) -> Any:
        assert sent.external_id != "2" or first_is_read.wait(20)
        return save_article(engine, sent, *given, **named)

    monkeypatch.setattr(batch, "save_article", save)
    sent = line(1) + line(2)
    with api.client.stream("POST", "/api/articles:batch", content=sent, headers=NDJSON) as answer:
        results = answer.iter_lines()
        assert json.loads(next(results))["line"] == 1
        first_is_read.set()
        assert [json.loads(one)["line"] for one in results] == [2]


def test_many_lines_come_through_nginx(api: Api, tmp_path: Path) -> None:
    """More than all the buffers on the way hold: the first are saved while the last are not sent yet."""
    service = Service()
    ours = variables(service, service) | {"INGEST_UPSTREAM": api.client.base_url.netloc.decode()}
    nginx = Nginx(tmp_path / "nginx", tmp_path, ours).start()
    try:
        refused = (line(number, title="", body="x" * 500_000) for number in range(60))
        many = "".join([*map(line, range(30)), *refused, line("last")])
        headers = NDJSON | {"Host": DESK, "Authorization": f"Bearer {api.key}"}
        url = f"http://127.0.0.1:{nginx.ports['HTTP_LISTEN']}/api/articles:batch"
        answer = httpx2.post(url, content=many, headers=headers, timeout=60, trust_env=False)
    finally:
        nginx.close()
        service.shutdown()
    results = [json.loads(one) for one in answer.text.splitlines()]
    assert [one["line"] for one in results] == list(range(1, 92))
    assert [one["line"] for one in results if "id" in one] == [*range(1, 31), 91]


def test_what_one_key_sends_at_once_is_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()

    def save(*given: Any, **named: Any) -> Any:
        assert going_on.wait(20)
        return save_article(*given, **named)

    monkeypatch.setattr(batch, "save_article", save)
    answers: list[httpx2.Response] = []

    def send(number: int) -> None:
        answers.append(api("POST", "/api/articles:batch", content=line(number), headers=NDJSON))

    senders = [threading.Thread(target=send, args=(number,)) for number in (1, 2)]
    for sender in senders:
        sender.start()
    until(lambda: sum(batch._sending.values()) == 2, 20, "both are on their way")
    refused = api("POST", "/api/articles:batch", content=line(3), headers=NDJSON)
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    going_on.set()
    for sender in senders:
        sender.join()
    assert [answer.json()["line"] for answer in answers] == [1, 1]
    again = api("POST", "/api/articles:batch", content=line(3), headers=NDJSON)
    assert again.json()["result"] == "created"


def test_a_batch_over_the_limit_is_refused_and_leaves_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_BYTES", 2_000_000)
    many = line(1) + line(2, body="x" * 2_000_000)
    assert api("POST", "/api/articles:batch", content=many, headers=NDJSON).status_code == 413
    assert api("POST", "/api/articles:batch", content=iter([many.encode()]), headers=NDJSON).status_code == 413
    assert api("GET", "/api/articles").json()["articles"] == []
    assert list(handed_in.folder().iterdir()) == []
