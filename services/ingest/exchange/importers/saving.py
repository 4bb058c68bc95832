"""Saves what readers found, and tells what became of each; a dry run does the same and takes it back."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from services.ingest.articles.content import input_hash
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.rules import UNFINISHED
from services.ingest.articles.store import articles, reading, workflow
from services.ingest.articles.store.many import rehearse_many, save_many
from services.ingest.articles.versions import Saved
from services.ingest.comments.store import imported
from services.ingest.comments.store.imported import FormerComment
from services.ingest.exchange.importers.fitting import UNTITLED, fitted, hold_if_empty
from services.ingest.exchange.importers.found import ForeignArticle, LeftOut, Piece, WireVersion
from services.ingest.exchange.importers.pictures import Pictures
from services.ingest.exchange.store import wires
from services.ingest.kit import bounded
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.json_input import read_fields
from shared import clock

IMPORTER = Actor("import")
DEFAULT_SECTION = "Thời sự"
_TAKEN_OFF = "gỡ bài đang xuất bản: nơi gửi không còn để công khai"
_TAKEN_OFF_NOTE = "Gỡ khi nhập lại: nơi gửi không còn để công khai."
_STILL = "ảnh động: giữ hình đầu"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one article, or in a dry run what would: created, updated, unchanged, withdrawn or failed; or
    left_out: `count` things of a kind that are not taken, `error` says why."""

    source: str
    status: str
    id: int | None = None
    version: int | None = None
    url: str = ""
    error: str = ""
    section: str = ""
    missing: tuple[str, ...] = ()
    """Addresses of pictures that were not at hand."""
    kind: str = "bài"
    count: int = 1
    changes: tuple[str, ...] = ()
    """What was mended on the way."""
    comments: int = 0
    """How many of readers' comments came with it."""

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


@dataclass(slots=True)
class _Ready:
    place: int
    found: ForeignArticle
    article: ArticleInput
    until: datetime | None
    missing: tuple[str, ...]
    took_pictures: bool

    @property
    def is_held(self) -> bool:
        """Whether its source lets nobody read it now. (What is a draft only because it is none of our kinds, a page,
        was published by somebody here.)"""
        is_closed = self.article.status in UNFINISHED or self.until is not None
        return is_closed and self.found.kind == "bài" and not self.found.is_ours


def _parts(ready: list[_Ready]) -> Iterator[list[_Ready]]:
    """What is saved together: before something is held, what came of it earlier is saved."""
    part: list[_Ready] = []
    for one in ready:
        if one.is_held and any(one.article.external_id == before.article.external_id for before in part):
            yield part
            part = []
        part.append(one)
    yield part


