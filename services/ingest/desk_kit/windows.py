"""The open windows of one kind of page in this process, and the one reader that looks for all of them."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from services.ingest.desk_kit.streams import STREAMS, Stream
from shared.telemetry import log

# Two seconds are promised from a change to the windows.
_LOOK_SECONDS = 0.5

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class OpenWindow:
    """`token`: of the session that it is open in."""

    token: str
    stream: Stream


W = TypeVar("W", bound=OpenWindow)


class Windows(ABC, Generic[W]):
    """`kind` is "board" or "inbox"; what is looked at, and told, its own class knows."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._windows: set[W] = set()
        self._reader: asyncio.Task[None] | None = None

    @abstractmethod
    async def _look(self) -> None:
        """Tell the windows what has changed since the last look."""

    async def _begun(self, person: int, first: Callable[[], T]) -> tuple[Stream, T]:
        """A stream, and what its window has to begin with. Raises streams.Full."""
        stream = STREAMS.open(person, self._kind)
        try:
            return stream, await run_in_threadpool(first)
        except BaseException:
            STREAMS.close(stream)
            raise

    def _add(self, window: W) -> None:
        self._windows.add(window)
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())

    def close(self, window: W) -> None:
        """Nobody looks at it any more."""
        self._windows.discard(window)
        STREAMS.close(window.stream)

    async def _read(self) -> None:
        """Look as long as anybody does."""
        try:
            while self._windows:
                try:
                    await self._look()
                except SQLAlchemyError as error:
                    log.warning("changes for open windows were not read", kind=self._kind, error=repr(error)[:500])
                await asyncio.sleep(_LOOK_SECONDS)
        except Exception as error:
            log.error("the reader for open windows failed", kind=self._kind, exc_info=error)
            STREAMS.end_all()
        finally:
            self._reader = None
