"""Who has the desk open in this process, and the one look a second that tells each of them how much they have not
read."""

import asyncio
from dataclasses import dataclass

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.store import watching
from services.ingest.desk_kit.streams import STREAMS, Stream
from services.ingest.inbox.store import entries
from services.ingest.kit.actors import Account
from shared.database import engine
from shared.telemetry import log

_LOOK_SECONDS = 0.5


@dataclass(eq=False, slots=True)
class OpenDesk:
    """A browser that is told; `mark` is how its person's inbox stood when it was told last."""

    token: str
    stream: Stream
    mark: tuple[int, int] | None


class InboxWatch:
    """The windows of this process."""

    def __init__(self) -> None:
        self._windows: set[OpenDesk] = set()
        self._reader: asyncio.Task[None] | None = None

    async def open(self, who: Account, token: str) -> OpenDesk:
        """A window that is told at once, and whenever something changes. Raises streams.Full."""
        stream = STREAMS.open(who.id, "inbox")
        try:
            mark, unread = await run_in_threadpool(_first, who)
        except BaseException:
            STREAMS.close(stream)
            raise
        window = OpenDesk(token, stream, mark)
        stream.tell("unread", _message(unread))
        self._windows.add(window)
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())
        return window

    def close(self, window: OpenDesk) -> None:
        """Nobody looks at it any more."""
        self._windows.discard(window)
        STREAMS.close(window.stream)

    async def _read(self) -> None:
        """Look as long as anybody does."""
        try:
            while self._windows:
                await asyncio.sleep(_LOOK_SECONDS)
                try:
                    await self._look()
                except SQLAlchemyError as error:
                    log.warning("inboxes were not read", error=repr(error)[:500])
        except Exception as error:
            log.error("the reader of inboxes failed", exc_info=error)
            STREAMS.end_all()
        finally:
            self._reader = None

    async def _look(self) -> None:
        windows = [*self._windows]
        marks = await run_in_threadpool(entries.marks, engine("ingest"), {one.stream.person for one in windows})
        changed = [one for one in windows if one.mark != marks.get(one.stream.person)]
        if not changed:
            return
        unread = await run_in_threadpool(_unread, {one.token for one in changed})
        for window in changed:
            window.mark = marks.get(window.stream.person)
            if window.token in unread:
                window.stream.tell("unread", _message(unread[window.token]))
            else:
                window.stream.end("signed-out")


WATCH = InboxWatch()


def _first(who: Account) -> tuple[tuple[int, int] | None, int]:
    source = engine("ingest")
    # The mark before the number: what comes in between is told again.
    mark = entries.marks(source, {who.id}).get(who.id)
    return mark, entries.unread(source, who)


def _unread(tokens: set[str]) -> dict[str, int]:
    """By the token of each session that is still open."""
    source = engine("ingest")
    found = watching.accounts_of(source, tokens)
    return {token: entries.unread(source, who) for token, who in found.items()}


def _message(unread: int) -> bytes:
    return orjson.dumps({"unread": unread})
