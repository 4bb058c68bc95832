"""Uploads in pieces, what is refused, what becomes of a picture, films."""

import io
import struct
import time
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image

from services.ingest.accounts.store.keys import create_key
from services.ingest.desk_kit.session import csrf_token
from services.ingest.media import uploads
from shared.limits import Bound
from shared.settings import get_settings
from tests.contract.ingest.desk import Desk, Person, form_of
from tests.media import PDF, SUBTITLES, box, film, pdf, sound

PIECE = 50_000


def jpeg(width: int = 1200, height: int = 800, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def with_iptc(picture: bytes, **words: str) -> bytes:
    """The picture with an agency's caption, byline and credit in it (IPTC in an APP13 segment)."""
    records = b"\x1c\x01\x5a\x00\x03\x1b%G"
    for number, value in ((120, words["caption"]), (80, words["byline"]), (110, words["credit"])):
        records += b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value.encode())) + value.encode()
    padding = b"\x00" * (len(records) % 2)
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(records)) + records + padding
    segment = b"Photoshop 3.0\x00" + block
    return picture[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + picture[2:]


def send(who: Person, content: bytes, name: str = "anh.jpg", size: int | None = None) -> Any:
    """Upload in pieces; the last answer."""
    started = who.script("POST", "/kho/tai-len", json={"name": name, "size": len(content) if size is None else size})
    if started.status_code != 201:
        return started
    upload, answer = started.json()["id"], started
    for at in range(0, max(1, len(content)), PIECE):
        headers = {"upload-offset": str(at), "content-type": "application/octet-stream"}
        piece = content[at : at + PIECE]
        answer = who.script("PATCH", f"/kho/tai-len/{upload}", headers=headers, content=piece)
        if answer.status_code not in (200, 201):
            return answer
    return answer


def left_over() -> list[Path]:
    folder = get_settings().media_dir
    return (
        [path for path in folder.rglob("*") if path.is_file() and ".uploads" in path.parts] if folder.exists() else []
    )


def test_an_agency_picture_keeps_its_words_and_loses_its_metadata(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh bí mật"
    sent = with_iptc(jpeg(exif=exif), caption="Chợ phiên Mường Ảng", byline="Xuân Tiến", credit="TTXVN")
    answer = send(desk.be("reporter"), sent)
    assert answer.status_code == 201, answer.text
    media = answer.json()["media"]
    assert (media["caption"], media["credit"]) == ("Chợ phiên Mường Ảng", "Xuân Tiến / TTXVN")
    served = desk.be("reporter").client.get(media["url"])
    assert served.headers["content-type"] == "image/jpeg"
    assert "bí mật".encode() not in served.content and b"8BIM" not in served.content
    assert left_over() == []
    found = desk.be("reporter").script("GET", "/kho/tim.json", params={"q": "muong ang"}).json()["media"]
    assert [one["id"] for one in found] == [media["id"]]


def test_an_upload_goes_on_where_it_stopped(desk: Desk) -> None:
    who, picture = desk.be("reporter"), jpeg()
    upload = who.script("POST", "/kho/tai-len", json={"name": "a.jpg", "size": len(picture)}).json()["id"]
    headers = {"upload-offset": "0"}
    first = who.script("PATCH", f"/kho/tai-len/{upload}", headers=headers, content=picture[:PIECE])
    assert first.json()["offset"] == PIECE
    again = who.script("PATCH", f"/kho/tai-len/{upload}", headers=headers, content=picture[:PIECE])
    assert again.status_code == 409, "a piece that came twice is not added twice"
    assert desk.be("editor").script("GET", f"/kho/tai-len/{upload}").status_code == 404, "nobody else's"
    here = who.script("GET", f"/kho/tai-len/{upload}").json()["offset"]
    rest = who.script("PATCH", f"/kho/tai-len/{upload}", headers={"upload-offset": str(here)}, content=picture[here:])
    assert rest.status_code == 201
    assert send(who, picture).json()["media"]["id"] == rest.json()["media"]["id"], "the same picture is one file"


@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_where_something_else_is_wanted_gets_an_answer(desk: Desk, form: str) -> None:
    who, chief = desk.be("reporter"), desk.be("admin")
    upload = who.script("POST", "/kho/tai-len", json={"name": "a.jpg", "size": 5}).json()["id"]
    for person, method, path in (
        (who, "POST", "/kho/tai-len"),
        (who, "PATCH", f"/kho/tai-len/{upload}"),
        (chief, "POST", "/nhap-xuat/tep?ten=a.xml"),
    ):
        # The token stands in the form: whoever checks it has read all of it.
        fields = {"csrf": csrf_token(person.token), "name": "a.jpg", "size": "5"}
        body = urlencode(fields)
        if form.startswith("multipart"):
            part = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
            body = "".join(f"--x\r\n{part.format(*field)}" for field in fields.items()) + "--x--\r\n"
        headers = {"content-type": form, "upload-offset": "0"}
        answer = person.client.request(method, f"/desk{path}", headers=headers, content=body, timeout=20)
        assert answer.status_code == 415, path


def test_who_leaves_many_uploads_open_stops_nobody_else(desk: Desk) -> None:
    one, other = desk.be("reporter"), desk.be("editor")
    begun = [send(one, b"", size=9_000_000) for _ in range(11)]
    assert [answer.status_code for answer in begun[9:]] == [200, 409]
    assert send(other, jpeg()).status_code == 201


def bomb() -> bytes:
    """A PNG of 50,000 × 50,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 50_001))
        + chunk(b"IEND", b"")
    )


def nested() -> bytes:
    """Boxes in boxes, deeper than anything that reads them."""
    made = b""
    for _ in range(3000):
        made = box(b"trak", made)
    return box(b"ftyp", b"isom" + bytes(12)) + box(b"moov", made) + box(b"mdat", bytes(50))


HOSTILE = {
    "50,000 x 50,000 PNG": (bomb, 422),
    "SVG called .jpg": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' + b" " * 80,
        415,
    ),
    "HTML called .jpg": (lambda: b"<!doctype html><script>alert(1)</script>" + b" " * 80, 415),
    "GIF that is also a script": (lambda: b"GIF89a/*" + b"\0" * 90 + b"*/=1;alert(1)", 422),
    "PDF without an end": (lambda: b"%PDF-1.7" + b" " * 80, 422),
    "PDF with a page behind it": (lambda: PDF + b"<script>alert(1)</script>" + b" " * 80, 422),
    "MP3 header and noise": (lambda: sound()[:144] + b"\xff\x11" * 2000, 422),
    "words about a sound longer than it": (lambda: b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + sound(), 422),
    "subtitles without a time": (lambda: b"WEBVTT\n\n00:01 --> later\n<script>alert(1)</script>" + b" " * 80, 422),
    "subtitles in an old encoding": (lambda: SUBTITLES + b"\xc7" * 80, 422),
    "program": (lambda: b"\x7fELF" + b"\0" * 80, 415),
    "truncated JPEG": (lambda: jpeg()[:20_000], 422),
    "JPEG header and noise": (lambda: b"\xff\xd8\xff\xe0" + b"\x11" * 2000, 422),
    "truncated film": (lambda: film()[:-100], 422),
    "film with a page behind it": (lambda: film() + b"<script>alert(1)</script>", 422),
    "film of boxes in boxes": (nested, 422),
    "WebM header and noise": (lambda: b"\x1a\x45\xdf\xa3\x84webm" + b"\xff" * 200, 422),
    "empty": (lambda: b"", 422),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_leave_nothing(desk: Desk, name: str) -> None:
    make, expected = HOSTILE[name]
    content = make()
    who = desk.be("reporter")
    who.get("/kho")
    began = time.monotonic()
    answer = send(who, content)
    assert answer.status_code == expected, answer.text
    assert answer.json()["detail"]
    assert time.monotonic() - began < 10, "a loaded machine; 2 s is what it takes at most alone"
    assert left_over() == []
    assert desk.be("reporter").script("GET", "/kho/tim.json", params={"kind": ""}).json()["media"] == []


def test_sizes_over_the_limits_are_refused_before_they_are_sent(desk: Desk) -> None:
    who = desk.be("reporter")
    assert send(who, b"", size=300_000_000).status_code == 413
    big_picture = who.script("POST", "/kho/tai-len", json={"name": "a.jpg", "size": 80_000_000}).json()["id"]
    first = who.script("PATCH", f"/kho/tai-len/{big_picture}", headers={"upload-offset": "0"}, content=jpeg()[:PIECE])
    assert first.status_code == 413, "80 MB may be a film, not a picture"
    longer = who.script("POST", "/kho/tai-len", json={"name": "a.jpg", "size": 100}).json()["id"]
    more = who.script("PATCH", f"/kho/tai-len/{longer}", headers={"upload-offset": "0"}, content=jpeg()[:200])
    assert more.status_code == 413
    assert left_over() == []


def test_a_picture_behind_whose_end_something_hides_is_only_its_pixels(desk: Desk) -> None:
    media = send(desk.be("reporter"), jpeg() + b"PK\x03\x04<script>alert(1)</script>").json()["media"]
    assert b"<script>" not in desk.be("reporter").client.get(media["url"]).content


def test_a_film_is_kept_without_its_place_and_gets_a_poster(desk: Desk) -> None:
    who = desk.be("reporter")
    media = send(who, film(), "phim.mp4").json()["media"]
    assert media["type"] == "video/mp4"
    served = who.client.get(media["url"])
    assert b"+21.3860" not in served.content and len(served.content) == len(film())
    assert who.client.get(media["url"], headers={"range": "bytes=0-99"}).status_code == 206
    poster = send(who, jpeg()).json()["media"]["id"]
    assert who.post(f"/kho/{media['id']}", {"caption": "Chợ", "poster_id": poster}).is_redirect
    assert who.post(f"/kho/{poster}", {"poster_id": media["id"]}).status_code == 422
    assert "poster=" in who.get(f"/kho/{media['id']}").text
    saved = desk.article(by=who.actor_name)
    who.script("POST", f"/bai/{saved.id}", data=form_of(saved, kind="video", video_url=media["url"]))
    assert "Họp chợ phiên" in who.get(f"/kho/{media['id']}").text, "where it is used"


@pytest.mark.parametrize(
    ("content", "type_", "kept"),
    [
        (film(b"soun", b"M4A "), "audio/mp4", film(b"soun", b"M4A ").replace(b"+21.3860", bytes(8))),
        (sound(words=b"TXXX\0\0\0\x0a\0\0Phong thu"), "audio/mpeg", sound(words=bytes(19))),
        (b"\xef\xbb\xbf" + SUBTITLES.replace(b"\n", b"\r\n"), "text/vtt", SUBTITLES),
        (PDF, "application/pdf", PDF),
    ],
    ids=["M4A", "MP3", "WebVTT", "PDF"],
)
def test_sound_subtitles_and_documents_are_kept_and_found(desk: Desk, content: bytes, type_: str, kept: bytes) -> None:
    who = desk.be("reporter")
    media = send(who, content, "to-khai.bin").json()["media"]
    assert media["type"] == type_
    served = who.client.get(media["url"])
    assert served.headers["content-type"].partition(";")[0] == type_
    assert "sandbox" in served.headers["content-security-policy"]
    assert served.headers.get("content-disposition") == ("attachment" if type_ == "application/pdf" else None)
    assert b"Phong thu" not in served.content and b"+21.3860" not in served.content
    assert len(served.content) == len(kept)
    found = who.script("GET", "/kho/tim.json", params={"kind": type_.partition("/")[0]}).json()["media"]
    assert [one["id"] for one in found] == [media["id"]]
    assert "to-khai.bin" in who.get(f"/kho/{media['id']}").text
    assert left_over() == []


def test_the_first_page_of_a_document_is_its_picture(desk: Desk) -> None:
    who, content = desk.be("reporter"), pdf("#c03020")
    media = send(who, content, "Quyết định 12.pdf").json()["media"]
    assert media["poster"]["alt"] == "Trang đầu của Quyết định 12"
    page = Image.open(io.BytesIO(who.client.get(media["poster"]["url"]).content))
    assert page.size[1] == 1200
    red, green, blue = page.convert("RGB").getpixel((300, 300))  # type: ignore[misc]
    assert (red > 150, green < 90, blue < 90) == (True, True, True)
    assert who.client.get(media["url"]).content == content, "the document itself is as it came"
    listed = who.script("GET", "/kho/tim.json", params={"kind": "application"}).json()["media"]
    assert [one["poster"] for one in listed] == [media["poster"]]
    assert f'src="{media["thumb"]}"' in who.get(f"/kho/{media['id']}").text
    assert send(who, PDF, "trống.pdf").json()["media"]["poster"] is None, "a page that cannot be drawn"


def test_a_file_of_a_block_is_kept_as_long_as_an_article_has_it(desk: Desk) -> None:
    who = desk.be("reporter")
    media = send(who, PDF, "quyet-dinh.pdf").json()["media"]
    saved = desk.article(by=who.actor_name)
    body = f'<p><a href="{media["url"]}">Quyết định</a></p>'
    assert who.script("POST", f"/bai/{saved.id}", data=form_of(saved, body=body)).status_code == 200
    assert "Họp chợ phiên" in who.get(f"/kho/{media['id']}").text, "where it is used"
    assert who.post(f"/kho/{media['id']}/xoa", {}).status_code == 409


def test_a_crop_is_a_picture_of_its_own(desk: Desk) -> None:
    who = desk.be("reporter")
    media = send(who, jpeg(1000, 500)).json()["media"]
    form = {"left": "0.5", "top": "0", "right": "1", "bottom": "0.5"}
    cut = who.post(f"/kho/{media['id']}/cat", form)
    made = cut.headers["location"].rpartition("/")[2]
    assert "500×250" in who.get(f"/kho/{made}").text and f"ảnh #{media['id']}" in who.get(f"/kho/{made}").text
    assert who.post(f"/kho/{media['id']}/cat", form | {"right": "0.4"}).status_code == 422
    assert who.post(f"/kho/{media['id']}", {"caption": "x", "focus_x": "0.2", "focus_y": "0.8"}).is_redirect
    assert 'data-focus="0.2,0.8"' in who.get(f"/kho/{media['id']}").text


@pytest.mark.usefixtures("time_stands_still")
def test_one_person_s_uploads_are_bounded_and_nobody_else_s_with_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "RATE", Bound(3, 2))
    eager, other = desk.be("reporter"), desk.be("editor")
    picture = jpeg()
    assert [send(eager, picture).status_code for _ in range(4)] == [201] * 3 + [429]
    assert send(other, picture).status_code == 201
    key = {"authorization": f"Bearer {create_key('agency', ['draft'])}"}
    with desk.anonymous() as agency:
        sent = [agency.post("/api/media", files={"file": ("a.jpg", picture)}, headers=key) for _ in range(4)]
    assert [one.status_code for one in sent] == [201] * 3 + [429]
    assert sent[-1].headers["retry-after"] == "2" and "Hãy đợi 2 giây" in sent[-1].json()["detail"]
