"""Who may ask is looked at when a request begins, and once more when its body has come.

Between the two may be hours: whoever sends a kilobyte a second is let (shared/http_guard.py). An account that is closed
meanwhile, a role that is taken away, a key that is revoked ends what they have begun.
"""

import time
from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A body that is here by then needs no second look.
SOON_SECONDS = 0.5
_NAME = "ingest.still"

Look = Callable[[], Awaitable[object]]
"""Raises Refused where who asked may not any more."""


def again(request: Request, look: Look) -> None:
    """Have `look()` called when the body's last part has come, before anybody works with it."""
    began = time.monotonic()

    async def late() -> None:
        if time.monotonic() - began > SOON_SECONDS:
            await look()

    request.scope[_NAME].append(late)


class StillThere:
    """The middleware that does it: reading the body raises what the look raises."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        looks: list[Look] = []
        scope[_NAME] = looks

        async def received() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                while looks:
                    await looks.pop()()
            return message

        await self._app(scope, received if scope["type"] == "http" else receive, send)
