"""docs/api.md: made from the documents, and what it shows works; a change that breaks programs is seen."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.api_reference import DOCS, SERVICES, document, page, released
from tests.breaking import Change
from tests.contract.ingest.conftest import Api


def test_page_is_as_the_code_says() -> None:
    assert (DOCS / "api.md").read_text() == page(), "make api writes it anew"


def test_what_the_page_shows_works(api: Api) -> None:
    shown = dict(re.findall(r"^```(python|sh)\n(.*?)^```", (DOCS / "api.md").read_text(), re.MULTILINE | re.DOTALL))
    environment = {**os.environ, "INGEST": str(api.client.base_url).rstrip("/"), "KEY": api.key, "NO_PROXY": "*"}

    def run(*command: str) -> str:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert len(shown["python"].strip().splitlines()) <= 11
    assert run(sys.executable, "-c", shown["python"]).startswith("200 2 http")
    told = run("bash", "-euo", "pipefail", "-c", shown["sh"])
    assert '"status":"draft"' in told
    assert '"result":"created"' in told
    assert '"problem"' in told


@pytest.mark.parametrize("service", SERVICES)
def test_no_change_since_the_release_breaks_a_program(service: str) -> None:
    assert Change(released(service), document(service)).breaks() == []


def _drop_answer(new: dict[str, Any]) -> None:
    del new["components"]["schemas"]["SavedAnswer"]["properties"]["url"]


def _need_field(new: dict[str, Any]) -> None:
    new["components"]["schemas"]["ArticleInput"]["required"].append("summary")


def _shorten(new: dict[str, Any]) -> None:
    new["components"]["schemas"]["ArticleInput"]["properties"]["title"]["maxLength"] = 100


def _ask_more(new: dict[str, Any]) -> None:
    new["paths"]["/api/articles"]["get"]["security"] = [{"key": ["publish"]}]


def _rename(new: dict[str, Any]) -> None:
    new["paths"]["/api/stories"] = new["paths"].pop("/api/articles")


def _new_state(new: dict[str, Any]) -> None:
    new["components"]["schemas"]["SavedAnswer"]["properties"]["status"]["enum"].append("lost")


def _fewer_states(new: dict[str, Any]) -> None:
    forms = new["components"]["schemas"]["ArticleInput"]["properties"]["status"]["anyOf"]
    forms[0]["enum"].remove("submitted")


def _text_no_more(new: dict[str, Any]) -> None:
    forms = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {}}]}
    new["components"]["schemas"]["ArticleInput"]["properties"]["dateline"] = forms


def _untell(new: dict[str, Any]) -> None:
    del new["webhooks"]["article.removed"]


@pytest.mark.parametrize(
    ("plant", "seen"),
    [
        (_drop_answer, "POST /api/articles: 201.url is gone"),
        (_need_field, "POST /api/articles: requestBody needs summary now"),
        (_shorten, "POST /api/articles: requestBody.title: maxLength is 100 now"),
        (_ask_more, "GET /api/articles: needs publish now"),
        (_rename, "POST /api/articles is gone"),
        (_new_state, "POST /api/articles: 201.status: lost may come now"),
        (_fewer_states, "POST /api/articles: requestBody.status: submitted not taken any more"),
        (_text_no_more, "POST /api/articles: requestBody.dateline has another form"),
        (_untell, "POST article.removed is gone"),
    ],
)
def test_planted_change_that_breaks_programs_is_seen(plant: Callable[[dict[str, Any]], None], seen: str) -> None:
    before = released("ingest")
    after = deepcopy(before)
    plant(after)
    assert seen in Change(before, after).breaks()


def test_more_than_before_breaks_nothing() -> None:
    before = released("ingest")
    after = deepcopy(before)
    after["components"]["schemas"]["SavedAnswer"]["properties"]["words"] = {"type": "integer"}
    after["components"]["schemas"]["ArticleInput"]["properties"]["mood"] = {"type": "string"}
    after["components"]["schemas"]["ArticleInput"]["properties"]["title"]["maxLength"] = 900
    dateline = after["components"]["schemas"]["ArticleInput"]["properties"]["dateline"]
    after["components"]["schemas"]["ArticleInput"]["properties"]["dateline"] = {"anyOf": [dateline, {"type": "null"}]}
    after["paths"]["/api/more"] = after["paths"]["/api/sections"]
    assert Change(before, after).breaks() == []
