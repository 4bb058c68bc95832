"""A page as bytes for the wire, with its slots filled: what the hot path sends without thinking.

A `CachedResponse` is the answer after its first line and date; an `Entry` makes it when somebody asks, and again when
the number of views, the hour of the token, or a shared part has changed.
"""

import time
from hashlib import blake2b

from services.web import first_script
from services.web.gzip_pieces import Piece, gzipped, plain
from services.web.page import PART, SLOT, TOKEN, VIEWS, Page
from services.web.static_files import StaticFile
from shared.blocks.registry import frames
from shared.settings import get_settings
from shared.vietnamese.text import thousands
from shared.views.token import ViewTokens

VIEWS_NUMBER = "views-number"
STATIC = "static"
"""The kind of page that a file is."""

# Readers' browsers and the edge ask again after two seconds: no purge has to reach them for a withdrawal to be gone.
CACHE_CONTROL = "public, max-age=2"
# An edge that is told which tags to forget (TOASOAN_PURGE_URL) may keep pages longer than browsers do, and show them
# for a day while the site cannot be reached. (Our own nginx does so in any case: it is told of withdrawals.)
PURGED_CACHE_CONTROL = "public, max-age=2, s-maxage=300, stale-if-error=86400"
_CSP = (
    f"default-src 'none'; script-src 'self' {first_script.CSP_SOURCE}; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; "
    f"worker-src 'self'; frame-src {' '.join(frames())}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


# What a page only uses opens nothing itself, and each of its bytes is sent to every new reader.
_FILE_CSP = "default-src 'none'; frame-ancestors 'none'"
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def security_headers(file: bool = False) -> list[tuple[str, str]]:
    """On every answer of the site; `file`: on its CSS, scripts, type and icons."""
    headers = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("content-security-policy", _FILE_CSP if file else _CSP),
        ("cross-origin-opener-policy", "same-origin"),
    ]
    if not file:
        headers.append(("permissions-policy", _PERMISSIONS))
    if get_settings().site_url.startswith("https://"):
        headers.append(("strict-transport-security", "max-age=31536000"))
    return headers


class CachedResponse:
    """`tail` is everything after the date's value; `not_modified` the same of a 304."""

    __slots__ = ("etag", "not_modified", "tail")

    def __init__(self, etag: bytes, headers: bytes, length: int, body: bytes) -> None:
        self.etag = etag
        own = b"\r\netag: " + etag + headers
        self.not_modified = own + b"\r\n"
        self.tail = own + b"content-length: %d\r\n\r\n" % length + body


class Filling:
    """What all pages share at this moment: the parts, and the hour of tokens. Replaced whole when one changes."""

    __slots__ = ("hour", "mark", "parts", "tokens")

    def __init__(self, parts: dict[str, Piece], tokens: ViewTokens) -> None:
        self.parts = parts
        self.tokens = tokens
        self.hour = this_hour()
        digest = blake2b(digest_size=6)
        for name in sorted(parts):
            digest.update(parts[name].data)
        self.mark = f"{digest.hexdigest()}{self.hour:x}"


