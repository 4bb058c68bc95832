"""Every page of both sites, crawled after each way in was filled with hostile text: nothing runs, headers stand."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from tests.house import House
from tests.security.conftest import Editor, Seen
from tests.security.markup import PAYLOAD, faults

pytestmark = [pytest.mark.house, pytest.mark.timeout(300)]
HTML_IN_FEEDS = ("description", "{http://purl.org/rss/1.0/modules/content/}encoded")


def told(seen: list[Seen], wrong: Callable[[Seen], object]) -> dict[str, object]:
    """{address: what is wrong there}."""
    return {one.url: found for one in seen if (found := wrong(one))}


def test_no_page_for_readers_lets_anything_run(site: list[Seen]) -> None:
    assert told(site, lambda one: one.is_html and faults(one.answer.text)) == {}
    # The crawler was where it hurts: sections, tags, authors and articles with the payload as words.
    shown = [one for one in site if one.is_html and PAYLOAD in unescape(one.answer.text)]
    assert len(shown) > 12, [one.url for one in site]


def test_no_page_of_the_desk_lets_anything_run(desk: list[Seen]) -> None:
    assert told(desk, lambda one: one.is_html and faults(one.answer.text)) == {}
    shown = [one for one in desk if PAYLOAD in unescape(one.answer.text)]
    assert len(shown) > 8, [one.url for one in desk]


def test_pages_of_every_way_in_were_among_them(site: list[Seen], poisoned: list[dict[str, Any]]) -> None:
    everything = "\n".join(unescape(one.answer.text) for one in site)
    for title in ("Bài 0 ", "Từ NDJSON "):
        assert title + PAYLOAD in everything, title
    comments = json.loads(next(one.answer.text for one in site if one.url.endswith(f"{poisoned[0]['id']}/comments")))
    assert PAYLOAD in comments["comments"][0]["text"]


def test_feeds_are_xml_whatever_was_written(site: list[Seen]) -> None:
    documents = [one for one in site if "xml" in one.answer.headers.get("content-type", "")]
    assert len(documents) >= 4
    for one in documents:
        for element in fromstring(one.answer.content).iter():
            # Where readers of feeds expect HTML.
            if element.tag in HTML_IN_FEEDS or element.get("type") == "html":
                assert faults(element.text or "") == [], one.url


def test_every_answer_to_readers_has_its_headers(site: list[Seen]) -> None:
    def wrong(one: Seen) -> list[str]:
        headers = one.answer.headers
        policies = headers.get_list("content-security-policy")
        checks = {
            "nosniff": headers.get("x-content-type-options") == "nosniff",
            "one policy": len(policies) == 1 and "default-src 'none'" in policies[0] and "unsafe" not in policies[0],
            "not framed": "frame-ancestors 'none'" in policies[0] or "sandbox" in policies[0],
            "referrer": headers.get("referrer-policy") == "strict-origin-when-cross-origin",
            "opener": headers.get("cross-origin-opener-policy") == "same-origin",
            "no cookie": "set-cookie" not in headers,
            "no foreign reader": not [name for name in headers if name.startswith("access-control-")],
            "no name of the server": not {"server", "x-powered-by"} & set(headers),
            "a charset": not one.is_html or "charset=utf-8" in headers["content-type"],
        }
        return [name for name, holds in checks.items() if not holds]

    assert {one.answer.status_code for one in site} >= {200, 404, 422}
    assert told(site, wrong) == {}


def test_every_answer_of_the_desk_has_its_headers(desk: list[Seen]) -> None:
    def wrong(one: Seen) -> list[str]:
        headers = one.answer.headers
        policy = headers.get("content-security-policy", "")
        checks = {
            "nosniff": headers.get_list("x-content-type-options") == ["nosniff"],
            "policy": "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy,
            # A file of the store is no page: nothing in it runs, and it leads nowhere.
            "not framed": "sandbox" in policy
            if "/media/" in one.url
            else "frame-ancestors 'none'" in policy and headers.get("x-frame-options") == "DENY",
            "not kept": re.search("no-store|private", headers.get("cache-control", "")) or "/static/" in one.url,
            "referrer": headers.get("referrer-policy") == "same-origin" or "/media/" in one.url,
            "no name of the server": not {"server", "x-powered-by"} & set(headers),
        }
        return [name for name, holds in checks.items() if not holds]

    assert len(desk) > 40
    assert {one.answer.status_code for one in desk} <= {200, 303, 404, 503}, [
        one.url for one in desk if one.answer.status_code not in (200, 303, 404, 503)
    ]
    assert told(desk, wrong) == {}


def test_another_site_may_read_nothing(house: House, editor: Editor) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for method in ("GET", "OPTIONS"):
        for url in (house.web_url + "/api/search?q=x", house.ingest_url + "/api/articles", house.ingest_url + "/desk/"):
            answer = editor.client.request(method, url, headers=headers)
            assert not [name for name in answer.headers if name.startswith("access-control-")], (method, url)


def test_exported_cells_begin_no_formula(house: House, editor: Editor) -> None:
    title = '=HYPERLINK("https://evil.example";"xem")'
    house.push(title=title, section="@SUM(1+1)")
    editor.post("/desk/chuyen-muc", name="+cmd|' /C calc'!A0")
    sheet = editor.get("/desk/nhat-ky?xuat=csv").content.decode("utf-8-sig")
    assert "evil.example" in sheet or "calc" in sheet
    cells = [cell.strip('"') for line in sheet.splitlines() for cell in line.split('","')]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "-", "\t", "\r"))] == []