class Saver:
    """Saves what comes, part by part. In a dry run nothing stays: what earlier parts would have left is kept here."""

    def __init__(self, engine: Engine, options: Options, folders: Iterable[Path] = ()) -> None:
        self._engine, self._options = engine, options
        beside = [options.media_folder] if options.media_folder else []
        self._pictures = Pictures(engine, options.actor, [*beside, *folders], options.fetcher, rehearse=options.dry_run)
        self._would_be: dict[str, tuple[str, str]] = {}
        """In a dry run: external id -> (hash of what was sent, status)."""
        self._versions: dict[str, WireVersion] = {}

    def save(self, part: list[tuple[str, Piece]]) -> list[ImportResult]:
        """What became of each piece, in its order."""
        results: list[ImportResult | None] = [None] * len(part)
        ready: list[_Ready] = []
        for place, (where, piece) in enumerate(part):
            bounded.going_on()
            if isinstance(piece, LeftOut):
                results[place] = ImportResult(where, "left_out", error=piece.reason, kind=piece.kind, count=piece.count)
                continue
            try:
                ready.append(self._ready(place, piece))
            except Refused as refused:
                results[place] = _failed(where, refused, piece)
        for one in self._older(ready):
            ready.remove(one)
            results[one.place] = ImportResult(
                part[one.place][0],
                "left_out",
                error="đã có bản mới hơn",
                kind="bản cũ của một tin",
                section=one.article.section,
            )
        bounded.going_on()
        for one in [one for one in ready if one.found.killed]:
            if self._take_back(part[one.place][0], one, results):
                ready.remove(one)
            elif one.article.title == UNTITLED and not one.article.body:
                ready.remove(one)
                results[one.place] = ImportResult(
                    part[one.place][0], "left_out", error="không có tin nào như thế ở đây", kind="lệnh hủy tin"
                )
        outcomes = [outcome for part in _parts(ready) for outcome in self._saved(part)]
        if not self._options.dry_run:
            self._take_comments(ready, outcomes)
        for one, outcome in zip(ready, outcomes, strict=True):
            results[one.place] = self._told(part[one.place][0], one, outcome)
        return [result for result in results if result is not None]

    def _ready(self, place: int, piece: ForeignArticle | Refused) -> _Ready:
        """An article ready to be saved. Raises Refused."""
        if isinstance(piece, Refused):
            raise piece
        fields, until = fitted(piece, self._options.status, DEFAULT_SECTION, clock.moment())
        if piece.is_ours:
            # Whoever wrote it: nothing is known of its fields yet, and what follows works with them.
            read_fields(ArticleInput, fields)
        placed, missing, took = self._pictures.place(fields, piece.beside)
        piece.changes += [_STILL] if self._pictures.moved else []
        hold_if_empty(piece, placed, has_pictures=took)
        return _Ready(place, piece, read_fields(ArticleInput, placed), until, missing, took)

    def _older(self, ready: list[_Ready]) -> list[_Ready]:
        """Those of which a newer version has come already; of the others it is noted that they came. That is noted
        before they are saved: should this end in between, no older one takes their place."""
        said = [(one, one.article.external_id, one.found.version) for one in ready]
        wire = [(one, name, version) for one, name, version in said if name and version]
        known = wires.known(self._engine, [name for _, name, _ in wire])
        if self._options.dry_run:
            known |= {name: self._versions[name] for _, name, _ in wire if name in self._versions}
        older, came = [], dict[str, WireVersion]()
        for one, name, version in wire:
            before = came.get(name) or known.get(name)
            if before is not None and version < before:
                older.append(one)
            elif version != before:
                came[name] = version
        if self._options.dry_run:
            self._versions |= came
        else:
            wires.note(self._engine, came)
        return older

    def _saved(self, ready: list[_Ready]) -> list[Saved | Refused]:
        sent, held = [one.article for one in ready], [self._hold_back(one) for one in ready]
        if not self._options.dry_run:
            return save_many(self._engine, sent, self._options.actor)
        outcomes = rehearse_many(self._engine, sent, self._options.actor)
        foreseen = [
            Saved(0, 0, article.status or "draft", "", "updated") if is_held else outcome
            for article, is_held, outcome in zip(sent, held, outcomes, strict=True)
        ]
        return [self._foreseen(article, outcome) for article, outcome in zip(sent, foreseen, strict=True)]

    def _hold_back(self, one: _Ready) -> bool:
        """Take from readers what they see and its source now holds; False where there is nothing to take."""
        name = one.article.external_id
        if not name or not one.is_held:
            return False
        row, before = reading.by_external_id(self._engine, name), self._would_be.get(name)
        if (before[1] if before else row.status if row else "") != "published":
            return False
        one.found.changes.append(_TAKEN_OFF)
        if row is not None and not self._options.dry_run:
            articles.unpublish(self._engine, row.id, self._options.actor)
            workflow.add_note(self._engine, row.id, _TAKEN_OFF_NOTE, self._options.actor)
        return True

    def _foreseen(self, article: ArticleInput, outcome: Saved | Refused) -> Saved | Refused:
        """What saving would do to an article that an earlier part would have left."""
        name = article.external_id
        if name is None or isinstance(outcome, Refused):
            return outcome
        digest = input_hash(article)
        before = self._would_be.get(name)
        self._would_be[name] = (digest, outcome.status)
        if before is None:
            return outcome
        return Saved(0, 0, outcome.status, "", "unchanged" if before[0] == digest else "updated")

    def _told(self, where: str, one: _Ready, outcome: Saved | Refused) -> ImportResult:
        found = one.found
        if isinstance(outcome, Refused):
            return _failed(where, outcome, found)
        result = outcome.result
        if self._options.dry_run:
            # The pictures that it would take are new to it.
            result = "updated" if result == "unchanged" and one.took_pictures else result
            known: tuple[int | None, int | None, str] = (None, None, "")
        else:
            known = (outcome.id, outcome.version, outcome.url)
            self._note(outcome, one)
        changes, comments = tuple(dict.fromkeys(found.changes)), len(found.comments)
        return ImportResult(
            where, result, *known, "", one.article.section, one.missing, found.kind, 1, changes, comments
        )

    def _take_comments(self, ready: list[_Ready], outcomes: list[Saved | Refused]) -> None:
        """Of articles that were here before as well: an import that was cut off goes on."""
        found: dict[int, list[FormerComment]] = {}
        for one, outcome in zip(ready, outcomes, strict=True):
            if isinstance(outcome, Saved) and one.found.comments:
                found.setdefault(outcome.id, []).extend(one.found.comments)
        if found:
            imported.take(self._engine, found, self._options.actor)

    def _note(self, saved: Saved, one: _Ready) -> None:
        """What editors should know, and until when it is held."""
        if saved.result == "unchanged":
            return
        actor = self._options.actor
        if one.until is not None and saved.status != "published":
            workflow.set_embargo(self._engine, saved.id, one.until, actor)
        for note in one.found.notes():
            workflow.add_note(self._engine, saved.id, note, actor)

    def _take_back(self, where: str, one: _Ready, results: list[ImportResult | None]) -> bool:
        """Take from readers what its agency took back; False where there is nothing to take from them."""
        name, reason, actor = one.article.external_id, one.found.killed, self._options.actor
        row = reading.by_external_id(self._engine, name) if name else None
        before = self._would_be.get(name or "")
        status = before[1] if before else row.status if row else ""
        if status == "withdrawn":
            results[one.place] = ImportResult(where, "unchanged", row.id if row else None, section=one.article.section)
            return True
        if status not in ("published", "scheduled", "unpublished"):
            return False
        if self._options.dry_run:
            self._would_be[name or ""] = (before[0] if before else "", "withdrawn")
            results[one.place] = ImportResult(where, "withdrawn", section=one.article.section)
            return True
        assert row is not None
        try:
            done = take_back(self._engine, row.id, reason, actor)
        except Refused as refused:
            results[one.place] = _failed(where, refused, one.found)
        else:
            assert done is not None
            results[one.place] = ImportResult(
                where, "withdrawn", done.id, done.version, done.url, section=one.article.section
            )
        return True


def take_back(engine: Engine, article_id: int, reason: str, actor: Actor = IMPORTER) -> Saved | None:
    """Take an article from readers because its agency took it back: withdrawn if it was ever public, else off the
    schedule. None for one that readers would not see. Raises Refused."""
    row = reading.row_of(engine, article_id)
    if row.status not in ("published", "scheduled", "unpublished"):
        return None
    if row.public_version is None:
        done = articles.unpublish(engine, article_id, actor)
    else:
        done = articles.withdraw(engine, article_id, reason, actor)
    workflow.add_note(engine, article_id, f"{reason[:1].upper()}{reason[1:]}.", actor)
    return done


def _failed(where: str, refused: Refused, piece: Piece) -> ImportResult:
    faults = "; ".join(f"{error['field']}: {error['message']}".removeprefix(": ") for error in refused.errors)
    told = faults or refused.detail
    if not isinstance(piece, ForeignArticle):
        return ImportResult(where, "failed", error=told)
    lost = f" (và {len(piece.comments)} bình luận của bạn đọc)" if piece.comments else ""
    return ImportResult(where, "failed", error=told + lost, kind=piece.kind)
