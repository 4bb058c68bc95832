"""Weather and prices: typed at the desk or fetched from the newsroom's own address, and told with their end."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, update

from services.ingest.events import build
from services.ingest.figures import loop
from services.ingest.figures import store as held
from services.ingest.figures.tables import figures
from services.ingest.kit.fetching import Fetcher
from shared import clock
from shared.contracts.events import Figure, FiguresChanged
from shared.database import write
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.desk import Desk
from tests.contract.ingest.outside import Outside

GOOD = '{"figures": [{"label": "Lai Châu", "value": "18 °C", "note": "mưa", "icon": "x"}], "more": 1}'.encode()


def told(engine: Engine) -> FiguresChanged:
    (sent,) = build("figures_changed", [("1", held.current(engine).version)]).values()
    assert isinstance(sent, FiguresChanged)
    return sent


def due_again(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(update(figures).values(next_at=clock.moment()))


def test_what_is_typed_is_told_with_its_end(desk: Desk) -> None:
    secretary = desk.be("secretary")
    lines = {"label": ["Lai Châu", "", "Cà phê"], "value": ["18 °C", "", "118.500 đ"], "note": ["", "", "kg"]}
    assert secretary.post("/thoi-tiet-gia-ca", {**lines, "hours": "3"}).is_redirect
    sent = told(desk.store)
    assert [(one.label, one.value, one.note) for one in sent.figures] == [
        ("Lai Châu", "18 °C", ""),
        ("Cà phê", "118.500 đ", "kg"),
    ]
    assert sent.until and timedelta(hours=2.9) < sent.until - datetime.now(UTC) <= timedelta(hours=3)
    page = secretary.get("/thoi-tiet-gia-ca").text
    assert "Đang hiện đến" in page and 'value="118.500 đ"' in page
    half = {"label": ["Lai Châu"], "value": [""], "note": [""], "hours": "3"}
    assert secretary.post("/thoi-tiet-gia-ca", half).status_code == 422
    assert secretary.post("/thoi-tiet-gia-ca", {"hours": "3"}).is_redirect
    assert told(desk.store).figures == ()
    assert secretary.post("/thoi-tiet-gia-ca/nguon", {"url": "https://bao.example/x"}).status_code == 403
    admin = desk.be("admin")
    assert admin.post("/thoi-tiet-gia-ca/nguon", {"url": "http://127.0.0.1:9/x"}).status_code == 422, "our own network"


def test_an_address_is_asked_and_what_it_said_ages(store: Engine, outside: Outside, fetcher: Fetcher) -> None:
    outside.pages["/so-lieu"] = (200, {}, GOOD)
    held.fetch_from(store, EDITOR, f"{outside.url}/so-lieu")
    loop.work(store, fetcher)
    first = told(store)
    assert first.figures == (Figure(label="Lai Châu", value="18 °C", note="mưa"),)
    loop.work(store, fetcher)
    assert len(outside.asked) == 1, "it is not due again at once"
    for status, body, said in (
        (500, b"", "HTTP 500"),
        (200, b"<html>", "JSON"),
        (200, b'{"figures": [{"label": "' + b"x" * 41 + b'", "value": "1"}]}', "figures.0.label"),
    ):
        outside.pages["/so-lieu"] = (status, {}, body)
        due_again(store)
        loop.work(store, fetcher)
        assert said in held.current(store).error
        assert told(store) == first, "what was told last ages on"
    outside.pages["/so-lieu"] = (200, {}, GOOD)
    due_again(store)
    loop.work(store, fetcher)
    assert held.current(store).error == ""
    last = told(store)
    assert last.until and first.until and last.until > first.until
