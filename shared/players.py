"""Known sites whose players can be shown in a frame, by the addresses that people copy."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from shared.contracts.addresses import ADDRESS_CHARS

ORIGINS = (
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://www.facebook.com",
    "https://www.tiktok.com",
    "https://platform.twitter.com",
)
"""What a Content-Security-Policy must let into a frame."""
_YOUTUBE, _VIMEO, _FACEBOOK, _TIKTOK, _X = ORIGINS
_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIMEO_PATH = re.compile(r"/(?:video/)?([0-9]{5,12})")
_TIKTOK_PATH = re.compile(r"/@[\w.-]{1,60}/video/([0-9]{10,25})")
_X_PATH = re.compile(r"/\w{1,30}/status/([0-9]{10,25})")
_FACEBOOK_PATH = re.compile(r"/[\w.-]{1,80}/(posts|videos)/[\w.-]{1,120}/?|/(watch|permalink\.php)/?")


@dataclass(frozen=True, slots=True)
class Player:
    """`frame` is the address to show in a frame."""

    site: str
    frame: str
    is_tall: bool = False
    """A post rather than a film."""


def host_of(url: str) -> str:
    """Whose address it is, as people say it ("youtube.com"); "" for none."""
    if len(url) > ADDRESS_CHARS:
        return ""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").removeprefix("m.")


def player(url: str) -> Player | None:
    """The player of what an address shows; None for a site that is not known."""
    host = host_of(url)
    if not (host and url.startswith("https://")):
        return None
    parts = urlsplit(url)
    if host in ("youtube.com", "youtube-nocookie.com", "youtu.be"):
        found = parse_qs(parts.query).get("v", [parts.path.rpartition("/")[2]])[0]
        return Player("YouTube", f"{_YOUTUBE}/embed/{found}?autoplay=1") if _ID.fullmatch(found) else None
    if host in ("vimeo.com", "player.vimeo.com") and (number := _VIMEO_PATH.fullmatch(parts.path)):
        return Player("Vimeo", f"{_VIMEO}/video/{number[1]}?autoplay=1&dnt=1")
    if host == "facebook.com" and (kind := _FACEBOOK_PATH.fullmatch(parts.path)):
        form = "video" if "videos" in kind.groups() or "watch" in kind.groups() else "post"
        return Player("Facebook", f"{_FACEBOOK}/plugins/{form}.php?href={quote(url, safe='')}", form == "post")
    if host == "tiktok.com" and (number := _TIKTOK_PATH.fullmatch(parts.path)):
        return Player("TikTok", f"{_TIKTOK}/embed/v2/{number[1]}", True)
    if host in ("x.com", "twitter.com") and (number := _X_PATH.fullmatch(parts.path)):
        return Player("X", f"{_X}/embed/Tweet.html?id={number[1]}&dnt=true", True)
    return None
