"""The desk's answers are packed for its own pages, and not where another site makes a browser ask."""

import zlib

import pytest

from services.ingest.desk_kit.static_files import STATIC, static_url
from tests.contract.ingest.desk import Desk

BUILT = next(folder / "built" for folder in STATIC if (folder / "built").is_dir())
RICHTEXT = static_url("built/richtext.js").removeprefix("/desk")


@pytest.mark.parametrize(("site", "is_packed"), [("same-origin", True), ("none", True), ("cross-site", False)])
def test_only_what_nobody_else_asked_for_is_packed(desk: Desk, site: str, is_packed: bool) -> None:
    secretary = desk.be("secretary")
    asked = {"sec-fetch-site": site, "accept-encoding": "gzip"}
    answer = secretary.get("/bai?q=doan", headers=asked)
    assert answer.status_code == 200 and "Bài vở" in answer.text
    assert answer.headers.get("content-encoding") == ("gzip" if is_packed else None)


def test_what_says_nothing_of_who_asked_is_not_packed(desk: Desk) -> None:
    assert "content-encoding" not in desk.be("secretary").get("/bai", headers={"accept-encoding": "gzip"}).headers


@pytest.mark.parametrize(("accepted", "coding"), [
    ("gzip, deflate, br, zstd", "br"), ("BR ; q=0.5", "br"), ("gzip", "gzip"), ("gzip, br;q=0.0", "gzip"),
    ("brx", None), ("identity", None),
])  # fmt: skip
def test_the_editor_is_sent_as_tight_as_a_browser_takes_it(desk: Desk, accepted: str, coding: str | None) -> None:
    asked = {"accept-encoding": accepted, "sec-fetch-site": "same-origin"}
    whole = (BUILT / "richtext.js").read_bytes()
    with desk.be("secretary").client.stream("GET", f"/desk{RICHTEXT}", headers=asked) as answer:
        assert answer.headers.get("content-encoding") == coding
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert "immutable" in answer.headers["cache-control"]
        sent = b"".join(answer.iter_raw())
    if coding == "br":
        assert sent == (BUILT / "richtext.js.br").read_bytes()
    else:
        assert (zlib.decompress(sent, 31) if coding else sent) == whole
