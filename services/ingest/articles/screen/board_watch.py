"""Who looks at the board in this process, and the one reader of the audit log that tells them what has changed.

Whatever changes an article stands in that log. What has changed is read once for all windows, drawn once a card, and
sent to those that may see it and want to; a window that missed something is told to load the board again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.store import watching
from services.ingest.articles.screen.chosen import Chosen
from services.ingest.articles.store import board
from services.ingest.articles.store.listing import ListFilter
from services.ingest.desk_kit import people, presence
from services.ingest.desk_kit.pages import environment
from services.ingest.desk_kit.windows import OpenWindow, Windows
from services.ingest.kit import audit
from services.ingest.kit.actors import Account
from services.ingest.kit.visibility import Seen, seen_by
from shared import telemetry
from shared.database import engine

# More entries at once are an import: windows load the board again instead.
_MOST_ENTRIES = 500
_MOST_CARDS = 60
# So many articles of a board are known to have been seen by its window; those changed last count.
_MOST_SEEN = 5000
_ALL = Seen(None, "")


@dataclass(eq=False, slots=True)
class OpenBoard(OpenWindow):
    """A board that somebody has open: how it is narrowed, and which articles it may show."""

    chosen: Chosen
    shown: set[int]


class BoardWatch(Windows[OpenBoard]):
    """`_at` is the entry of the log up to which the windows have been told."""

    def __init__(self) -> None:
        super().__init__("board")
        self._at = 0

    async def open(self, who: Account, token: str, chosen: Chosen, since: int) -> OpenBoard:
        """A window that has the board as it was at the entry `since`. Raises streams.Full."""
        stream, (shown, newest, has_missed) = await self._begun(who.id, partial(_first, who, chosen, since))
        if not self._windows:
            self._at = newest
        stream.entry = self._at
        if has_missed:
            # What went away from its page meanwhile is not known here.
            stream.tell("again")
        window = OpenBoard(token, stream, chosen, shown)
        self._add(window)
        return window

    async def _look(self) -> None:
        entries = await run_in_threadpool(audit.since, engine("ingest"), self._at, _MOST_ENTRIES)
        # A log that was put back to an older state ends before the last entry that was read.
        if not entries and await run_in_threadpool(audit.newest, engine("ingest")) >= self._at:
            return
        changed, windows = _articles_in(entries), [*self._windows]
        is_flood = not entries or len(entries) == _MOST_ENTRIES or len(changed) > _MOST_CARDS
        newest = await run_in_threadpool(audit.newest, engine("ingest")) if is_flood else entries[-1][0]
        told = await run_in_threadpool(_told, windows, changed) if changed and not is_flood else {}
        self._at = newest
        for window in windows:
            window.stream.entry = newest
            message = told.get(window, b"")
            if is_flood:
                window.stream.tell("again")
            elif message is None:
                window.stream.end("signed-out")
            elif message:
                window.stream.tell("change", message)
        if told:
            waited = datetime.now(UTC) - min(at for _, _, at in entries)
            telemetry.desk_change_told_seconds.observe(max(0.0, waited.total_seconds()))


WATCH = BoardWatch()


def _first(who: Account, chosen: Chosen, since: int) -> tuple[set[int], int, bool]:
    """Which articles a window may show, the newest entry of the log, and whether any article has changed since."""
    source, now = engine("ingest"), datetime.now(UTC)
    shown = board.ids(source, seen_by(who), chosen.filter(who, now), now, _MOST_SEEN)
    entries = audit.since(source, since, _MOST_ENTRIES)
    newest = audit.newest(source)
    has_missed = len(entries) == _MOST_ENTRIES or bool(_articles_in(entries)) or newest < since
    return shown, newest, has_missed


def _articles_in(entries: list[tuple[int, str, datetime]]) -> set[int]:
    subjects = (subject.partition(":") for _, subject, _ in entries)
    return {int(id_) for kind, _, id_ in subjects if kind == "article" and id_.isdigit()}


def _told(windows: list[OpenBoard], changed: set[int]) -> dict[OpenBoard, bytes | None]:
    """What each window is told of these articles: b"" nothing, None that its session has ended. What windows have in
    common is read and counted once."""
    source, now = engine("ingest"), datetime.now(UTC)
    accounts = watching.accounts_of(source, {window.token for window in windows})
    drawn: dict[int, dict[str, Any]] = {}

    @cache
    def found(wanted: ListFilter) -> tuple[dict[int, board.CardRow], list[board.Group]]:
        rows = board.cards(source, _ALL, wanted, now, changed)
        draw([row for id_, row in rows.items() if id_ not in drawn], drawn)
        return rows, board.groups(source, wanted, now)

    @cache
    def counted(wanted: ListFilter, seen: Seen) -> board.Counts:
        return board.counted(found(wanted)[1], seen)

    told: dict[OpenBoard, bytes | None] = {}
    for window in windows:
        who = accounts.get(window.token)
        if who is None:
            told[window] = None
            continue
        wanted, seen = window.chosen.filter(who, now), seen_by(who)
        seen = _ALL if seen.is_all else seen
        mine = {id_ for id_, row in found(wanted)[0].items() if seen.shows(row.section_id, row.created_by)}
        gone = sorted(window.shown & changed - mine)
        window.shown = window.shown - changed | mine
        if not mine and not gone:
            told[window] = b""
            continue
        counts = counted(wanted, seen)
        message = {"cards": [drawn[id_] for id_ in sorted(mine)], "gone": gone}
        told[window] = orjson.dumps({**message, "counts": counts.columns, "urgent": counts.urgent})
    return told


def draw(rows: list[board.CardRow], into: dict[int, dict[str, Any]]) -> None:
    """The cards of these rows, alike for everybody who may see them."""
    if not rows:
        return
    names = people.names(engine("ingest"), {row.held_by or row.created_by for row in rows})
    here = presence.who_is_at([f"article:{row.id}" for row in rows])
    template = environment().get_template("board_card.html")
    for row in rows:
        inside = here.get(f"article:{row.id}", {})
        html = template.render(row=row, names=names, here=inside, place=board.place_of(row))
        into[row.id] = {"id": row.id, "column": row.status, "html": html}
