"""Tips of readers: kept once, their photos rebuilt, taken over or dismissed, and forgotten in time."""

import io
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, select

from services.ingest.accounts.store import accounts
from services.ingest.accounts.store.directory import everybody
from services.ingest.articles.store import reading
from services.ingest.comments.store import comments, visitors
from services.ingest.inbox.store import entries, happenings
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Conflict, NotFound
from services.ingest.media.tables import media
from services.ingest.planning.tables import plans
from services.ingest.tips import store as tips
from shared.contracts.from_readers import SubmitComment, SubmitTip, SubmitTipPhoto
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save
from tests.contract.ingest.newsroom import Newsroom, publish

NOW = datetime.now(UTC)
TEXT = "Cầu treo bản Mường bị lũ cuốn sáng nay.\nChưa thấy ai rào lại."


def tip(token: str = "a" * 64, **fields: Any) -> SubmitTip:
    given = {"name": "Bà Sín", "contact": "0912 345 678", "text": TEXT, "at": NOW, "visitor": "v1", **fields}
    return SubmitTip.model_validate({"token": token, **given})


def photo(place: int = 0, data: bytes | None = None, token: str = "a" * 64) -> SubmitTipPhoto:
    return SubmitTipPhoto(token=token, place=place, data=b64encode(data or jpeg()))


def jpeg() -> bytes:
    """As a telephone makes it: with the place where it was taken, and somebody's words behind the picture."""
    exif = Image.Exif()
    exif[0x010F] = "Điện thoại của Sín"
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((400, 300)).save(file, "JPEG", exif=exif)
    return file.getvalue() + b"PK\x03\x04 tail"


@pytest.fixture
def engine(store: Engine) -> Engine:
    return store


def only(engine: Engine, status: str = "new") -> Any:
    (found,) = tips.listed(engine, status)
    return found


def test_a_tip_is_kept_once_and_what_it_lacks_is_said(engine: Engine) -> None:
    for _ in range(2):
        tips.hold(engine, tip(photos=2))
    assert only(engine).text == TEXT
    tokens = ["a" * 64, "b" * 64]
    assert tips.held(engine, tokens) == ("a" * 64,)
    assert tips.lacking(engine, tokens) == (("a" * 64, 0), ("a" * 64, 1))
    tips.hold_photo(engine, photo(1))
    tips.hold_photo(engine, photo(1))
    tips.hold_photo(engine, photo(0, b"\xff\xd8\xff no picture"))
    tips.hold_photo(engine, photo(3))
    tips.hold_photo(engine, photo(0, token="b" * 64))
    assert tips.lacking(engine, tokens) == ()
    assert tips.places(engine, [only(engine).id]) == {only(engine).id: {0: False, 1: True}}


def test_of_a_photo_nothing_but_the_pixels_is_kept(sqlite: Engine) -> None:
    tips.hold(sqlite, tip(photos=1))
    tips.hold_photo(sqlite, photo())
    kind, data = tips.photo(sqlite, only(sqlite).id, 0)
    with Image.open(io.BytesIO(data)) as made:
        assert (kind, made.size, dict(made.getexif())) == ("image/jpeg", (400, 300), {})
    assert b"tail" not in data and "Điện thoại".encode() not in data
    with pytest.raises(NotFound):
        tips.photo(sqlite, only(sqlite).id, 1)


def test_who_is_banned_from_comments_sends_no_tips_either(engine: Engine, save: Save) -> None:
    said = SubmitComment(token="c", article_id=save().id, name="X", text="Bậy.", at=NOW, visitor="v1")
    comments.hold(engine, said)
    visitors.ban(engine, comments.listed(engine)[0].id, 7, EDITOR)
    tips.hold(engine, tip(photos=1))
    assert tips.listed(engine, "new") == []
    assert tips.held(engine, ["a" * 64]) and tips.lacking(engine, ["a" * 64]) == (), "web lets go of it"


def test_secretaries_are_told_without_a_word_of_it(sqlite: Engine) -> None:
    for role in (Role.secretary, Role.reporter):
        accounts.create_user(f"{role}@bao.example", role, engine=sqlite)
    tips.hold(sqlite, tip())
    tips.hold(sqlite, tip())
    happenings.follow(sqlite)
    with read(sqlite) as connection:
        people = {one.role: one for one in everybody(connection)}
    (told,) = entries.listed(sqlite, people[Role.secretary])
    assert (told.kind, told.tip_id, told.title) == ("tip", only(sqlite).id, f"Tin bạn đọc gửi, số {only(sqlite).id}")
    assert entries.listed(sqlite, people[Role.reporter]) == []


