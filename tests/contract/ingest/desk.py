"""The desk as a running server, with people of every role and two sections."""

import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import Engine

from services.ingest.accounts.store import accounts, directory, sessions
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import save_article
from services.ingest.articles.versions import Saved
from services.ingest.desk_kit.session import cookie_name, csrf_token
from services.ingest.kit.actors import Actor, Role
from services.ingest.kit.json_input import read_fields
from services.ingest.sections import store as sections
from shared.database import write
from tests.contract.ingest.base import migrated
from tests.wait import until

HOUSE = Actor("user:house@bao.example")


@lru_cache(maxsize=1)
def _hash() -> str:
    return accounts.new_password_hash("một mật khẩu chung")


class Person:
    """Somebody with a session: asks as a browser does."""

    def __init__(self, base_url: str, store: Engine, email: str) -> None:
        self.email = email
        self.actor_name = f"user:{email}"
        user = next(one for one in directory.listed(store) if one.email == email)
        self.id = int(user.id)
        self.token = sessions.open_session(store, self.id)
        self.client = httpx2.Client(
            base_url=base_url,
            timeout=30,
            trust_env=False,
            cookies={cookie_name(): self.token},
            headers={"accept": "text/html", "origin": base_url},
        )

    def get(self, path: str, **arguments: Any) -> httpx2.Response:
        return self.client.get(f"/desk{path}", **arguments)

    def post(self, path: str, data: dict[str, Any] | None = None, **arguments: Any) -> httpx2.Response:
        """A form with the token that it needs."""
        return self.client.post(f"/desk{path}", data={"csrf": csrf_token(self.token), **(data or {})}, **arguments)

    def script(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """As the desk's scripts ask."""
        headers = {
            "accept": "application/json",
            "x-csrf-token": csrf_token(self.token),
            **arguments.pop("headers", {}),
        }
        return self.client.request(method, f"/desk{path}", headers=headers, **arguments)


class Desk:
    """The server, its store, and whom to be."""

    def __init__(self, base_url: str, store: Engine) -> None:
        self.base_url = base_url
        self.store = store
        self.section_ids = {one.slug: one.id for one in sections.listed(store)}
        self._people: dict[str, Person] = {}

    def be(self, role: str, name: str = "", section: str | None = None) -> Person:
        """A person of that role, who works at one section or (None) at all of them."""
        email = f"{name or role}@bao.example"
        if email not in self._people:
            with write(self.store) as connection:
                ids = None if section is None else [self.section_ids[section]]
                # Nobody knows the password: none is needed to open a session from inside.
                accounts.add_user(connection, email, Role(role), name, _hash(), by="tests", section_ids=ids)
            self._people[email] = Person(self.base_url, self.store, email)
        return self._people[email]

    def anonymous(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.base_url, timeout=30, trust_env=False, headers={"accept": "text/html"})

    def article(self, by: str = HOUSE.name, **fields: Any) -> Saved:
        """An article that stands in the store already."""
        given = {"title": "Họp chợ phiên", "body": "<p>Chợ họp từ sáng sớm.</p>", "section": "kinh-te", **fields}
        return save_article(self.store, read_fields(ArticleInput, given), Actor(by))

    def close(self) -> None:
        for person in self._people.values():
            person.client.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    from services.ingest.app import make_app

    store = migrated()
    for name in ("Kinh tế", "Văn hóa"):
        sections.save(store, HOUSE, None, name=name)
    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, 20, "the desk listens")
    port = server.servers[0].sockets[0].getsockname()[1]
    made = Desk(f"http://127.0.0.1:{port}", store)
    try:
        yield made
    finally:
        made.close()
        server.should_exit = True
        thread.join(15)


def form_of(saved: Saved, **fields: Any) -> dict[str, Any]:
    """The editor's form for `Desk.article`, with some fields changed."""
    return {
        "version": saved.version,
        "title": "Họp chợ phiên",
        "body": "<p>Chợ họp từ sáng sớm.</p>",
        "section": "kinh-te",
        "kind": "article",
        **fields,
    }
