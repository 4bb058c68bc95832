"""The pictures of imported articles: from a folder that was copied along, or fetched from where they were.

Every picture is rebuilt like an upload. Which of ours a foreign address became is kept, so that importing again
asks nobody again.
"""

import re
import tempfile
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

from services.ingest.exchange.store import sources
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher
from services.ingest.media import imaging
from services.ingest.media import store as media
from shared.settings import get_settings
from shared.telemetry import log

_SRC = re.compile(
    r"""(<img\b(?:(?!<img\b)[^>])*?\ssrc\s{0,9}=\s{0,9})(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE | re.DOTALL
)
# WordPress names its smaller copies after their size.
_SIZED = re.compile(r"-\d{2,4}x\d{2,4}(?=\.[A-Za-z]{3,4}$)")
_LONGEST_URL = 2000


class Pictures:
    """Finds pictures in `folder`, then by `fetcher`; without either, only those that are ours already."""

    def __init__(
        self, engine: Engine, actor: Actor, folder: Path | None = None, fetcher: Fetcher | None = None
    ) -> None:
        self._engine = engine
        self._actor = actor
        self._folder = folder.resolve() if folder else None
        self._fetcher = fetcher
        self._missing: set[str] = set()

    def place(self, fields: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The fields with our addresses in place of foreign ones, and the addresses that were not at hand."""
        missing: list[str] = []
        images = [image for sent in fields.get("images") or () if (image := self._image(sent, missing))]
        body = fields.get("body")
        if isinstance(body, str) and "<img" in body.lower():
            body = _SRC.sub(lambda found: self._tag(found, missing), body)
        placed = {**fields, "body": body}
        if images or "images" in fields:
            placed["images"] = images
        return placed, tuple(dict.fromkeys(missing))

    def _image(self, sent: Any, missing: list[str]) -> Any:
        if not isinstance(sent, dict) or not isinstance(sent.get("url"), str) or not sent["url"]:
            return sent
        ours = self._ours(sent["url"], sent)
        if ours is None:
            missing.append(sent["url"])
            # A picture that is not at hand leaves its caption.
            return {**sent, "url": ""} if sent.get("caption") else None
        return {**sent, "url": ours}

    def _tag(self, found: re.Match[str], missing: list[str]) -> str:
        url = unescape(found[2] or found[3] or "").strip()
        ours = self._ours(url, {})
        if ours is None:
            missing.append(url)
        # Without an address the picture falls away when the body is cleaned.
        return f'{found[1]}"{ours or ""}"'

    def _ours(self, url: str, words: dict[str, Any]) -> str | None:
        """Our address of a picture, None where it is not at hand."""
        if not url or len(url) > _LONGEST_URL:
            return None
        known = self._known(url)
        if known is None and url not in self._missing:
            known = self._take(url, words)
            if known is None:
                self._missing.add(url)
        return None if known is None else media.MEDIA + known

    def _known(self, url: str) -> str | None:
        if _is_ours(url):
            path = url.removeprefix(get_settings().site_url).removeprefix(media.MEDIA)
            if path and media.is_kept(self._engine, path):
                return path
        # What was removed from the store since then is taken over once more.
        taken = sources.path_of(self._engine, url)
        return taken if taken and media.is_kept(self._engine, taken) else None

    def _take(self, url: str, words: dict[str, Any]) -> str | None:
        """Rebuild the picture of an address and keep it; None where that cannot be done."""
        try:
            rebuilt = self._rebuilt(url)
        except Refused as refused:
            log.info("picture not taken over", url=url[:300], reason=refused.detail)
            return None
        if rebuilt is None:
            return None
        known = {name: str(words.get(name) or "") for name in ("caption", "credit", "alt")}
        row = media.keep(self._engine, rebuilt, self._actor, **known)
        sources.keep(self._engine, url, row.path)
        return str(row.path)

    def _rebuilt(self, url: str) -> imaging.Rebuilt | None:
        for candidate in dict.fromkeys((_SIZED.sub("", url), url)):
            file = self._file(candidate)
            if file is not None:
                return imaging.rebuild(file, get_settings().media_dir)
        if self._fetcher is None:
            return None
        got = self._fetcher.get(url)
        if got.status != 200:
            raise Refused(f"HTTP {got.status}")
        with tempfile.NamedTemporaryFile(prefix="toasoan-picture-") as copy:
            copy.write(got.body)
            copy.flush()
            return imaging.rebuild(Path(copy.name), get_settings().media_dir)

    def _file(self, url: str) -> Path | None:
        """The file of an address in the folder, by as much of its path as is there."""
        if self._folder is None:
            return None
        try:
            parts = [part for part in unquote(urlsplit(url).path).split("/") if part not in ("", ".", "..")]
        except ValueError:
            return None
        for start in range(len(parts)):
            file = self._folder.joinpath(*parts[start:])
            if "\0" not in str(file) and file.is_file() and file.resolve().is_relative_to(self._folder):
                return file
        return None


def _is_ours(url: str) -> bool:
    return url.removeprefix(get_settings().site_url).startswith(media.MEDIA)
