"""A body of Vietnamese that nobody here wrote: LibreOffice's help, from Debian's package, fetched to measure.

Nothing of it is kept in the project; its licence (MPL 2.0) allows the use.
"""

import html
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.tools import Missing
from services.search.documents import IndexDocument

_PACKAGE = "libreoffice-help-vi"
_MARKED = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùý]", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<(?:p|h\d)[^>]*>(.*?)</(?:p|h\d)>", re.DOTALL)
_BODY = re.compile(r'<div id="DisplayArea".*?>(.*)<footer', re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
# Many pages are left in English: in a Vietnamese text every eighth letter has a mark of its own.
_VIETNAMESE = 0.12


def documents(place: Path) -> list[IndexDocument]:
    """The pages in Vietnamese: headline, first paragraph as the lead, the rest as the text; `url` is "/" and its name.

    Raises Missing where Debian's package cannot be had.
    """
    place.mkdir(parents=True, exist_ok=True)
    try:
        # APT's own user may write here, else it warns.
        place.chmod(0o777)
        subprocess.run(["apt-get", "download", "-qq", _PACKAGE], cwd=place, check=True, capture_output=True)
        package = next(place.glob(f"{_PACKAGE}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(package), str(place / "help")], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        raise Missing(f"Debian's package {_PACKAGE} cannot be had: {error!r}") from error
    return list(_pages(place / "help"))


def _pages(folder: Path) -> Iterator[IndexDocument]:
    number = 0
    for file in sorted(folder.rglob("*.html")):
        page = file.read_text(errors="replace")
        title, body = _TITLE.search(page), _BODY.search(page)
        if not (title and body):
            continue
        headline = _text(title[1])
        paragraphs = [text for text in map(_text, _PARAGRAPH.findall(body[1])) if text not in ("", headline)]
        whole = " ".join(paragraphs)
        if len(headline) < 2 or len(paragraphs) < 3 or len(_MARKED.findall(whole)) < _VIETNAMESE * len(whole):
            continue
        number += 1
        yield IndexDocument(
            id=number, version=1, status="published", title=headline, summary=paragraphs[0],
            text="\n".join(paragraphs[1:]), url=f"/{_name(file)}", section_slug="huong-dan",
            section_name="Hướng dẫn", published_at=1_700_000_000,
        )  # fmt: skip


def _name(file: Path) -> str:
    """Its path within the help, "scalc/guide/goalseek"."""
    return str(file.with_suffix("")).rpartition("/text/")[2]


def _text(markup: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", "", markup)).split())
