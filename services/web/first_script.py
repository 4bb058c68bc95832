"""The lines that run before a page is painted. They stand in the page, so that no reader waits for a file of them, and
the Content-Security-Policy knows them by their hash."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

_SOURCE = Path(__file__).with_name("first.js").read_text("utf-8")
_LINES = "\n".join(line.strip() for line in _SOURCE.splitlines() if not line.startswith("//"))

ELEMENT = Markup(f"<script>{_LINES}</script>")
CSP_SOURCE = f"'sha256-{b64encode(sha256(_LINES.encode()).digest()).decode()}'"
