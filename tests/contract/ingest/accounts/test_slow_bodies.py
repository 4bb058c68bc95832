"""A body that takes its time: who has begun to send it may not be who may have it done when it is whole."""

import importlib
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy import Engine, func, select

from services.ingest.accounts.store import accounts, keys
from services.ingest.articles.store import reading
from services.ingest.desk_kit.session import csrf_token
from services.ingest.kit import still
from services.ingest.kit.actors import Role, Scope
from services.ingest.media.tables import media
from shared.database import read
from tests.contract.ingest.conftest import Api
from tests.contract.ingest.desk import Desk, Person

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def any_body_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still, "SOON_SECONDS", 0.0)


def slowly(body: bytes, meanwhile: Callable[[], object]) -> Iterator[bytes]:
    """All but the last byte; then, when the server has looked who asks, something happens, and the last one comes."""
    yield body[:-1]
    meanwhile()
    yield body[-1:]


def asks_first(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> Callable[[], None]:
    """A wait for the server to have looked who asks."""
    looked, source = threading.Event(), importlib.import_module(module)
    real = getattr(source, name)

    def noted(*given: object) -> object:
        found = real(*given)
        looked.set()
        return found

    monkeypatch.setattr(source, name, noted)

    def wait() -> None:
        assert looked.wait(30)

    return wait


def close(desk: Desk, who: Person) -> None:
    accounts.disable(desk.store, who.email, by="user:admin@bao.example")


def take_role(desk: Desk, who: Person) -> None:
    accounts.change_account(desk.store, who.id, name="", role=Role.reporter, section_ids=None, by="tests")


def new_password(desk: Desk, who: Person) -> None:
    accounts.change_password(desk.store, who.email, "một mật khẩu rất mới")


@pytest.mark.parametrize("what", [close, take_role, new_password])
@pytest.mark.parametrize("in_head", [False, True])
def test_what_a_closed_session_has_begun_is_not_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: Callable[[Desk, Person], None], in_head: bool
) -> None:
    """With the token in the form, which is read before anything is done, or in the head, as scripts send it."""
    desk.be("admin")
    who = desk.be("chief")
    looked = asks_first(monkeypatch, "services.ingest.accounts.store.accounts", "account_of")

    def meanwhile() -> None:
        looked()
        what(desk, who)

    form = {"title": "Tin cuối của tôi", "body": "<p>Chữ.</p>", "section": "kinh-te"}
    token = csrf_token(who.token)
    body = urlencode(form if in_head else form | {"csrf": token}).encode()
    headers = {"content-type": FORM} | ({"x-csrf-token": token} if in_head else {})
    answer = who.client.post("/desk/bai/moi", content=slowly(body, meanwhile), headers=headers)
    assert answer.status_code == 401
    assert reading.listed(desk.store) == []


def test_a_body_that_takes_its_time_is_taken_from_who_still_may(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    who = desk.be("chief")
    looked = asks_first(monkeypatch, "services.ingest.accounts.store.accounts", "account_of")
    form = {"title": "Tin chậm", "body": "<p>Chữ.</p>", "section": "kinh-te", "csrf": csrf_token(who.token)}
    body = slowly(urlencode(form).encode(), looked)
    answer = who.client.post("/desk/bai/moi", content=body, headers={"content-type": FORM})
    assert answer.status_code == 303, answer.text
    assert len(reading.listed(desk.store)) == 1


def test_an_open_upload_ends_with_its_account(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.be("admin")
    who = desk.be("reporter")
    piece = b"\x89PNG\r\n\x1a\n" + b"0" * 500
    begun = who.script("POST", "/kho/tai-len", json={"name": "a.png", "size": len(piece)}).json()
    looked = asks_first(monkeypatch, "services.ingest.accounts.store.accounts", "account_of")

    def meanwhile() -> None:
        looked()
        close(desk, who)

    headers = {
        "x-csrf-token": csrf_token(who.token),
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
    }
    address = f"/desk/kho/tai-len/{begun['id']}"
    answer = who.client.patch(address, content=slowly(piece, meanwhile), headers=headers)
    assert answer.status_code == 401
    with read(desk.store) as connection:
        assert connection.execute(select(func.count()).select_from(media)).scalar_one() == 0


def test_what_a_revoked_key_has_begun_is_not_done(api: Api, api_store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    key = keys.create_key("máy viết", [Scope.publish], engine=api_store)
    looked = asks_first(monkeypatch, "services.ingest.accounts.bearer", "actor_of")
    monkeypatch.setattr("services.ingest.accounts.bearer.KEY_SECONDS", 0.0)

    def meanwhile() -> None:
        looked()
        keys.revoke_key("máy viết", engine=api_store)

    body = '{"title": "Tin cuối", "body": "Chữ.", "section": "Kinh tế"}'.encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    with httpx2.Client(base_url=str(api.client.base_url), timeout=30, trust_env=False) as client:
        answer = client.post("/api/articles", content=slowly(body, meanwhile), headers=headers)
    assert answer.status_code == 401
    assert reading.listed(api_store) == []
