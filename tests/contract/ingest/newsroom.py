"""The desk as people use it: a running app, a browser's client for each account."""

import io
import re
import threading
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx2
import pytest
import uvicorn
from defusedxml.ElementTree import fromstring
from sqlalchemy import Engine, update

from services.ingest.accounts.store import accounts, directory
from services.ingest.accounts.tables import users
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.kit.actors import Actor, Role
from services.ingest.kit.json_input import read_fields
from shared.database import write
from tests.contract.ingest.base import STORY
from tests.wait import until

EDITOR = Actor("user:editor")
EVIL = "=HYPERLINK(1)"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WORD = "mật khẩu rất dài"


class Person:
    """Somebody signed in at the desk."""

    def __init__(self, base_url: str, email: str) -> None:
        headers = {"Accept": "text/html"}
        self.email = email
        self.client = httpx2.Client(base_url=base_url, timeout=30, headers=headers, follow_redirects=True)
        page = self.client.post("/desk/dang-nhap", data={"email": email, "password": WORD})
        assert page.status_code == 200, page.text[:500]
        found = re.search(r'name="csrf" content="([0-9a-f]+)"', page.text)
        assert found, page.text[:800]
        self.csrf = found[1]

    def get(self, path: str, expect: int = 200) -> str:
        answer = self.client.get(f"/desk{path}")
        assert answer.status_code == expect, f"{path}: {answer.status_code}\n{answer.text[:1500]}"
        return answer.text

    def post(self, path: str, expect: int = 200, /, **fields: str | list[str]) -> str:
        answer = self.client.post(f"/desk{path}", data={"csrf": self.csrf, **fields})
        assert answer.status_code == expect, f"{path}: {answer.status_code}\n{answer.text[:1500]}"
        return answer.text


class Newsroom:
    def __init__(self, base_url: str, store: Engine) -> None:
        self.base_url = base_url
        self._store = store
        self._people: list[Person] = []

    def sign_in(self, role: Role, name: str = "") -> Person:
        """A new account of that role, at every section."""
        email = f"{role}{len(self._people)}@bao.example"
        accounts.create_user(email, role, name=name or f"Người {role}", engine=self._store)
        accounts.change_password(self._store, email, WORD)
        self._people.append(Person(self.base_url, email))
        return self._people[-1]

    def link(self, who: Person, month: str, author: str, owner: Person) -> None:
        """Have somebody say whose name that is."""
        account = next(one for one in directory.listed(self._store) if one.email == owner.email)
        who.post(f"/nhuan-but/{month}/nguoi-nhan", author=author, account_id=str(account.id))

    def close(self) -> None:
        for person in self._people:
            person.client.close()


@pytest.fixture
def newsroom(sqlite: Engine) -> Iterator[Newsroom]:
    """The app on a free port."""
    from services.ingest.app import make_app

    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, 20, "the desk listens")
    made = Newsroom(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", sqlite)
    try:
        yield made
    finally:
        made.close()
        server.should_exit = True
        thread.join(15)


def narrow(store: Engine, email: str) -> None:
    """Take every section from an account."""
    with write(store) as connection:
        connection.execute(update(users).where(users.c.email == email).values(all_sections=False))


def publish(store: Engine, **fields: Any) -> int:
    """The id of a published STORY with some fields changed."""
    return articles.save_article(store, read_fields(ArticleInput, {**STORY, **fields}), EDITOR).id


# ---------------------------------------------------------------- what people take away


def words(page: str) -> str:
    """A page's text, blanks as one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def download(who: Person, path: str, name: str) -> bytes:
    answer = who.client.get(f"/desk{path}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    return answer.content


def workbook(content: bytes) -> dict[str, list[list[Any]]]:
    """Sheet name → rows of what cells hold, empty ones left out; fails on a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [one.get("name", "") for one in fromstring(parts.read("xl/workbook.xml")).iter(f"{_SHEET}sheet")]
        texts = [
            "".join(part.text or "" for part in one.iter(f"{_SHEET}t"))
            for one in fromstring(parts.read("xl/sharedStrings.xml")).iter(f"{_SHEET}si")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            sheet = fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
            assert sheet.find(f".//{_SHEET}f") is None, f"a formula in {name}"
            found[name] = [[_cell(cell, texts) for cell in row] for row in sheet.iter(f"{_SHEET}row")]
    return found


def _cell(cell: Any, texts: list[str]) -> Any:
    value = cell.findtext(f"{_SHEET}v", "")
    return texts[int(value)] if cell.get("t") == "s" else float(value) if value else ""
