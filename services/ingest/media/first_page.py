"""A PDF's first page as a picture: what readers see of it before they keep it.

PDFium draws it in a bounded process, from a build without JavaScript; forms and attachments are never opened.
"""

import tempfile
from pathlib import Path

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, TooHeavy
from services.ingest.media import imaging
from services.ingest.media.imaging import Rebuilt
from shared.telemetry import log

_BOUNDS = bounded.Bounds(cpu_seconds=10, memory_bytes=700_000_000, seconds=20)
_SIDE = 1200
"""Pixels of the longer one."""


def drawn(source: Path, media_dir: Path) -> Rebuilt | None:
    """The first page's files; None for a page that cannot be drawn (a password, a fault, too much of it)."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=media_dir) as folder:
        page = Path(folder) / "page.png"
        try:
            bounded.run(draw_here, str(source), str(page), bounds=_BOUNDS)
            return imaging.rebuild(page, media_dir)
        except (TooHeavy, RuntimeError, Invalid) as ended:
            log.warning("first page not drawn", cause=getattr(ended, "cause", str(ended)))
            return None


def draw_here(source: str, target: str) -> None:
    """Inside the bounded process: write the page as PNG. Raises pypdfium2.PdfiumError."""
    from pypdfium2 import PdfDocument

    document = PdfDocument(source)
    page = document[0]
    # Neither forms nor notes: they are drawn by code that the page needs nothing of.
    bitmap = page.render(scale=_SIDE / max(*page.get_size(), 1.0), may_draw_forms=False, draw_annots=False)
    bitmap.to_pil().convert("RGB").save(target)