class Entry:
    """One page in the cache."""

    __slots__ = (
        "_filling", "_gzipped", "_hash", "_headers", "_pieces", "_plain", "_shared", "address", "hold_until", "page",
        "size", "stale", "used_at", "views",
    )  # fmt: skip

    def __init__(self, address: str, page: Page, views: int = 0, hold_until: float = 0.0) -> None:
        """`hold_until` (monotonic): good enough until then, even when something has changed."""
        self.address = address
        self.page = page
        self.views = views
        self.hold_until = hold_until
        self.used_at = 0.0
        self.stale = False
        self._pieces: list[Piece | str] = []
        digest = blake2b(digest_size=8)
        parts = [page.data] if page.data else SLOT.split(page.body)
        for number, text in enumerate(parts):
            if number % 2 and isinstance(text, str):
                self._pieces.append(text)
            elif text:
                piece = Piece(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
                digest.update(piece.data)
                self._pieces.append(piece)
        self._hash = digest.hexdigest()
        self._shared = any(isinstance(piece, str) and piece not in (VIEWS, VIEWS_NUMBER) for piece in self._pieces)
        self._headers = _headers(page)
        self.size = 3 * sum(len(piece.data) for piece in self._pieces if isinstance(piece, Piece)) + 2000
        self._filling: Filling | None = None
        self._plain: CachedResponse | None = None
        self._gzipped: CachedResponse | None = None

    def pack(self) -> None:
        """Deflate now what does not change; else the first who wants it gzipped waits for that."""
        for piece in self._pieces:
            if isinstance(piece, Piece):
                piece.pack()

    def set_views(self, views: int) -> None:
        if views != self.views:
            self.views = views
            self._plain = self._gzipped = None

    def response(self, filling: Filling, packed: bool) -> CachedResponse:
        """The bytes to send, gzipped if `packed`."""
        if filling is not self._filling:
            if self._shared:
                self._plain = self._gzipped = None
            self._filling = filling
        made = self._gzipped if packed else self._plain
        if made is None:
            made = self._make(filling, packed)
            if packed:
                self._gzipped = made
            else:
                self._plain = made
        return made

    def _make(self, filling: Filling, packed: bool) -> CachedResponse:
        pieces = [self._fill(piece, filling) if isinstance(piece, str) else piece for piece in self._pieces]
        body = gzipped(pieces) if packed else plain(pieces)
        shared = f"-{filling.mark}" if self._shared else ""
        etag = f'"{self._hash}-{self.views:x}{shared}{"-gz" if packed else ""}"'.encode()
        packing = b"content-encoding: gzip\r\n" if packed else b""
        return CachedResponse(etag, self._headers + packing, len(body), body)

    def _fill(self, slot: str, filling: Filling) -> Piece:
        if slot == VIEWS:
            return Piece(thousands(self.views).encode(), changing=True)
        if slot == VIEWS_NUMBER:
            return Piece(str(self.views).encode(), changing=True)
        if slot == TOKEN:
            return Piece(filling.tokens.issue(self.page.article_id).encode(), changing=True)
        return filling.parts.get(slot.removeprefix(PART)) or Piece(b"", changing=True)


class StaticEntry:
    """A static file, in the form of an entry that never changes."""

    __slots__ = ("_gzipped", "_plain", "page", "used_at")

    def __init__(self, file: StaticFile) -> None:
        # The desk's preview, which is of another origin, is set in the site's own type.
        shared = [("access-control-allow-origin", "*")] if file.content_type.startswith("font/") else []
        headers = (("cache-control", "public, max-age=31536000, immutable"), *shared)
        self.page = Page(STATIC, "", content_type=file.content_type, headers=headers)
        self.used_at = 0.0
        sent = _headers(self.page)
        etag = f'"{blake2b(file.data, digest_size=8).hexdigest()}'
        self._plain = CachedResponse(f'{etag}"'.encode(), sent, len(file.data), file.data)
        self._gzipped = self._plain
        if file.gzipped is not None:
            packed = sent + b"content-encoding: gzip\r\n"
            self._gzipped = CachedResponse(f'{etag}-gz"'.encode(), packed, len(file.gzipped), file.gzipped)

    def response(self, _filling: Filling, packed: bool) -> CachedResponse:
        """The bytes to send."""
        return self._gzipped if packed else self._plain


def _headers(page: Page) -> bytes:
    """Headers between the ETag and the length, each with its line end."""
    own = dict(page.headers)
    rows = [
        ("content-type", page.content_type),
        *([] if "cache-control" in own else keeping(page).items()),
        ("vary", "accept-encoding"),
        *security_headers(file=page.kind == STATIC),
        *own.items(),
    ]
    return b"\r\n" + b"".join(f"{name}: {value}\r\n".encode("latin-1", "replace") for name, value in rows)


def keeping(page: Page) -> dict[str, str]:
    """What a page, or a file that is public as long as it, says to those who would keep it."""
    if get_settings().purge_url and page.depends:
        return {"cache-control": PURGED_CACHE_CONTROL, "cache-tag": ",".join(sorted(page.depends))}
    return {"cache-control": CACHE_CONTROL}


def this_hour() -> int:
    """Tokens are the same text within an hour."""
    return int(time.time()) // 3600
