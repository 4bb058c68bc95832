"""Texts of whole pages of a newspaper, as somebody copies them out of a browser: one written for the project, and a
real one where it lies beside the checkout."""

from pathlib import Path

_ROOT = Path(__file__).parents[1]
REAL = _ROOT.parent / "shared" / "seed" / "article.txt"
PAGES = [path for path in (Path(__file__).parent / "page.txt", REAL) if path.exists()]
