"""Articles from files: `import_paths` walks files and folders and saves what it finds, one result an article.

Formats: the text of a printed page ("text"), our own NDJSON ("ndjson"), WordPress exports ("wxr"), RSS and Atom
("rss"), ninjs 1.x to 3.x ("ninjs") and NewsML-G2 ("newsml"). Every reader yields dicts that could be sent to
POST /api/articles; what comes again under the same external id changes nothing, so a cut-off import is simply
started again.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from services.ingest.articles.content import prepare
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import reading
from services.ingest.articles.store.many import save_many
from services.ingest.articles.versions import Saved
from services.ingest.exchange.importers.pictures import Pictures
from services.ingest.kit import bounded
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.json_input import read_fields
from shared.database import engine as service_engine

IMPORTER = Actor("import")
DEFAULT_SECTION = "Thời sự"

Fields = dict[str, Any]
Reader = Callable[[Path], Iterator[tuple[str, "Fields | Refused"]]]
"""read(path) -> (where it stands, an article's fields or why it could not be read)."""

# Modules are loaded when a file asks for them: an XML reader is no weight on the API.
_MODULES = {"text": "page", "ndjson": "ndjson", "wxr": "wxr", "rss": "feed", "ninjs": "ninjs", "newsml": "newsml"}
FORMATS = tuple(_MODULES)
_SUFFIXES = {".txt": "text", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ninjs"}
_XML = (".xml", ".rss", ".atom", ".wxr")
_SNIFF_BYTES = 4096
# One commit for this many, some 20 ms of work: editors who save meanwhile wait that long.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one article, or in a dry run what would: created, updated, unchanged, or failed."""

    source: str
    status: str
    id: int | None = None
    version: int | None = None
    url: str = ""
    error: str = ""
    section: str = ""
    missing: tuple[str, ...] = ()
    """Addresses of pictures that were not at hand."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Options:
    """How to import. `status` is what articles become that do not say it themselves."""

    format: str = "auto"
    dry_run: bool = False
    status: str = "published"
    skip: int = 0
    """How many results an earlier run that was cut off has given already."""
    media_folder: Path | None = None
    """Where pictures lie that were copied along with the files."""
    fetcher: Fetcher | None = None
    """What fetches the other pictures; None: they are left out."""
    actor: Actor = IMPORTER


def import_paths(
    paths: list[Path], options: Options | None = None, engine: Engine | None = None
) -> Iterator[ImportResult]:
    """Save every article in files and folders; one result each, in their order."""
    chosen, store = options or Options(), engine or service_engine("ingest")
    # A dry run takes no picture over: what is not here yet counts as missing.
    sources = (None, None) if chosen.dry_run else (chosen.media_folder, chosen.fetcher)
    pictures = Pictures(store, chosen.actor, *sources)
    found = (item for path in paths for file in _files(path) for item in _read(file, chosen.format))
    rest = islice(found, chosen.skip, None)
    while part := list(islice(rest, _AT_ONCE)):
        yield from _work(part, chosen, pictures, store)


def format_of(file: Path) -> str | None:
    """The format of a file by its name and its beginning; None when it is none of ours."""
    suffix = file.suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    return format_of_xml(file) if suffix in _XML else None


def format_of_xml(file: Path) -> str:
    """Which of the XML formats a file is, by its beginning."""
    with file.open("rb") as stream:
        beginning = stream.read(_SNIFF_BYTES)
    if b"wordpress.org/export" in beginning:
        return "wxr"
    return "newsml" if b"iptc.org/std/nar" in beginning else "rss"


def fields_of(file: Path, kind: str) -> Iterator[tuple[str, "Fields | Refused"]]:
    """What the reader of a format finds in a file. Raises OSError, UnicodeDecodeError."""
    read: Reader = import_module(f"services.ingest.exchange.importers.{_MODULES[kind]}").read
    return read(file)


def _read(file: Path, format: str) -> Iterator[tuple[str, "Fields | Refused"]]:
    try:
        kind = format_of(file) if format == "auto" else format
        if kind is None:
            yield str(file), Refused("Không rõ định dạng của tệp; hãy nêu bằng --format.")
            return
        for item in fields_of(file, kind):
            bounded.going_on()
            yield item
    except (OSError, UnicodeDecodeError) as error:
        yield str(file), Refused(f"Không đọc được tệp: {error}"[:300])


def _work(
    part: list[tuple[str, "Fields | Refused"]], options: Options, pictures: Pictures, store: Engine
) -> list[ImportResult]:
    """The results of some articles, saved together."""
    results: list[ImportResult | None] = [None] * len(part)
    ready: list[tuple[int, ArticleInput, tuple[str, ...]]] = []
    for index, (where, fields) in enumerate(part):
        bounded.going_on()
        try:
            ready.append((index, *_sent(fields, options, pictures)))
        except Refused as refused:
            results[index] = _failed(where, refused)
    articles = [article for _, article, _ in ready]
    bounded.going_on()
    outcomes = _foresee(articles, store) if options.dry_run else save_many(store, articles, options.actor)
    for (index, article, missing), outcome in zip(ready, outcomes, strict=True):
        where = part[index][0]
        if isinstance(outcome, Refused):
            results[index] = _failed(where, outcome)
        elif isinstance(outcome, Saved):
            known = (outcome.result, outcome.id, outcome.version, outcome.url)
            results[index] = ImportResult(where, *known, section=article.section, missing=missing)
        else:
            results[index] = ImportResult(where, outcome, section=article.section, missing=missing)
    return [result for result in results if result is not None]


def _sent(fields: "Fields | Refused", options: Options, pictures: Pictures) -> tuple[ArticleInput, tuple[str, ...]]:
    """An article ready to be saved, and the pictures that were not at hand. Raises Refused."""
    if isinstance(fields, Refused):
        raise fields
    placed, missing = pictures.place(fields)
    known = {name: value for name, value in placed.items() if value is not None}
    return read_fields(ArticleInput, {"status": options.status, "section": DEFAULT_SECTION, **known}), missing


def _foresee(articles: list[ArticleInput], store: Engine) -> list[str | Refused]:
    """What saving would do. An article that comes twice is foreseen twice."""
    found: list[str | Refused] = []
    hashes: list[tuple[str | None, str]] = []
    for article in articles:
        try:
            hashes.append((article.external_id, prepare(article).input_hash))
            found.append("")
        except Refused as refused:
            found.append(refused)
    outlooks = iter(reading.outlook(store, hashes))
    return [one if isinstance(one, Refused) else next(outlooks) for one in found]


def _failed(where: str, refused: Refused) -> ImportResult:
    faults = "; ".join(f"{error['field']}: {error['message']}" for error in refused.errors)
    return ImportResult(where, "failed", error=faults or refused.detail)


def _files(path: Path) -> list[Path]:
    """The file itself, or every file of ours in a folder, in the order of their names."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and (file.suffix.lower() in (*_SUFFIXES, *_XML)))
