"""What sources tell their readers and no browser needs: lines of remarks, and the room before lines."""

import re

_REMARKS = {
    ".js": re.compile(rb"^[ \t]*//.*\n|^\s+", re.MULTILINE),
    ".css": re.compile(rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)\s*+|^\s+", re.MULTILINE),
}


def without_remarks(data: bytes, ending: str) -> bytes:
    """A script (".js") or style sheet (".css") as it is sent; anything else as it is."""
    return _REMARKS[ending].sub(b"", data) if ending in _REMARKS else data
