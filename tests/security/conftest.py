"""An editor who signed in as people do, and the house after every way in has been filled with hostile text."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.house import House
from tests.security.markup import BODIES, PAYLOAD, links
from tests.wait import until

PASSWORD = "đò đưa sông Mã 1906"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Editor:
    """Somebody at the desk with a browser's cookies."""

    def __init__(self, house: House, email: str, role: str) -> None:
        self.house, self.email = house, email
        made = house.toasoan("users", "create", email, "--role", role)
        self.one_time = made.stdout.strip()
        self.client = self.browser()
        self.log_in(self.client, self.one_time)
        form = {"old": self.one_time, "new": PASSWORD, "again": PASSWORD}
        assert self.post("/desk/mat-khau", **form).status_code == 303

    def browser(self) -> httpx2.Client:
        """A new one, signed in nowhere."""
        headers = {"accept": "text/html", "origin": self.house.ingest_url}
        return httpx2.Client(base_url=self.house.ingest_url, timeout=30, trust_env=False, headers=headers)

    def log_in(self, client: httpx2.Client, password: str = PASSWORD, **form: str) -> httpx2.Response:
        answer = client.post("/desk/dang-nhap", data={"email": self.email, "password": password, **form})
        assert answer.status_code == 303, answer.text
        return answer

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.client.get("/desk/mat-khau").text)
        assert found
        return found[1]

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(path)

    def post(self, path: str, **form: Any) -> httpx2.Response:
        """A form with its token."""
        return self.client.post(path, data={"csrf": self.csrf, **form})


@pytest.fixture(scope="session")
def editor(house: House) -> Iterator[Editor]:
    """An administrator: may do everything."""
    made = Editor(house, "an.ninh@bao.example", "admin")
    yield made
    made.client.close()


@dataclass(frozen=True)
class Seen:
    """One address that a crawler opened."""

    url: str
    answer: httpx2.Response

    @property
    def is_html(self) -> bool:
        return self.answer.headers.get("content-type", "").startswith("text/html")


