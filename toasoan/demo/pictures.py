"""The demo paper's pictures by name, and a picture as a document."""

import time
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from toasoan.demo import feasts, life, scenes
from toasoan.demo.canvas import Canvas

_A4_INCHES = 11.7
# name → (what draws it, seed, the sky's colours from top to horizon and below)
PICTURES: dict[str, tuple[Callable[[Canvas], None], int, str]] = {
    "dawn-ridges": (scenes.dawn_ridges, 11, "5d6c9c b98aa0 f7b98a ffdfa8 f3b28a"),
    "golden-terraces": (scenes.golden_terraces, 4, "7fb6cf bfdcd8 f3efd2 e9d9a0"),
    "mirror-terraces": (scenes.mirror_terraces, 21, "8d97c4 d3b1c0 fbd3ac f6c9a8"),
    "river-bridge": (scenes.river_bridge, 5, "7dbad6 c3e1e6 eef6ee d9ecdf"),
    "river-raft": (scenes.river_raft, 5, "7dbad6 c3e1e6 eef6ee d9ecdf"),
    "tea-hills": (scenes.tea_hills, 8, "9fd0d8 dcefdd fdf7d8 cfe3ad"),
    "mountain-road": (scenes.mountain_road, 13, "4b5590 a66f9c f29a80 ffcf9a"),
    "storm": (scenes.storm, 17, "2b333f 56626e 94a1a8 b4bec0"),
    "lake-farm": (scenes.lake_farm, 23, "74b4d8 bfe0ea f0f6ee cfe6e6"),
    "waterfall": (scenes.waterfall, 31, "cfe6c6 9cc7a0 3f7a62 1d4a40"),
    "forest": (scenes.forest, 37, "f3efb6 cdd694 8fa766 566f3d"),
    "solar-hill": (scenes.solar_hill, 41, "4f9fd6 9fd0ea e2f2f2 d4e6bf"),
    "power-line": (scenes.power_line, 43, "3a3f78 8a6796 ee8f72 ffc58c"),
    "market": (life.market, 53, "8fc1d8 d5e6e2 f8efd8 efe0c2"),
    "school": (life.school, 59, "6db3dc b6dcea eef6ee dfeed0"),
    "loom": (life.loom, 61, "1f2447 1f2447"),
    "football": (feasts.football, 67, "6fb2dd b8dcec f0f6ec d6e8c8"),
    "village-night": (feasts.village_night, 71, "0b1230 1a2555 35427c 56639a"),
    "fire-dance": (feasts.fire_dance, 73, "0d0f2b 1f1a45 4a2f5c 6a3d5c"),
    "meeting": (life.meeting, 79, "b98a5c b98a5c"),
    "blossom": (feasts.blossom, 83, "a9bfe0 d9def0 fbeef0 f6e3e0"),
    "clinic": (life.clinic, 89, "84c3dc c6e5ea f3f8ee e3f0dc"),
    "runners": (feasts.runners, 97, "6a6fa8 c796ae f9b995 ffdcae"),
    "piper": (feasts.piper, 101, "0f1740 26346f 5666a6 8d99c9"),
    "workshop": (life.workshop, 103, "caa06a caa06a"),
    "buffalo": (life.buffalo, 47, "d9795a f3a468 ffcf8f ffe2b0"),
}


def draw(name: str) -> bytes:
    """A picture as JPEG, 1600 by 900, the same bytes each time. Raises KeyError for an unknown name."""
    scene, seed, sky = PICTURES[name]
    canvas = Canvas(seed, sky.split())
    scene(canvas)
    return canvas.finish()


def sheet(name: str) -> bytes:
    """A picture as a PDF to print: one page, A4 across. Raises KeyError for an unknown name."""
    with Image.open(BytesIO(draw(name))) as picture:
        file, day = BytesIO(), time.gmtime(0)
        resolution = picture.width / _A4_INCHES
        picture.save(file, "PDF", resolution=resolution, creationDate=day, modDate=day)
    return file.getvalue()
