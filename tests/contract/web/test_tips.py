"""Readers tell the newsroom of something, with photos: from the form to the desk, whatever is away meanwhile."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine

from services.ingest.tips import store as tips
from shared.contracts.from_readers import TIP_PHOTO_BYTES
from shared.settings import get_settings
from tests.contract.ingest.base import migrated
from tests.contract.web.conftest import Site
from tests.servers import RedisServer
from tests.wait import until

PATH = "/gui-tin"
SAID = {"text": "Cầu treo bản Mường bị lũ cuốn sáng nay.", "name": "Bà Sín", "contact": "0912 345 678"}
pytestmark = pytest.mark.usefixtures("behind_a_proxy")


def picture(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return file.getvalue()


def send(site: Site, *photos: bytes, address: str = "203.0.113.7", **fields: str) -> Any:
    # A file field that was left empty is sent as well.
    files = [("photo", (f"{number}.jpg", data)) for number, data in enumerate(photos)] or [("photo", ("", b""))]
    return site.client.post(PATH, data={**SAID, **fields}, files=files, headers={"x-forwarded-for": address})


def waiting() -> list[Path]:
    return list((get_settings().data_dir / "views" / "tips").glob("*"))


def test_the_form_is_reached_from_the_foot_and_takes_a_tip_without_a_script(site: Site, broker: RedisServer) -> None:
    assert '<a href="/gui-tin">' in site.get("/").text
    page = site.get(PATH).text
    assert 'action="/gui-tin#gui-tin" enctype="multipart/form-data"' in page and "tin sau 90 ngày" in page
    answer = send(site, picture(), picture("blue"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}#da-nhan")
    (folder,) = waiting()
    assert sorted(one.name for one in folder.iterdir()) == ["0.photo", "1.photo", "tip.json"]
    with broker.client() as client:
        (message,) = until(lambda: client.lrange("ts:comments", 0, -1), 20, "it is on the broker")
    assert len(message) < 3000 and b"203.0.113" not in message


def test_what_is_wrong_is_said_and_what_was_typed_stays(site: Site) -> None:
    answer = send(site, b"%PDF-1.7 no picture", picture(), text="Ngắn", name='Bà "Sín"')
    assert answer.status_code == 422 and answer.headers["cache-control"] == "no-store"
    for words in ("Nội dung còn trống hoặc quá ngắn", "Tệp thứ 1 không phải là ảnh", "hãy chọn lại ảnh rồi gửi",
                  ">Ngắn</textarea>", 'value="Bà &#34;Sín&#34;"', 'value="0912 345 678"'):  # fmt: skip
        assert words in answer.text, words
    assert "nhiều nhất 4 ảnh" in send(site, *[picture()] * 5).text
    heavy = send(site, picture() + bytes(TIP_PHOTO_BYTES))
    assert heavy.status_code == 422 and "Ảnh thứ 1 nặng hơn 8 MB" in heavy.text
    assert send(site, *[picture() + bytes(TIP_PHOTO_BYTES)] * 5).status_code == 413
    assert site.client.post(PATH, data=SAID, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert site.client.post(PATH, content=b"\xff", headers={"content-type": "multipart/form-data"}).status_code == 422
    assert send(site, website="http://spam.example").status_code == 303
    assert waiting() == [], "nothing of it is kept"


def test_tips_are_bounded_and_not_thanked_for_where_they_cannot_be_held(site: Site) -> None:
    sent = [send(site, text=f"Chuyện thứ {number} ở bản Mường.").status_code for number in range(5)]
    assert sent == [303] * 4 + [429]
    folder = get_settings().data_dir / "views" / "tips"
    folder.rename(folder.with_name("away"))
    folder.touch()
    answer = send(site, address="203.0.113.8")
    assert answer.status_code == 503 and "Chưa nhận được tin" in answer.text and SAID["text"] in answer.text


def test_a_tip_and_its_photos_arrive_though_messages_were_lost(
    site: Site, broker: RedisServer, start_worker: Callable[[], None]
) -> None:
    ingest = migrated()
    assert send(site, picture(), picture("blue")).status_code == 303
    # The same again is the same tip.
    assert send(site, picture(), picture("blue")).status_code == 303
    with broker.client() as client:
        until(lambda: client.delete("ts:comments") == 1, 20, "its message is on the broker")
    start_worker()
    until(lambda: tips.listed(ingest, "new"), 60, "the desk has it")
    until(lambda: not waiting(), 60, "web has let go of it")
    (tip,) = tips.listed(ingest, "new")
    assert (tip.text, tip.contact) == (SAID["text"], SAID["contact"])
    assert tips.places(ingest, [tip.id]) == {tip.id: {0: True, 1: True}}


def test_a_tip_is_taken_while_the_broker_is_away(
    site: Site, broker: RedisServer, start_worker: Callable[[], None]
) -> None:
    ingest: Engine = migrated()
    broker.kill()
    assert send(site, picture()).status_code == 303
    broker.start()
    start_worker()
    until(lambda: not waiting(), 90, "web has let go of it")
    (tip,) = tips.listed(ingest, "new")
    assert tips.places(ingest, [tip.id]) == {tip.id: {0: True}}
