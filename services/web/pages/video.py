"""How a page shows a video: our own file in a player, a known site's behind a click, anything else as a link."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from shared.settings import Settings

_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIMEO = re.compile(r"/(?:video/)?([0-9]{5,12})")
_FILES = {"mp4": "video/mp4", "webm": "video/webm", "m4v": "video/mp4"}
FRAME_ORIGINS = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
"""What the Content-Security-Policy must let into a frame."""


@dataclass(frozen=True, slots=True)
class Video:
    """`src` is the file, the frame's address, or the page to go to; `page` is where it is seen without JavaScript."""

    form: Literal["file", "embed", "link"]
    src: str
    page: str
    host: str
    media_type: str = ""


def player(url: str, settings: Settings) -> Video | None:
    """None for no video and for what is no web address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    suffix = parts.path.rpartition(".")[2].lower()
    own = url.removeprefix(settings.site_url) if url.startswith(f"{settings.site_url}/media/") else url
    if own.startswith("/media/") and suffix in _FILES:
        return Video("file", own, own, "", _FILES[suffix])
    if parts.scheme != "https" or not host:
        return None
    if host in ("youtube.com", "youtube-nocookie.com", "youtu.be"):
        found = parse_qs(parts.query).get("v", [parts.path.rpartition("/")[2]])[0]
        if _ID.fullmatch(found):
            return Video("embed", f"{FRAME_ORIGINS[0]}/embed/{found}?autoplay=1", url, "YouTube")
    if host in ("vimeo.com", "player.vimeo.com") and (number := _VIMEO.fullmatch(parts.path)):
        return Video("embed", f"{FRAME_ORIGINS[1]}/video/{number[1]}?autoplay=1&dnt=1", url, "Vimeo")
    return Video("link", url, url, host)
