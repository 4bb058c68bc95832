"""Requests made at random, the same ones each time: whatever is asked of any endpoint, no answer is a fault of ours.

`TOASOAN_MADE_REQUESTS` says how many; `make security` makes 20,000.
"""

import json
import os
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from services.ingest.app import make_app
from services.web import api
from tests.house import House
from tests.security.conftest import Editor

pytestmark = [pytest.mark.house, pytest.mark.timeout(3000)]

HOW_MANY = int(os.environ.get("TOASOAN_MADE_REQUESTS") or 1500)
WORDS: tuple[Any, ...] = (
    "", " ", "0", "1", "-1", "2", "99999999999999999999", "1e9", "NaN", "null", "true", "١٢", "x" * 300, "ườ" * 200,
    "'", "\"", "' OR 1=1--", "1; DROP TABLE articles", "<script>ran()</script>", "{{7*7}}", "%00", "\x00", "\ufeff",
    "\u202e", "../../etc/passwd", "..%2f", "a/b", "*:*", "/.*/", "\\", "[", "a b", "2026-02-30",
    "2026-03-01T08:00:00+07:00", "9999-12-31T23:59:59Z", "0001-01-01", "published", "24h", "kinh-te", "Kinh tế", "-",
    "--", "%", "😀", "\ud7ff", "a,b,c",
)  # fmt: skip
NAMES = (
    "q", "page", "trang", "size", "section", "from", "to", "sort", "window", "limit", "before", "status", "title",
    "body", "summary", "tags", "byline", "images", "published_at", "id", "version", "notice", "reason", "csrf",
    "name", "text", "email", "parent_id", "token", "month", "amount", "user", "role", "url", "minutes", "decision",
    "thang", "sau", "tu", "den", "xuat",
)  # fmt: skip
READERS = (
    "/", "/{}", "/{}/{}", "/tu-khoa/{}", "/tac-gia/{}", "/ngay/{}", "/rss/{}.xml", "/sitemap-{}.xml", "/media/{}",
    "/static/{}", "/tim-kiem", "/api/articles/{}", "/cai-chinh", "/anh", "/rss.xml", "/robots.txt",
)  # fmt: skip
TYPES = ("application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded")


class Maker:
    """Endpoints of one service, and requests to them."""

    def __init__(self, made: random.Random, endpoints: list[tuple[str, str]]) -> None:
        self._made = made
        self._endpoints = endpoints

    def requests(self, number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for _ in range(number):
            method, pattern = self._made.choice(self._endpoints)
            path = re.sub(r"{[^}]*}", lambda _: quote(str(self._word() or "1")[:200], safe=""), pattern)
            yield method, path, self._arguments(method)

    def _arguments(self, method: str) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if self._made.random() < 0.6:
            arguments["params"] = self._fields(str)
        if method == "GET":
            return arguments
        kind = self._made.randrange(4)
        if kind == 0:
            arguments["content"] = json.dumps(self._fields(lambda word: self._value(3)))
            arguments["headers"] = {"content-type": "application/json"}
        elif kind == 1:
            arguments["data"] = self._fields(str)
        elif kind == 2:
            arguments["content"] = self._made.randbytes(self._made.randrange(200))
            arguments["headers"] = {"content-type": self._made.choice(TYPES)}
        return arguments

    def _fields(self, of: Any) -> dict[str, Any]:
        names = self._made.sample(NAMES, self._made.randrange(6))
        return {name: of(self._word()) for name in names}

    def _value(self, depth: int) -> Any:
        kind = self._made.randrange(7)
        if kind == 0 and depth:
            return [self._value(depth - 1) for _ in range(self._made.randrange(4))]
        if kind == 1 and depth:
            return {self._made.choice(NAMES): self._value(depth - 1) for _ in range(self._made.randrange(4))}
        return self._made.choice((None, True, self._made.randrange(-(2**70), 2**70), 1.5, self._word(), self._word()))

    def _word(self) -> Any:
        return self._made.choice(WORDS)


def endpoints(routes: Any, prefix: str = "") -> list[tuple[str, str]]:
    """(method, path with {names}) of an app's routes, those of what is mounted among them."""
    found = []
    for outer in routes:
        for route in getattr(getattr(outer, "original_router", None), "routes", [outer]):
            inner = getattr(getattr(route, "app", None), "routes", None)
            if inner is not None:
                found += endpoints(inner, prefix + route.path)
            for method in sorted(set(getattr(route, "methods", None) or ()) - {"HEAD"}):
                found.append((method, prefix + route.path))
    return found


def faulty(client: httpx2.Client, base: str, made: Iterator[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Requests whose answer is a fault of ours; that something is away (503) is none."""
    faults = []
    for method, path, arguments in made:
        try:
            status = client.request(method, base + path, **arguments).status_code
        except httpx2.TransportError as error:
            faults.append(f"{error!r} {method} {path} {arguments}")
            continue
        if status >= 500 and status != 503:
            faults.append(f"{status} {method} {path} {arguments}")
    return faults


def test_no_made_request_finds_a_fault(house: House, editor: Editor) -> None:
    made = random.Random(2026)
    site = Maker(made, [*(("GET", path) for path in READERS), *endpoints(api.router.routes)])
    # Signing out, and changing accounts, would end the walk; a window of the board or the inbox lasts for minutes.
    ends = re.compile(r"/desk/(dang-xuat|mat-khau|tai-khoan.*|bang/dong|viec/dong)")
    desk = [one for one in endpoints(make_app().routes) if not ends.fullmatch(one[1])]
    inside = Maker(made, [one for one in desk if one[1].startswith("/desk")])
    machine = Maker(made, [one for one in desk if one[1].startswith("/api")])
    third = HOW_MANY // 3
    faults = faulty(house.client, house.web_url, site.requests(third))
    key = {"authorization": f"Bearer {house.key}"}
    with httpx2.Client(timeout=30, trust_env=False, headers=key) as program:
        faults += faulty(program, house.ingest_url, machine.requests(third))
    token = {"x-csrf-token": editor.csrf}
    cookies = dict(editor.client.cookies)
    # The walk tries log-ins, too: from an address of its own it uses up nobody else's.
    alone = httpx2.HTTPTransport(local_address="127.94.83.72")
    with httpx2.Client(timeout=30, trust_env=False, headers=token, cookies=cookies, transport=alone) as person:
        faults += faulty(person, house.ingest_url, inside.requests(third))
    assert "\n".join(faults) == ""
    lines = [line for line in house.log.splitlines() if line.startswith(("web.http", "ingest.http"))]
    assert [line for line in lines if "event='crash'" in line or "Traceback" in line] == []