@pytest.fixture(scope="session")
def poisoned(house: House, editor: Editor, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The articles made by API, desk and importers, each field hostile; a comment on the first is approved."""
    house.push()  # makes the section "kinh-te"
    made = [_by_api(house, number, body) for number, body in enumerate(BODIES)]
    _by_desk(editor)
    _by_import(house, tmp_path_factory.mktemp("feeds"))
    first = made[0]
    house.until_page(first["url"])
    correction = {"notice": PAYLOAD, "wrong": PAYLOAD, "right": PAYLOAD}
    assert house.api("POST", f"/api/articles/{first['id']}/correct", json=correction).status_code == 200
    _comment(house, editor, first["id"])
    return made


@pytest.fixture(scope="session")
def site(house: House, poisoned: list[dict[str, Any]]) -> list[Seen]:
    """The readers' site, crawled from its front page, feeds and what is not there included."""
    urls = ["/", "/tim-kiem?q=" + httpx2.QueryParams({"q": PAYLOAD})["q"], "/doc-nhieu", "/cai-chinh", "/anh", "/video"]
    urls += ["/rss.xml", "/atom.xml", "/feed.json", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt", "/sw.js"]
    urls += ["/manifest.webmanifest", "/ngoai-tuyen", "/khong-co", "/khong-co/", "/api/khong-co", "/media/khong-co.jpg"]
    urls += ["/api/search?q=x", "/api/search?size=0", "/api/suggest?q=x", "/api/most-read", "/healthz", "/readyz"]
    urls += [article["url"] for article in poisoned]
    urls += [f"/api/articles/{article['id']}{more}" for article in poisoned for more in ("", "/comments")]
    return _crawl(house.client, house.web_url, urls, 150)


@pytest.fixture(scope="session")
def desk(house: House, editor: Editor, poisoned: list[dict[str, Any]]) -> list[Seen]:
    """The desk, crawled from its home page as an administrator."""
    urls = ["/desk/", "/desk/tim?q=" + httpx2.QueryParams({"q": PAYLOAD})["q"], "/desk/nhat-ky", "/desk/ops", "/desk/x"]
    for article in poisoned[:2]:
        urls += [f"/desk/bai/{article['id']}{more}" for more in ("", "/xem-truoc", "/phien-ban", "/len-trang")]
    urls += ["/desk/binh-luan?trang-thai=approved"]
    return _crawl(editor.client, house.ingest_url, urls, 150)


def _by_api(house: House, number: int, body: str) -> dict[str, Any]:
    return house.push(
        title=f"Bài {number} {PAYLOAD}",
        summary=PAYLOAD,
        body=body,
        body_format="html",
        section=PAYLOAD[:90],
        tags=[PAYLOAD[:90], "từ khóa"],
        dateline=PAYLOAD[:50],
        byline=[{"name": PAYLOAD, "roles": [PAYLOAD[:40]]}],
        images=[{"caption": PAYLOAD, "credit": PAYLOAD, "alt": PAYLOAD}],
        kind=("article", "photo")[number % 2],
    )


def _by_desk(editor: Editor) -> None:
    form = {"version": "0", "title": f"Từ bàn biên tập {PAYLOAD}", "body": BODIES[1], "section": "kinh-te"}
    answer = editor.post("/desk/bai/moi", **form, kind="article", summary=PAYLOAD, person_name=PAYLOAD)
    assert answer.status_code == 303, answer.text


def _by_import(house: House, folder: Path) -> None:
    words = escape(PAYLOAD)
    body = escape("".join(BODIES))
    rss = f"""<rss version="2.0"><channel><title>{words}</title><link>https://nguon.example/</link>
        <item><title>Từ RSS {words}</title><link>https://nguon.example/{words}</link><guid>rss-1</guid>
        <description>{body}</description><category>{words}</category>
        <pubDate>Mon, 02 Mar 2026 08:00:00 +0700</pubDate></item></channel></rss>"""
    (folder / "a.xml").write_text(rss)
    story = {"external_id": "nd-1", "title": f"Từ NDJSON {PAYLOAD}", "body": BODIES[2], "section": "Kinh tế"}
    (folder / "b.ndjson").write_text(json.dumps({**story, "status": "published", "byline": PAYLOAD}) + "\n")
    ninjs = {"uri": "urn:ninjs:1", "headline": f"Từ ninjs {PAYLOAD}", "body_html": BODIES[3], "byline": PAYLOAD}
    (folder / "c.json").write_text(json.dumps({**ninjs, "type": "text", "pubstatus": "usable"}))
    for path in sorted(folder.iterdir()):
        house.toasoan("import", str(path))


def _comment(house: House, editor: Editor, article_id: int) -> None:
    where = f"{house.web_url}/api/articles/{article_id}/comments"
    form = {"name": PAYLOAD[:90], "text": f"{PAYLOAD}\n{BODIES[0]}", "email": "a@b.example"}
    # Tests before may have used up what one address may say at once.
    until(lambda: house.client.post(where, data=form).status_code == 303, 60, "the comment is taken", interval_s=1)

    def held() -> str | None:
        before, link, _ = editor.get("/desk/binh-luan").text.partition(f'"/desk/bai/{article_id}"')
        return re.findall(r'name="id" value="(\d+)"', before)[-1] if link else None

    number = until(held, 30, "the comment waits at the desk")
    assert editor.post("/desk/binh-luan", id=number, decision="approve").status_code == 303
    until(lambda: house.get(where).json()["comments"], 30, "the comment is shown")


def _crawl(client: httpx2.Client, base: str, urls: list[str], limit: int) -> list[Seen]:
    """Follow links inside `base`; at most three addresses of one form (numbers and words of slugs apart)."""
    waiting, given = list(urls), set(urls)
    seen: dict[str, Seen] = {}
    forms: dict[str, int] = {}
    while waiting and len(seen) < limit:
        path = waiting.pop(0)
        url = urljoin(base, path).partition("#")[0]
        form = re.sub(r"[a-z0-9-]*\d+", "N", urlsplit(url).path)
        if url in seen or not url.startswith(base) or (forms.get(form, 0) >= 3 and path not in given):
            continue
        forms[form] = forms.get(form, 0) + 1
        seen[url] = Seen(url, client.get(url))
        if seen[url].is_html:
            waiting += [urljoin(url, unescape(link)) for link in links(seen[url].answer.text)]
    return list(seen.values())
