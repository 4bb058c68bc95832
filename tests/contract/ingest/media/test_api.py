"""Pictures: good ones are rebuilt, hostile ones refused without a trace."""

import io
import os
import zlib
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from services.ingest.media import decoding, imaging
from shared.settings import get_settings
from tests.contract.ingest.conftest import Api
from tests.media import PDF, SUBTITLES, film, sound


def picture(width: int = 800, height: int = 600, kind: str = "JPEG", **options: object) -> bytes:
    made = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    stream = io.BytesIO()
    made.save(stream, kind, **options)
    return stream.getvalue()


def upload(api: Api, content: bytes, name: str = "anh.jpg", **words: str) -> httpx2.Response:
    return api("POST", "/api/media", files={"file": (name, content)}, data=words)


def files() -> list[Path]:
    folder = get_settings().media_dir
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def own_file(answer: httpx2.Response) -> Path:
    return get_settings().media_dir / str(answer.json()["url"]).partition("/media/")[2]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_is_rebuilt_with_smaller_copies(api: Api, kind: str) -> None:
    answer = upload(api, picture(1200, 900, kind), caption="Hội chợ", credit="Quang Long")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["width"], made["height"]) == (1200, 900)
    with Image.open(own_file(answer)) as kept:
        assert (kept.format, kept.size) == (kind, (1200, 900))
    article = api.story(images=[{"media_id": made["id"]}])
    (image,) = api.read(article["id"])["images"]
    assert (image["caption"], image["credit"]) == ("Hội chợ", "Quang Long")
    assert made["url"].endswith(image["url"])
    copies = [(width, url.rpartition(".")[2]) for width, url in image["renditions"]]
    assert {width for width, suffix in copies if suffix == "avif"} == {160, 320, 480, 750, 960}
    assert {width for width, suffix in copies if suffix == "webp"} == {160, 320, 480, 750, 960}
    assert {width for width, suffix in copies if suffix == "jpg"} == {480, 960}
    for (width, suffix), (_, url) in zip(copies, image["renditions"], strict=True):
        with Image.open(get_settings().media_dir / url.removeprefix("/media/")) as small:
            assert (small.format, small.width) == ({"jpg": "JPEG"}.get(suffix, suffix.upper()), width)


def test_large_picture_is_made_smaller(api: Api) -> None:
    made = upload(api, picture(5000, 2500)).json()
    assert (made["width"], made["height"]) == (decoding.MAX_SIDE, decoding.MAX_SIDE // 2)


def test_same_picture_again_is_the_same_medium(api: Api) -> None:
    first, again = upload(api, picture()).json(), upload(api, picture(), name="khac.jpg").json()
    assert first == again


def test_metadata_and_tail_are_gone_and_the_picture_stands_upright(api: Api) -> None:
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(400, 300, exif=exif) + b"PK\x03\x04 tail of a zip"
    answer = upload(api, content)
    kept = own_file(answer).read_bytes()
    assert b"script" not in kept and b"PK\x03\x04" not in kept and b"Exif" not in kept
    assert (answer.json()["width"], answer.json()["height"]) == (300, 400)


def test_name_of_the_sender_is_never_used(api: Api) -> None:
    answer = upload(api, picture(), name='../../a"\r\nX: y.php')
    assert answer.status_code == 201
    assert ".php" not in answer.json()["url"] and ".." not in answer.json()["url"]
    assert own_file(answer).is_file()


def bomb_png(side: int) -> bytes:
    """A small file that says it is side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = side.to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    pixels = zlib.compress(b"\x00" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def moving() -> bytes:
    frames = [Image.new("RGB", (20, 20), (number, 0, 0)) for number in range(100)]
    stream = io.BytesIO()
    frames[0].save(stream, "WEBP", save_all=True, append_images=frames[1:])
    return stream.getvalue()


HOSTILE = {
    "50,000 squared": bomb_png(50_000),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<html><script>alert(1)</script></html>",
    "tiff": picture(kind="TIFF"),
    "truncated": picture(2000, 1500)[:-5000],
    "png without pixels": bomb_png(100)[:60],
    "empty": b"",
    "noise": bytes(range(256)) * 40,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_and_leaves_nothing(api: Api, name: str) -> None:
    answer = upload(api, HOSTILE[name])
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "file"
    assert files() == []


def test_what_is_no_picture_is_kept_as_it_came(api: Api) -> None:
    for name, content in {"phim.mp4": film(), "tieng.mp3": sound(), "loi.vtt": SUBTITLES, "ban.pdf": PDF}.items():
        answer = upload(api, content, name)
        assert answer.status_code == 201, answer.text
        assert own_file(answer).suffix == Path(name).suffix
    assert own_file(upload(api, SUBTITLES, "loi.vtt")).read_bytes() == SUBTITLES


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644)])
def test_files_are_as_open_as_the_house_makes_them(api: Api, umask: int, mode: int) -> None:
    """A house's files are its owner's alone; in containers nginx and web read what ingest wrote."""
    before = os.umask(umask)
    try:
        for name, content in {"anh.jpg": picture(), "tieng.mp3": sound()}.items():
            assert upload(api, content, name).status_code == 201
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in files()} == {mode}


def test_upload_over_the_limit_is_refused(api: Api) -> None:
    assert upload(api, b"x" * (imaging.MAX_UPLOAD_BYTES + 200_000)).status_code == 413
    assert files() == []


def test_forms_that_cannot_be_meant(api: Api) -> None:
    assert api("POST", "/api/media", json={}).status_code == 415
    assert api("POST", "/api/media", data={"caption": "x"}, files={"other": b"x"}).status_code == 422
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert api("POST", "/api/media", content=b"--y\r\nbroken", headers=broken).status_code == 422
    assert upload(api, picture(), caption="a\x00b").status_code == 422
    assert files() == []


def test_body_shows_our_own_pictures_only(api: Api) -> None:
    made = upload(api, picture()).json()
    figure = f'<figure><img src="{made["url"]}"><figcaption>Cổng chào</figcaption></figure>'
    article = api.story(body=f'<p>Một.</p>{figure}<img src="https://elsewhere.example/x.jpg">')
    shown = api.read(article["id"])
    assert "elsewhere" not in shown["body"]
    assert '<img src="/media/' in shown["body"]
    assert [image["caption"] for image in shown["images"]] == ["Cổng chào"]
    assert shown["images"][0]["width"] == 800
