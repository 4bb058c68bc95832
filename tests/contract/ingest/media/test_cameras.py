"""Pictures as cameras, telephones, scanners and agencies make them are taken: their colours, the right way up."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from services.ingest.kit.errors import Invalid
from services.ingest.media import imaging, uploads

RED, BLUE = (200, 30, 30), (30, 30, 200)
# Made for this: 640 × 480, blue on the left, red on the right, with a place and a turn in its Exif.
PHONE = Path(__file__).with_name("phone.heic")


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def halves(width: int = 640, height: int = 480) -> Image.Image:
    """Blue on the left, red on the right."""
    made = Image.new("RGB", (width, height), RED)
    made.paste(BLUE, (0, 0, width // 2, height))
    return made


def uneven(width: int = 800, height: int = 600) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


class Rebuild:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, content: bytes, crop: imaging.Crop | None = None) -> tuple[imaging.Rebuilt, Image.Image, bytes]:
        """What became of a file: its row, the pixels, the bytes."""
        file = self._folder / "sent"
        file.write_bytes(content)
        made = imaging.rebuild(file, self._folder / "media", crop)
        kept = (self._folder / "media" / made.path).read_bytes()
        picture = Image.open(io.BytesIO(kept))
        picture.load()
        return made, picture, kept


@pytest.fixture
def rebuild(tmp_path: Path) -> Rebuild:
    return Rebuild(tmp_path)


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int], off: int = 12) -> bool:
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) <= off for one, other in zip(found, colour, strict=True))


def test_the_first_picture_of_a_camera_s_file_of_several_is_taken(rebuild: Rebuild) -> None:
    small = Image.new("RGB", (160, 120), "green")
    made, picture, _ = rebuild(saved(halves(), "MPO", save_all=True, append_images=[small]))
    assert (made.type, picture.size) == ("image/jpeg", (640, 480))
    assert near(picture, (100, 100), BLUE) and near(picture, (500, 100), RED)


@pytest.mark.parametrize("colours", [2, 16, 256])
def test_a_gif_is_taken_without_loss(rebuild: Rebuild, colours: int) -> None:
    content = saved(halves().quantize(colours), "GIF")
    assert uploads.is_picture(content[:64])
    made, picture, kept = rebuild(content)
    assert (made.type, picture.size, made.moved, kept[:4]) == ("image/png", (640, 480), False, b"\x89PNG")
    assert near(picture, (100, 100), BLUE, 1) and near(picture, (500, 100), RED, 1)


def test_what_shows_through_a_gif_goes_on_showing_through(rebuild: Rebuild) -> None:
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    picture.paste((200, 30, 30, 255), (0, 0, 20, 40))
    _, shown, _ = rebuild(saved(picture, "GIF"))
    assert shown.convert("RGBA").getpixel((30, 20))[3] == 0  # type: ignore[index]
    assert near(shown, (10, 20), RED)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_what_moves_the_first_frame_is_taken(rebuild: Rebuild, kind: str) -> None:
    others = [Image.new("RGB", (640, 480), colour) for colour in ("green", "white", "black")]
    made, picture, kept = rebuild(saved(halves(), kind, save_all=True, append_images=others))
    assert made.moved
    assert not getattr(Image.open(io.BytesIO(kept)), "is_animated", False)
    assert near(picture, (100, 100), BLUE) and near(picture, (500, 100), RED)


def test_a_gif_whose_later_frames_are_broken_gives_its_first(rebuild: Rebuild) -> None:
    content = saved(halves(), "GIF", save_all=True, append_images=[uneven(640, 480)])
    _, picture, _ = rebuild(content[: len(content) - 2000])
    assert near(picture, (100, 100), BLUE)


def test_a_gif_that_claims_more_points_than_anybody_draws_is_refused(rebuild: Rebuild) -> None:
    content = saved(halves(), "GIF")
    with pytest.raises(Invalid):
        rebuild(content[:6] + b"\xff\xff\xff\xff" + content[10:])


def test_a_telephone_s_heic_is_taken_without_the_place_it_was_made_at(rebuild: Rebuild) -> None:
    content = PHONE.read_bytes()
    assert uploads.is_picture(content[:64])
    made, picture, kept = rebuild(content)
    assert (made.type, picture.size) == ("image/jpeg", (640, 480))
    assert near(picture, (100, 100), BLUE) and near(picture, (500, 100), RED)
    assert b"Exif" in content and b"Exif" not in kept and b"Apple" not in kept


def test_avif_is_taken_and_keeps_what_shows_through(rebuild: Rebuild) -> None:
    content = saved(halves(), "AVIF")
    assert uploads.is_picture(content[:64])
    made, picture, _ = rebuild(content)
    assert (made.type, picture.format) == ("image/jpeg", "JPEG")
    assert near(picture, (100, 100), BLUE)
    clear = halves().convert("RGBA")
    clear.putalpha(100)
    made, picture, _ = rebuild(saved(clear, "AVIF"))
    assert (made.type, picture.mode) == ("image/webp", "RGBA")


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x1e\x01\x0e\x00\x02",
        b"Exif\x00\x00",
        b"Exif\x00\x00II*\x00\xff\xff\xff\xff",
        b"Exif\x00\x00" + bytes(range(200)),
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x05\x00\xff\xff\xff\x7f\xff\xff\xff\x7f",
    ],
    ids=["cut", "empty", "elsewhere", "noise", "huge"],
)
def test_broken_words_about_a_picture_are_left_out(rebuild: Rebuild, exif: bytes) -> None:
    _, picture, _ = rebuild(saved(halves(), exif=exif))
    assert picture.size == (640, 480) and near(picture, (100, 100), BLUE)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_the_mark_of_its_end_is_taken_and_one_without_its_end_is_not(
    rebuild: Rebuild, progressive: bool
) -> None:
    content = saved(uneven(), progressive=progressive)
    for cut in (2, 10):
        _, picture, _ = rebuild(content[:-cut])
        assert picture.size == (800, 600)
    with pytest.raises(Invalid) as refused:
        rebuild(content[: len(content) // 2])
    assert "thiếu phần cuối" in refused.value.errors[0]["message"]


@pytest.mark.parametrize(("width", "height"), [(8256, 5504), (11648, 8736)], ids=["45 MP", "102 MP"])
def test_the_largest_sensors_pictures_are_taken(rebuild: Rebuild, width: int, height: int) -> None:
    content = saved(halves(width, height))
    made, picture, _ = rebuild(content)
    assert made.width == 2560 and near(picture, (100, 100), BLUE) and near(picture, (2400, 100), RED)
    _, part, _ = rebuild(content, crop=(0.5, 0.0, 1.0, 1.0))
    assert near(part, (100, 100), RED)


def test_what_has_more_points_than_anybody_s_camera_is_refused_in_words(rebuild: Rebuild) -> None:
    with pytest.raises(Invalid) as refused:
        rebuild(saved(Image.new("L", (12_500, 10_000))))
    assert "120 triệu điểm ảnh" in refused.value.errors[0]["message"]
    with pytest.raises(Invalid) as refused:
        rebuild(saved(Image.new("L", (8_000, 7_000)), "PNG"))
    assert "50 triệu điểm ảnh; hãy gửi ảnh này ở dạng JPEG" in refused.value.errors[0]["message"]
    with pytest.raises(Invalid) as refused:
        rebuild(saved(halves(), "TIFF"))
    assert "HEIC hoặc AVIF" in refused.value.errors[0]["message"]


def sixteen(light: int, dark: int) -> bytes:
    """A grey picture of sixteen bits, dark on the left."""
    row = dark.to_bytes(2, "little") * 200 + light.to_bytes(2, "little") * 200
    return saved(Image.frombytes("I;16", (400, 300), row * 300), "PNG")


@pytest.mark.parametrize(
    ("light", "dark", "shown"),
    [(60_000, 20_000, (233, 78)), (30_000, 30_000, (117, 117)), (4_000, 1_000, (249, 62)), (200, 100, (200, 100))],
    ids=["sixteen bits", "one grey", "twelve in sixteen", "eight in sixteen"],
)
def test_grey_of_sixteen_bits_is_not_all_white(rebuild: Rebuild, light: int, dark: int, shown: tuple[int, int]) -> None:
    _, picture, _ = rebuild(sixteen(light, dark))
    assert near(picture, (300, 100), (shown[0],) * 3, 3) and near(picture, (100, 100), (shown[1],) * 3, 3)


def swapped() -> bytes:
    """A profile by which a file's green is the web's red."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = {made[at : at + 4]: at + 4 for at in range(132, 132 + 12 * int.from_bytes(made[128:132]), 12)}
    content = bytearray(made)
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    content[red : red + 4], content[green : green + 4] = made[green : green + 4], made[red : red + 4]
    return bytes(content)


