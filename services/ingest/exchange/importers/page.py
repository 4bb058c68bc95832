"""The text of a printed page, as a file: one page a file."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from services.ingest.exchange.importers import Fields
from services.ingest.exchange.importers.text import parse_page
from services.ingest.kit.errors import Invalid, Refused
from shared.vietnamese.text import one_line


def read(path: Path) -> Iterator[tuple[str, "Fields | Refused"]]:
    try:
        fields = parse_page(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        yield str(path), Invalid.of("body", str(error))
        return
    if not fields.get("external_id"):
        # The same page again, wherever its file lies, is the same article.
        what = f"{one_line(str(fields.get('title')))}|{fields.get('published_at')}"
        fields["external_id"] = f"page:{sha256(what.encode()).hexdigest()[:32]}"
    yield str(path), fields
