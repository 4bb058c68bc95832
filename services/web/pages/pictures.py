"""Pictures of a page: which files of one a browser may choose from, and the room it gets before it has loaded."""

from collections.abc import Iterator

from shared.contracts.articles import Image

_TYPES = {"avif": "image/avif", "webp": "image/webp"}
_COLUMN = 736
"""Width of a text's column in pixels."""


def sources(image: Image, most: int = 1600) -> Iterator[tuple[str, str]]:
    """(media type, srcset) of the copies not wider than `most`, the best packed type first."""
    for suffix, media_type in _TYPES.items():
        copies = [f"{url} {width}w" for width, url in image.renditions if url.endswith(f".{suffix}") and width <= most]
        if copies:
            yield media_type, ", ".join(copies)


def smallest(image: Image, width: int = 480) -> str:
    """The url of the smallest copy at least so wide that every browser shows, the picture itself without one."""
    wide = [(known, not url.endswith(".jpg"), url) for known, url in image.renditions if known >= width]
    return min((one for one in wide if not one[2].endswith(".avif")), default=(0, False, image.url))[2]


def shape(image: Image) -> str:
    """The class that keeps its room: "wide" (landscape), "tall", or "square"; lists crop by it."""
    if not image.width or not image.height:
        return "wide"
    ratio = image.width / image.height
    return "tall" if ratio < 0.85 else "square" if ratio < 1.15 else "wide"


def focus_classes(image: Image) -> str:
    """The classes that keep in sight what was chosen, to the nearest tenth; "" where nobody has said."""
    return "" if image.focus is None else " fx{} fy{}".format(*(round(share * 10) for share in image.focus))


def room(image: Image) -> str:
    """The class of a picture in a text that would look too large across it: "small" (shown pixel by pixel), "tall";
    "" for all others."""
    if image.width and image.width < _COLUMN:
        return "small"
    return "tall" if shape(image) == "tall" else ""