MODES: dict[str, Callable[[], bytes]] = {
    "RGB": lambda: saved(Image.new("RGB", (300, 200), (0, 255, 0)), icc_profile=swapped()),
    "RGBA": lambda: saved(Image.new("RGBA", (300, 200), (0, 255, 0, 255)), "PNG", icc_profile=swapped()),
}


@pytest.mark.parametrize("mode", MODES)
def test_colours_are_those_that_the_profile_means(rebuild: Rebuild, mode: str) -> None:
    _, picture, kept = rebuild(MODES[mode]())
    assert near(picture, (100, 100), (255, 0, 0), 30)
    assert b"ICC_PROFILE" not in kept and b"iCCP" not in kept


def test_print_s_four_colours_become_the_web_s_whatever_is_said_of_them(rebuild: Rebuild) -> None:
    print_red = Image.new("CMYK", (300, 200), (0, 255, 255, 0))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (None, b"no profile", srgb):
        _, picture, _ = rebuild(saved(print_red, icc_profile=profile))
        assert picture.mode == "RGB" and near(picture, (100, 100), (254, 0, 0), 30)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_as_the_camera_was_held(rebuild: Rebuild, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    _, picture, _ = rebuild(saved(halves(), exif=exif))
    # Where the file's left half ends.
    blue = {1: (100, 240), 2: (540, 240), 3: (540, 240), 4: (100, 240), 5: (240, 100), 6: (240, 100), 7: (240, 540)}
    assert picture.size == ((640, 480) if turn < 5 else (480, 640))
    assert near(picture, blue.get(turn, (240, 540)), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_odd_kinds_of_points_are_taken(rebuild: Rebuild, mode: str) -> None:
    transparent = mode in ("LA", "RGBA")
    made, picture, _ = rebuild(saved(Image.new(mode, (300, 200)), "PNG"))
    assert (made.type, picture.mode) == ("image/png", "RGBA" if transparent else "RGB")
