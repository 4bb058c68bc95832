"""Asking a process whether it works: small clients of HTTP, Redis and the notes that processes leave."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from toasoan.place import Place
from toasoan.roles import ProcessRole, Proof

# A heartbeat older than this is no proof any more (processes beat every 2 s).
FRESH_SECONDS = 10.0


async def ready(role: ProcessRole, pid: int, place: Place, timeout_s: float = 2.0) -> bool:
    """Whether the process `pid` does the work of `role` now. Answers within `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            if role.proof is Proof.http:
                # Another program could sit on the port: the note says that this process got that far.
                return noted(role.name, pid, place) and await http_ready(place.probe_host, role.port)
            if role.proof is Proof.ping:
                return role.socket is not None and await ping(role.socket) == b"+PONG"
            if role.proof is Proof.heartbeat:
                return noted(role.name, pid, place) and beat_age(role.name, place) < FRESH_SECONDS
            return True
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


async def http_ready(host: str, port: int) -> bool:
    """GET /readyz answers 200."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        status = await reader.readline()
        return status.split(b" ")[1:2] == [b"200"]
    finally:
        writer.close()


async def ping(socket: Path) -> bytes:
    """A Redis server's first answer line; anything at all means that it is not stuck."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(b"PING\r\n")
        return (await reader.readuntil(b"\n")).strip()
    finally:
        writer.close()


def note(role: str, place: Place) -> dict[str, Any]:
    """What the role's process wrote about itself when it was ready; {} when it has not."""
    try:
        written = json.loads((place.run_dir / f"{role}.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}


def noted(role: str, pid: int, place: Place) -> bool:
    return note(role, place).get("pid") == pid


def beat(role: str, place: Place) -> float:
    """When the heartbeat file was last touched (epoch seconds); 0 when never."""
    try:
        return (place.run_dir / f"{role}.alive").stat().st_mtime
    except OSError:
        return 0.0


def beat_age(role: str, place: Place) -> float:
    return abs(time.time() - beat(role, place))
