"""Which format a file is, told by what stands in it; its name alone decides nothing."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from services.ingest.exchange.importers.archive import is_archive
from services.ingest.exchange.importers.found import Piece, Reader
from services.ingest.exchange.importers.xml import beginning
from services.ingest.kit.errors import Refused

# Modules are loaded when a file asks for them: an XML reader is no weight on the API.
_MODULES = {
    "text": "page", "ndjson": "ndjson", "wxr": "wxr", "rss": "feed", "ninjs": "ninjs", "newsml": "newsml",
    "newsml1": "newsml1", "nitf": "nitf", "html": "saved_page",
}  # fmt: skip
FORMATS = tuple(_MODULES)
ARCHIVE = "zip"
"""What holds files of any of them."""
SUFFIXES = (
    ".ndjson",
    ".jsonl",
    ".json",
    ".xml",
    ".rss",
    ".atom",
    ".rdf",
    ".wxr",
    ".nitf",
    ".txt",
    ".html",
    ".htm",
    ".xhtml",
)
_ROOTS = {
    "rss": "rss", "rdf": "rss", "feed": "rss", "nitf": "nitf", "newsml": "newsml1", "newsitem": "newsml",
    "newsmessage": "newsml", "packageitem": "newsml", "conceptitem": "newsml", "knowledgeitem": "newsml",
    "planningitem": "newsml", "catalogitem": "newsml", "catalog": "newsml", "groupset": "newsml",
    "contentset": "newsml", "html": "html",
}  # fmt: skip
_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]{0,40}:)?([A-Za-z][\w.-]{0,40})(?=[\s/>])")


def format_of(file: Path) -> str | None:
    """The format of a file, None when it is none of ours. Raises OSError."""
    return _told(file)[0]


def name_of(file: Path) -> str:
    """What a file that is none of ours calls itself, for people. Raises OSError."""
    return _told(file)[1]


def _told(file: Path) -> tuple[str | None, str]:
    if is_archive(file):
        return ARCHIVE, "ZIP"
    text = beginning(file).lstrip("\ufeff \t\r\n\0")
    suffix = file.suffix.lower()
    if text[:1] == "<":
        if "wordpress.org/export" in text:
            return "wxr", "WXR"
        root = next(iter(_ROOT.findall(_without_prolog(text))), "")
        if root.lower() == "newsml" and "iptc.org/std/nar" in text:
            return "newsml", root
        kind = _ROOTS.get(root.lower()) or (
            "html" if suffix in (".html", ".htm", ".xhtml") or "<!doctype html" in text[:500].lower() else None
        )
        return kind, f"XML <{root}>"
    if text[:1] in ("{", "["):
        first, _, rest = text.partition("\n")
        lines = suffix in (".ndjson", ".jsonl") or (first.rstrip().endswith("}") and rest.lstrip()[:1] == "{")
        return ("ndjson" if lines else "ninjs"), "JSON"
    if suffix in (".ndjson", ".jsonl", ".json"):
        return ("ninjs" if suffix == ".json" else "ndjson"), "JSON"
    if suffix in (".xml", ".rss", ".atom", ".rdf", ".wxr"):
        # Broken, or something before the first mark: the reader says what.
        return "rss", "XML"
    if suffix in (".html", ".htm", ".xhtml"):
        return "html", "HTML"
    return ("text" if suffix == ".txt" else None), suffix or "tệp không đuôi"


def _without_prolog(text: str) -> str:
    """From the root element on."""
    while text[:2] in ("<?", "<!"):
        end = "-->" if text.startswith("<!--") else "]>" if "[" in text[: text.find(">") + 1] else ">"
        stop = text.find(end)
        if stop < 0:
            return ""
        text = text[stop + len(end) :].lstrip()
    return text


def pieces(file: Path, kind: str) -> Iterator[tuple[str, Piece]]:
    """What the reader of a format finds in a file. Raises OSError."""
    read: Reader = import_module(f"services.ingest.exchange.importers.{_MODULES[kind]}").read
    return read(file)


def unknown(file: Path) -> Refused:
    """Why a file is not taken, with what it seems to be."""
    return Refused(
        f"Không phải định dạng nhận được ({name_of(file)}); "
        "nhận WXR, RSS, Atom, ninjs, NewsML, NITF, NDJSON, HTML, văn bản."
    )
