"""What readers are told of authors: which names are one person's, and never a name that is to keep somebody unknown."""

from sqlalchemy import Engine

from services.ingest.authors.store import authors
from services.ingest.kit.actors import Role
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.newsroom import Newsroom, words


def told(store: Engine) -> list[tuple[int, tuple[str, ...]]]:
    with read(store) as connection:
        payload = authors.payload(connection)
    assert payload is not None
    return [(one.id, one.names) for one in payload.authors]


def test_an_only_name_is_told_and_another_one_when_it_is_no_secret(store: Engine) -> None:
    with read(store) as connection:
        assert authors.payload(connection) is None
    long = authors.add(store, EDITOR, "Quang Long", None)
    assert told(store) == [(long, ("Quang Long",))]
    authors.sign(store, EDITOR, "Người Trong Cuộc", long)
    assert told(store) == [(long, ("Quang Long",))], "a second name may be there so that nobody knows"
    authors.sign(store, EDITOR, "Q.L", long, told=True)
    assert told(store) == [(long, ("Quang Long", "Q.L"))]
    authors.sign(store, EDITOR, "Quang Long", long)
    assert told(store) == [(long, ("Q.L",))]


def test_a_page_is_headed_by_a_printed_name_never_by_the_real_one(store: Engine) -> None:
    mai = authors.add(store, EDITOR, "Mai Hoa", None)
    authors.change(store, EDITOR, mai, "Trần Thị Bí Mật", None)
    assert told(store) == [(mai, ("Mai Hoa",))]
    authors.sign(store, EDITOR, "M.H", mai, told=True)
    authors.change(store, EDITOR, mai, "M.H", None)
    assert told(store) == [(mai, ("M.H", "Mai Hoa"))], "the one that is the author's own"
    authors.give_account(store, EDITOR, "Mai Hoa", None)
    assert told(store) == [(mai, ("M.H",))]


def test_who_is_in_charge_says_which_names_are_known(newsroom: Newsroom, sqlite: Engine) -> None:
    secretary = newsroom.sign_in(Role.secretary)
    secretary.post("/tac-gia", name="Quang Long")
    (one,) = authors.listed(sqlite)
    page = words(secretary.post("/tac-gia/ten-ky", name="Q.L", author_id=str(one.id)))
    assert "Q.L (kín) Cho bạn đọc biết" in page
    page = words(secretary.post("/tac-gia/ten-ky", name="Q.L", author_id=str(one.id), told="1"))
    assert "(kín)" not in page and "Q.L Giữ kín" in page
    assert told(sqlite) == [(one.id, ("Quang Long", "Q.L"))]
