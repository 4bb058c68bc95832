"""Portraits that editors choose at the desk, and what goes out of it."""

import pytest
from sqlalchemy import Engine

from services.ingest.events import build
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.media import store as media
from services.ingest.portraits import store as portraits
from shared.contracts.events import PortraitsChanged
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.desk import Desk
from tests.contract.ingest.media.test_life import kept
from tests.contract.ingest.test_at_once import at_once


def told(store: Engine) -> PortraitsChanged:
    """What readers' stores are told."""
    with read(store) as connection:
        held = portraits.payload(connection)
    assert held is not None
    (sent,) = build("portraits_changed", [("1", held.version)]).values()
    assert isinstance(sent, PortraitsChanged)
    return sent


def test_a_portrait_is_chosen_from_the_store_and_taken_away(desk: Desk) -> None:
    secretary = desk.be("secretary")
    desk.article(byline=[{"name": "Thu Sương", "roles": ["Bài"]}])
    row = kept(desk.store)
    page = secretary.get("/chan-dung").text
    assert "<option>Thu Sương</option>" in page and f'value="{row.id}"' in page
    assert secretary.post("/chan-dung", {"name": "Thu Sương"}).status_code == 422, "no picture"
    assert secretary.post("/chan-dung", {"name": "Thu Sương", "media_id": row.id}).is_redirect
    (face,) = told(desk.store).portraits.items()
    assert (face[0], face[1].alt) == ("thu-suong", "Thu Sương")
    assert face[1].renditions and max(width for width, _ in face[1].renditions) <= 480
    assert "/tac-gia/thu-suong" in secretary.get("/chan-dung").text
    assert secretary.post(f"/kho/{row.id}/xoa").status_code == 409, "a picture in use stays in the store"
    assert secretary.post("/chan-dung/bo", {"name": "Thu Sương"}).is_redirect
    assert told(desk.store).portraits == {} and told(desk.store).version == 2
    assert secretary.post("/chan-dung/bo", {"name": "Thu Sương"}).status_code == 404
    for role in ("reporter", "editor", "ops"):
        assert desk.be(role).get("/chan-dung").status_code == 403, role


def test_a_name_has_one_face_and_names_that_differ_in_a_mark_have_their_own(store: Engine) -> None:
    row = kept(store)
    for name in ("Hòa", "Hoa"):
        portraits.choose(store, EDITOR, name, row.id)
    with pytest.raises(Invalid, match="“Hòa”"):
        portraits.choose(store, EDITOR, "HOÀ", row.id)
    with read(store) as connection:
        told = portraits.payload(connection)
    assert told is not None and sorted(one.alt for one in told.portraits.values()) == ["Hoa", "Hòa"]
    with pytest.raises(Invalid):
        portraits.choose(store, EDITOR, "Lan", row.id + 1)
    with pytest.raises(Conflict):
        media.remove(store, row.id, EDITOR, portraits.is_used)


@pytest.mark.postgres
def test_two_who_choose_portraits(store: Engine) -> None:
    faces = [kept(store, colour) for colour in ("red", "blue")]
    names = dict(zip(("Quang Long", "Cà Thị Sín"), faces, strict=True))
    chosen = [
        lambda name=name, face=face: portraits.choose(store, EDITOR, name, face.id) for name, face in names.items()
    ]
    assert at_once(store, *chosen) == [None, None]
    now = told(store)
    assert (now.version, sorted(now.portraits)) == (2, ["ca-thi-sin", "quang-long"])


@pytest.mark.postgres
def test_a_picture_is_not_removed_while_it_becomes_a_portrait(store: Engine) -> None:
    face = kept(store)
    refused = at_once(
        store,
        lambda: portraits.choose(store, EDITOR, "Quang Long", face.id),
        lambda: media.remove(store, face.id, EDITOR, portraits.is_used),
    )
    assert [one is None for one in refused].count(True) == 1
    assert len(portraits.listed(store)) == (refused[0] is None)
    assert len(media.found(store)) == (refused[0] is None)
