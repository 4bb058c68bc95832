"""Who has the desk open in this process, and the look that tells each of them how much they have not read."""

from dataclasses import dataclass
from functools import partial

import orjson
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.store import watching
from services.ingest.desk_kit.windows import OpenWindow, Windows
from services.ingest.inbox.store import entries
from services.ingest.kit.actors import Account
from shared.database import engine


@dataclass(eq=False, slots=True)
class OpenDesk(OpenWindow):
    """A browser that is told; `mark` is how its person's inbox stood when it was told last."""

    mark: tuple[int, int] | None


class InboxWatch(Windows[OpenDesk]):
    """Told at once, and whenever something changes."""

    def __init__(self) -> None:
        super().__init__("inbox")

    async def open(self, who: Account, token: str) -> OpenDesk:
        """A window. Raises streams.Full."""
        stream, (mark, unread) = await self._begun(who.id, partial(_first, who))
        stream.tell("unread", _message(unread))
        window = OpenDesk(token, stream, mark)
        self._add(window)
        return window

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