def test_tips_are_forgotten_with_name_address_and_photos(engine: Engine) -> None:
    for token in ("a" * 64, "b" * 64):
        tips.hold(engine, tip(token, photos=1))
        tips.hold_photo(engine, photo(token=token))
    kept, gone = tips.listed(engine, "new")
    tips.dismiss(engine, gone.id, EDITOR)
    with pytest.raises(Conflict):
        tips.dismiss(engine, gone.id, EDITOR)
    for days, left in ((29, [kept.id, gone.id]), (31, [kept.id]), (89, [kept.id]), (91, [])):
        tips.forget_old(engine, NOW + timedelta(days=days))
        rows = [*tips.listed(engine, "new"), *tips.listed(engine, "dismissed")]
        assert [row.id for row in rows] == left, days
        assert [one for one, found in tips.places(engine, [kept.id, gone.id]).items() if found] == left


def test_the_desk_makes_one_story_of_a_tip_with_its_photos(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite)  # which makes its section
    tips.hold(sqlite, tip(photos=2))
    tips.hold_photo(sqlite, photo(0))
    tips.hold_photo(sqlite, photo(1, b"\xff\xd8\xff no picture"))
    here = only(sqlite).id
    secretary = newsroom.sign_in(Role.secretary)
    page = secretary.get("/ban-doc-gui")
    assert "Cầu treo bản Mường" in page and "0912 345 678" in page and "1 ảnh gửi kèm bị hỏng" in page
    shown = secretary.client.get(f"/desk/ban-doc-gui/{here}/anh/0")
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("image/jpeg", "private, no-store")
    found = re.search(r'<option value="(\d+)">', page)
    assert found
    secretary.post(f"/ban-doc-gui/{here}/viet", 422)
    for _ in range(2):
        secretary.post(f"/ban-doc-gui/{here}/viet", section_id=found[1])
    taken = only(sqlite, "taken")
    article = reading.article(sqlite, taken.article_id)
    assert article["title"] == "Cầu treo bản Mường bị lũ cuốn sáng nay."
    assert "Chưa thấy ai rào lại." in article["body"] and article["status"] == "draft"
    assert "0912" not in str(article) and "Sín" not in str(article)
    with read(sqlite) as connection:
        pictures = [path for (path,) in connection.execute(select(media.c.path))]
    assert [image["url"] for image in article["images"]] == [f"/media/{path}" for path in pictures]
    assert len(pictures) == 1 and tips.places(sqlite, [here]) == {here: {}}
    assert secretary.post(f"/ban-doc-gui/{here}/bo", 409)


def test_the_desk_plans_a_tip_once_and_dismisses_another(newsroom: Newsroom, sqlite: Engine) -> None:
    tips.hold(sqlite, tip())
    tips.hold(sqlite, tip("b" * 64, text="Tin thứ hai, không đáng đăng.", name="", contact=""))
    second, first = tips.listed(sqlite, "new")
    secretary = newsroom.sign_in(Role.secretary)
    for key in ("k1", "k2"):
        secretary.post(f"/ban-doc-gui/{first.id}/lich", once=key)
    with read(sqlite) as connection:
        (note,) = connection.execute(select(plans.c.note)).scalars()
    assert TEXT in note and "0912 345 678" in note
    assert "Đã bỏ" in secretary.post(f"/ban-doc-gui/{second.id}/bo")
    assert "Tin thứ hai" in secretary.get("/ban-doc-gui?trang-thai=dismissed")
    assert "Chưa có tin mới" in secretary.get("/ban-doc-gui")


@pytest.mark.parametrize("role", [Role.reporter, Role.editor, Role.ops])
def test_others_see_no_tip(newsroom: Newsroom, sqlite: Engine, role: Role) -> None:
    tips.hold(sqlite, tip(photos=1))
    tips.hold_photo(sqlite, photo())
    here, person = only(sqlite).id, newsroom.sign_in(role)
    for path in ("/ban-doc-gui", f"/ban-doc-gui/{here}/anh/0"):
        assert "Cầu treo" not in person.get(path, 403)
    for act in ("viet", "lich", "bo"):
        person.post(f"/ban-doc-gui/{here}/{act}", 403)
    assert only(sqlite).status == "new"
