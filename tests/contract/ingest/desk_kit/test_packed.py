"""The desk's answers are packed for its own pages, and not where another site makes a browser ask."""

import pytest

from tests.contract.ingest.desk import Desk


@pytest.mark.parametrize(("site", "is_packed"), [("same-origin", True), ("none", True), ("cross-site", False)])
def test_only_what_nobody_else_asked_for_is_packed(desk: Desk, site: str, is_packed: bool) -> None:
    secretary = desk.be("secretary")
    asked = {"sec-fetch-site": site, "accept-encoding": "gzip"}
    answer = secretary.get("/bai?q=doan", headers=asked)
    assert answer.status_code == 200 and "Bài vở" in answer.text
    assert answer.headers.get("content-encoding") == ("gzip" if is_packed else None)


def test_what_says_nothing_of_who_asked_is_not_packed(desk: Desk) -> None:
    assert "content-encoding" not in desk.be("secretary").get("/bai", headers={"accept-encoding": "gzip"}).headers
