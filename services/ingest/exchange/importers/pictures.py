"""The pictures of imported articles: from a folder that was copied along, or fetched from where they were.

Every picture is rebuilt like an upload. Which of ours a foreign address became is kept, so that importing again
asks nobody again.
"""

import re
import shutil
import tempfile
from base64 import b64decode
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

from services.ingest.exchange.store import sources
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher
from services.ingest.media import imaging, unchanged
from services.ingest.media import store as media
from shared.contracts.addresses import old_path
from shared.contracts.former_addresses import picture_key
from shared.media_files import NAME
from shared.settings import get_settings
from shared.telemetry import log
from shared.vietnamese.text import nfc

_SRC = re.compile(
    r"""(<img\b(?:(?!<img\b)[^>])*?\ssrc\s{0,9}=\s{0,9})(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE | re.DOTALL
)
# Films, sound, subtitles and documents of story blocks: files of a house as this one is.
_FILE = re.compile(rf' href="([^"\s]{{0,200}}/media/{NAME}\.({"|".join(unchanged.SUFFIXES.values())}))"')
# WordPress names its smaller copies after their size.
_SIZED = re.compile(r"-\d{2,4}x\d{2,4}(?=\.[A-Za-z]{3,4}$)")
_LONGEST_URL = 2000
_LONGEST_DATA = 10_000_000
_FOLDERS_KNOWN = 500
_OLD_PICTURES = 100


class Pictures:
    """Finds pictures in `folders`, then by `fetcher`; without either, only those that are ours already and those that
    the text has in itself. To `rehearse` is to find and rebuild them all the same, and keep none."""

    def __init__(
        self,
        engine: Engine,
        actor: Actor,
        folders: Iterable[Path] = (),
        fetcher: Fetcher | None = None,
        *,
        rehearse: bool = False,
    ) -> None:
        self._engine = engine
        self._actor = actor
        self._folders = [_Folder(folder.resolve()) for folder in folders]
        self._fetcher = fetcher
        self._rehearse = rehearse
        self._beside: _Folder | None = None
        self._placed: dict[str, str] = {}
        """Where pictures of the article in hand were, to our files."""
        self._moved: dict[str, str] = {}
        """Its files in the house that it comes from, to ours."""
        self._missing: set[str] = set()
        self.moved = False
        """Whether the article in hand has a picture that moved where it was."""
        self._rehearsed: dict[str, str] = {}
        """Name of an address to ours, of those that were only rehearsed."""

    def place(self, fields: dict[str, Any], beside: Path | None = None) -> tuple[dict[str, Any], tuple[str, ...], bool]:
        """(the fields with our addresses in place of foreign ones, the addresses that were not at hand, whether any is
        new to us); `beside` is the folder that addresses without a host start from."""
        self._placed, self._moved, self.moved = {}, {}, False
        if beside is None:
            self._beside = None
        elif self._beside is None or self._beside.root != beside.resolve():
            self._beside = _Folder(beside.resolve())
        missing: list[str] = []
        taken: list[str] = []
        images = [image for sent in fields.get("images") or () if (image := self._image(sent, missing, taken))]
        body = fields.get("body")
        if isinstance(body, str) and "<img" in body.lower():
            body = _SRC.sub(lambda found: self._tag(found, missing, taken), body)
        if isinstance(body, str) and "/media/" in body:
            body = _FILE.sub(lambda found: self._link(found, missing), body)
        if taken:
            # In a rehearsal there is no picture to be shown: its words stand for it.
            images = [
                {"caption": image.get("caption") or "ảnh"} if image.get("url") in taken else image
                for image in [*images, {"url": taken[0]}]
            ]
        placed = {**fields, "body": body}
        if images or "images" in fields:
            placed["images"] = images
        if isinstance(fields.get("social_image"), str):
            placed["social_image"] = self._shared(fields["social_image"], missing)
        there = [{"path": path, "file": file} for path, file in self._placed.items()]
        if there or "old_pictures" in fields:
            placed["old_pictures"] = [*self._still_there(fields.get("old_pictures")), *there][:_OLD_PICTURES]
        return placed, tuple(dict.fromkeys(missing)), bool(taken)

    def _still_there(self, sent: Any) -> list[Any]:
        """Where pictures were before they came to the house that it comes from: those of them that came on to ours."""
        found = []
        for one in sent if isinstance(sent, list) else ():
            file = one.get("file") if isinstance(one, dict) else None
            ours = self._moved.get(file, file) if isinstance(file, str) else None
            if ours is None or ours != file or media.is_kept(self._engine, ours):
                # (What is no such thing at all is refused where it is read.)
                found.append({**one, "file": ours} if ours else one)
        return found

    def _image(self, sent: Any, missing: list[str], taken: list[str]) -> Any:
        if not isinstance(sent, dict) or not isinstance(sent.get("url"), str) or not sent["url"]:
            return sent
        ours = self._ours(sent["url"], sent)
        if ours is None:
            missing.append(_shown(sent["url"]))
            # A picture that is not at hand leaves its caption.
            return {**sent, "url": ""} if sent.get("caption") else None
        if self._name(sent["url"]) in self._rehearsed:
            taken.append(ours)
        return {**sent, "url": ours}

    def _shared(self, url: str, missing: list[str]) -> str:
        """Our address of the picture for where an article is shared, "" for none; a rehearsal has none to show."""
        ours = self._ours(url, {})
        if url and ours is None:
            missing.append(_shown(url))
        return "" if ours is None or self._name(url) in self._rehearsed else ours

    def _tag(self, found: re.Match[str], missing: list[str], taken: list[str]) -> str:
        url = unescape(found[2] or found[3] or "").strip()
        ours = self._ours(url, {})
        if ours is None:
            missing.append(_shown(url))
        elif self._name(url) in self._rehearsed:
            taken.append(ours)
        # Without an address the picture falls away when the body is cleaned.
        return f'{found[1]}"{ours or ""}"'

    def _link(self, found: re.Match[str], missing: list[str]) -> str:
        """A link to a file as it leads to ours; as it is where the file is not at hand."""
        url = unescape(found[1])
        file = None if self._known(url) else next((one for folder in self._folders if (one := folder.file(url))), None)
        if file is None or self._rehearse:
            if not (file or self._known(url)):
                missing.append(_shown(url))
            return found[0]
        with tempfile.TemporaryDirectory(prefix=".new-", dir=get_settings().media_dir) as folder:
            copy = Path(folder) / "file"
            shutil.copyfile(file, copy)
            try:
                row = media.keep(self._engine, unchanged.keep(copy, get_settings().media_dir), self._actor)
            except Refused as refused:
                log.info("file not taken over", url=url[:300], reason=refused.detail)
                missing.append(_shown(url))
                return found[0]
        return f' href="{media.MEDIA}{row.path}"'

    def _ours(self, url: str, words: dict[str, Any]) -> str | None:
        """Our address of a picture, None where it is not at hand."""
        if not url or len(url) > (_LONGEST_DATA if url.startswith("data:") else _LONGEST_URL):
            return None
        name = self._name(url)
        known = self._rehearsed.get(name) or (self._known(url) if name == url else None)
        if known is None and name not in self._missing:
            known = self._take(url, words)
            if known is None:
                self._missing.add(name)
        if known is None:
            return None
        path = old_path(url) if name == url and picture_key(url) else ""
        if path.startswith(media.MEDIA):
            self._moved[path.removeprefix(media.MEDIA)] = known
        elif path:
            self._placed[path] = known
        return media.MEDIA + known

    def _name(self, url: str) -> str:
        """What an address is known by: one without a host means something else in each folder."""
        if url.startswith(("http://", "https://", "//", "data:")) or _is_ours(url):
            return url
        return f"{self._beside.root if self._beside else ''}\n{url}"

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
        self.moved = self.moved or rebuilt.moved
        name = self._name(url)
        if self._rehearse:
            if name == url or not media.is_kept(self._engine, rebuilt.path):
                self._rehearsed[name] = rebuilt.path
            return rebuilt.path
        known = {name: str(words.get(name) or "") for name in ("caption", "credit", "alt")}
        row = media.keep(self._engine, rebuilt, self._actor, **known)
        if name == url:
            sources.keep(self._engine, url, row.path)
        return str(row.path)

    def _rebuilt(self, url: str) -> imaging.Rebuilt | None:
        if url.startswith("data:"):
            return self._of_bytes(_inline(url))
        for candidate in dict.fromkeys((_SIZED.sub("", url), url)):
            folders = [*([self._beside] if self._beside else []), *self._folders]
            file = next((found for folder in folders if (found := folder.file(candidate))), None)
            if file is not None:
                return self._of_file(file)
        if self._fetcher is None:
            return None
        got = self._fetcher.get(url)
        if got.status != 200:
            raise Refused(f"HTTP {got.status}")
        return self._of_bytes(got.body)

    def _of_bytes(self, content: bytes) -> imaging.Rebuilt:
        with tempfile.NamedTemporaryFile(prefix="toasoan-picture-") as copy:
            copy.write(content)
            copy.flush()
            return self._of_file(Path(copy.name))

    def _of_file(self, file: Path) -> imaging.Rebuilt:
        if not self._rehearse:
            return imaging.rebuild(file, get_settings().media_dir)
        with tempfile.TemporaryDirectory(prefix="toasoan-pictures-") as folder:
            return imaging.rebuild(file, Path(folder))


class _Folder:
    """Files by their addresses; names are the same in whatever case, and however a Mac or a zip writes their marks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._names: dict[Path, dict[str, str]] = {}

    def file(self, url: str) -> Path | None:
        """The file of an address, by as much of its path as is there."""
        try:
            parts = [part for part in unquote(urlsplit(url).path).split("/") if part not in ("", ".", "..")]
        except ValueError:
            return None
        for start in range(len(parts)):
            if (file := self._below(parts[start:])) is not None:
                return file
        return None

    def _below(self, parts: list[str]) -> Path | None:
        at = self.root
        for part in parts:
            name = self._names_in(at).get(_name(part))
            if name is None:
                return None
            at = at / name
        return at if at.is_file() and at.resolve().is_relative_to(self.root) else None

    def _names_in(self, folder: Path) -> dict[str, str]:
        if folder not in self._names:
            if len(self._names) > _FOLDERS_KNOWN:
                self._names.clear()
            try:
                self._names[folder] = {_name(entry.name): entry.name for entry in sorted(folder.iterdir())}
            except (OSError, ValueError):
                self._names[folder] = {}
        return self._names[folder]


def _name(name: str) -> str:
    return nfc(name).casefold()


def _inline(url: str) -> bytes:
    """The bytes of a picture that stands in its address. Raises Refused."""
    head, _, data = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise Refused("không phải ảnh nhúng")
    try:
        return b64decode(unquote(data), validate=False)
    except ValueError:
        raise Refused("ảnh nhúng hỏng") from None


def _shown(url: str) -> str:
    return url if len(url) <= 200 else f"{url[:100]}…"


def _is_ours(url: str) -> bool:
    return url.removeprefix(get_settings().site_url).startswith(media.MEDIA)
