"""The demo paper's articles, read from the text files in articles/.

A file is a header of `name: value` lines, a blank line, and the body. The header's names:

    title, section, dateline, byline, summary, kind     as in POST /api/articles
    tags         parted by ";"
    published    how long before the first start: "25m", "2h20m", or days before and the hour: "3 16:40"
    views        earlier views
    lead         its place at the top of the front page, where it has one
    picture      name in pictures.py | caption | credit | alternative text (one line a picture)
    comment      reader's name | text (one line a comment)
    wrong, right, notice    the article is published with `wrong` in its body, then corrected

In the body, blank lines part paragraphs; "## " begins a heading, "[name]" stands for a picture of the header, a
paragraph that begins with "<" is HTML, one that begins with "{" a story block as JSON, in which "[name]" is a picture
of the header; "[name.mp4: words]" a file (toasoan/demo/files.py) and "[name: words]" another story, under these words.
`{ngày}` is the day of publication as "9/1", `{ngày+5}` five days later.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from shared.blocks.markup import written
from shared.blocks.registry import kinds
from shared.vietnamese.dates import VIETNAM

FOLDER = Path(__file__).parent / "articles"
_BEFORE = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?")
_BLOCK = '{"kind"'
_DAY = re.compile(r"\{ngày([+-]\d+)?\}")
_NAMED = re.compile(r'"\[([a-z-]+)\]"')
_LINKED = re.compile(r'"\[([a-z0-9.-]+): ([^"\]]+)\]"')
_REPEATED = ("picture", "comment")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture in an article, with the words about it."""

    name: str
    caption: str
    credit: str
    alt: str


@dataclass(frozen=True, slots=True)
class DemoStory:
    """One file; texts still hold their `{ngày}`."""

    name: str
    title: str
    section: str
    published: str
    body: str
    summary: str = ""
    dateline: str = ""
    byline: str = ""
    kind: str = "article"
    tags: str = ""
    views: int = 0
    lead: int = 0
    wrong: str = ""
    right: str = ""
    notice: str = ""
    pictures: tuple[Picture, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    """(reader's name, text)."""

    @property
    def linked(self) -> tuple[str, ...]:
        """Names of the files (with a suffix) and of the stories that it leads to."""
        return tuple(dict.fromkeys(name for name, _ in _LINKED.findall(self.body)))

    @property
    def external_id(self) -> str:
        return f"demo-{self.name}"

    def published_at(self, start: datetime) -> datetime:
        """When the article came out, for a paper that starts at `start` (aware)."""
        days, _, clock = self.published.partition(" ")
        if clock:
            hour, minute = map(int, clock.split(":"))
            day = start.astimezone(VIETNAM) - timedelta(days=int(days))
            return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        before = _BEFORE.fullmatch(self.published)
        if before is None or not before[0]:
            raise ValueError(f"{self.name}: published: {self.published}")
        at = start.astimezone(VIETNAM) - timedelta(hours=int(before[1] or 0), minutes=int(before[2] or 0))
        return at.replace(second=0, microsecond=0)

    def dated(self, text: str, start: datetime) -> str:
        """`text` with its days written out."""

        def day(found: re.Match[str]) -> str:
            at = self.published_at(start) + timedelta(days=int(found[1] or 0))
            return f"{at.day}/{at.month}"

        return _DAY.sub(day, text)

    def html(self, start: datetime, addresses: Mapping[str, str]) -> str:
        """The body; `addresses` has the URL of each picture, and of all that it leads to, by name."""
        return "\n".join(self._block(part, addresses) for part in _parts(self.dated(self.body, start)))

    @property
    def prose(self) -> str:
        """The body without its story blocks."""
        return "\n\n".join(part for part in _parts(self.body) if not part.startswith(_BLOCK))

    def _block(self, part: str, addresses: Mapping[str, str]) -> str:
        if part.startswith("<"):
            return part
        if part.startswith(_BLOCK):
            return self._story_block(part, addresses)
        if part.startswith("## "):
            return f"<h2>{html.escape(part[3:], quote=False)}</h2>"
        if part.startswith("[") and part.endswith("]"):
            picture = self._picture(part[1:-1])
            caption = html.escape(picture.caption, quote=False)
            image = f'<img src="{html.escape(addresses[picture.name])}" alt="{html.escape(picture.alt)}">'
            return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
        return f"<p>{html.escape(part, quote=False)}</p>"

    def _story_block(self, part: str, addresses: Mapping[str, str]) -> str:
        def shown(found: re.Match[str]) -> str:
            picture = self._picture(found[1])
            # Without the site's name, which the API adds.
            url = urlsplit(addresses[picture.name]).path
            return orjson.dumps({"url": url, "alt": picture.alt}).decode()

        def link(found: re.Match[str]) -> str:
            return orjson.dumps({"url": urlsplit(addresses[found[1]]).path, "words": found[2]}).decode()

        fields = orjson.loads(_LINKED.sub(link, _NAMED.sub(shown, part)))
        return written(kinds()[fields.pop("kind")].model_validate(fields))

    def _picture(self, name: str) -> Picture:
        return next(picture for picture in self.pictures if picture.name == name)


def _parts(body: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", body.strip())]


def stories() -> list[DemoStory]:
    """Every article, in the order in which they should come into an empty paper: what leads it, then the newest."""
    start = datetime.now(VIETNAM)
    found = [read(path) for path in FOLDER.glob("*.txt")]
    return sorted(found, key=lambda story: (story.lead or 99, start - story.published_at(start)))


def read(path: Path) -> DemoStory:
    """The article in a file. Raises ValueError or TypeError for a header that cannot be meant."""
    header, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    single: dict[str, str] = {}
    repeated: dict[str, list[list[str]]] = {name: [] for name in _REPEATED}
    for line in header.splitlines():
        name, colon, value = line.partition(": ")
        if not colon or name in single:
            raise ValueError(f"{path.name}: {line}")
        if name in repeated:
            repeated[name].append([part.strip() for part in value.split("|")])
        else:
            single[name] = value.strip()
    return DemoStory(
        name=path.stem,
        body=body,
        views=int(single.pop("views", 0)),
        lead=int(single.pop("lead", 0)),
        pictures=tuple(Picture(*parts) for parts in repeated["picture"]),
        comments=tuple((name, text) for name, text in repeated["comment"]),
        **single,
    )
