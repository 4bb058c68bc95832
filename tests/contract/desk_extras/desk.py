"""The desk as people use it: a running app, a browser's client for each account."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn
from sqlalchemy import Engine, update

from services.ingest.accounts.store import accounts
from services.ingest.accounts.tables import users
from services.ingest.kit.actors import Role
from shared.database import write
from tests.wait import until

WORD = "mật khẩu rất dài"


class Person:
    """Somebody signed in at the desk."""

    def __init__(self, base_url: str, email: str) -> None:
        headers = {"Accept": "text/html"}
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

    def post(self, path: str, expect: int = 200, **fields: Any) -> str:
        answer = self.client.post(f"/desk{path}", data={"csrf": self.csrf, **fields})
        assert answer.status_code == expect, f"{path}: {answer.status_code}\n{answer.text[:1500]}"
        return answer.text


class Desk:
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

    def close(self) -> None:
        for person in self._people:
            person.client.close()


@contextmanager
def running_desk(store: Engine) -> Iterator[Desk]:
    """The app on a free port."""
    from services.ingest.app import make_app

    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, 20, "the desk listens")
    desk = Desk(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", store)
    try:
        yield desk
    finally:
        desk.close()
        server.should_exit = True
        thread.join(15)


def narrow(store: Engine, email: str) -> None:
    """Take every section from an account."""
    with write(store) as connection:
        connection.execute(update(users).where(users.c.email == email).values(all_sections=False))
