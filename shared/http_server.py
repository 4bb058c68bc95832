"""uvicorn's server, which sleeps while nobody asks: the original looks ten times a second whether it should end."""

import asyncio
import resource
from types import FrameType

import uvicorn

_FILES = 65_536
"""A connection is one; shells begin with a thousand, which one client could take."""


class Server(uvicorn.Server):
    """Ends at SIGTERM and SIGINT. An app that wants uvicorn's Date header calls `set_date` once a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._signalled = asyncio.Event()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= soft < _FILES:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard) if hard >= 0 else _FILES, hard))

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.set_date()
        if not self.should_exit:
            await self._signalled.wait()

    async def set_date(self) -> None:
        # Tick 0 is the one that does.
        await self.on_tick(0)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._signalled.set)
