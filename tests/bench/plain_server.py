"""What asyncio alone can do: `python plain_server.py PORT FILE` answers every request with the bytes of the file."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvloop

_PORT, _ANSWER = int(sys.argv[1]), Path(sys.argv[2]).read_bytes()


class Plain(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(_ANSWER)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Plain, "127.0.0.1", _PORT)
    await server.serve_forever()


uvloop.run(_serve())
