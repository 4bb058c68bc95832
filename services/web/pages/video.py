"""How a page shows a video: our own file in a player, a known site's behind a click, anything else as a link."""

from dataclasses import dataclass
from typing import Literal

from shared import players
from shared.settings import Settings

_FILES = {"mp4": "video/mp4", "webm": "video/webm", "m4v": "video/mp4"}


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
    own = url.removeprefix(settings.site_url) if url.startswith(f"{settings.site_url}/media/") else url
    suffix = own.partition("?")[0].rpartition(".")[2].lower()
    if own.startswith("/media/") and suffix in _FILES:
        return Video("file", own, own, "", _FILES[suffix])
    host = players.host_of(url)
    if not (host and url.startswith("https://")):
        return None
    # A post is read where it stands: the room here is a film's.
    if (found := players.player(url)) and not found.is_tall:
        return Video("embed", found.frame, url, found.site)
    return Video("link", url, url, host)
