"""Ingest's HTTP process: `python -m services.ingest.app`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from services.ingest.articles.api import articles, batch, blocks
from services.ingest.articles.api.answers import StaleProblem
from services.ingest.desk_kit import asking
from services.ingest.desk_kit.app import make_desk
from services.ingest.desk_kit.streams import STREAMS
from services.ingest.files import may_have
from services.ingest.front_page import api as front_page
from services.ingest.kit import problems
from services.ingest.kit.still import StillThere
from services.ingest.live_coverage import api as live_coverage
from services.ingest.media import api as media
from services.ingest.ops import api as watch
from services.ingest.screens import SCREENS
from services.ingest.sections import api as sections
from services.ingest.webhooks import api as webhooks
from shared import process
from shared.api import page
from shared.api.described import Described
from shared.asgi import Measured
from shared.database import migrate
from shared.http_guard import GuardedHttp, close_slow
from shared.http_server import Server
from shared.media_files import MediaFiles
from shared.settings import get_settings

ROLE = "ingest.http"
# Each may hold a database connection with its cache; SQL has two cores to run on in any case.
_THREADS = 6
_STOP_SECONDS = 8
SERVERS: list[Server] = []
"""This process's server, for its list of connections."""
_HEADERS = (("x-content-type-options", "nosniff"), ("cache-control", "no-store"))


def make_app() -> FastAPI:
    """The app: the API, the editors' desk, and what watches them."""
    # Redirects to the same path with a slash would name whatever host the request names.
    app = Described(
        title="Tòa Soạn ingest",
        summary="Write, publish, correct and withdraw articles.",
        problems={412: StaleProblem},
        lifespan=_life,
        redirect_slashes=False,
    )
    problems.install(app)
    # Before "/api/articles/{id}" for the order of reading only: the colon parts them.
    for door in (batch, articles, blocks, live_coverage, sections, front_page, media, watch):
        app.include_router(door.router)
    webhooks.describe(app.webhooks)
    page.publish(app)
    app.mount("/desk", make_desk(SCREENS), name="desk")
    for short, whole in (("/desk", "/desk/"), ("/ops", "/desk/ops"), ("/ops/", "/desk/ops")):
        app.add_route(short, partial(_redirect, whole), include_in_schema=False)
    app.mount("/media", MediaFiles(get_settings().media_dir, may_have), name="media")
    app.add_middleware(StillThere)
    app.add_middleware(Measured, service="ingest", headers=_HEADERS)
    return app


async def _redirect(whole: str, _request: Request) -> Response:
    return RedirectResponse(whole)


@asynccontextmanager
async def _life(_app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    settings = get_settings()
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    process.register(ROLE, f"http://{host}:{settings.ingest_port}/metrics")
    beat = asyncio.create_task(_beat())
    try:
        yield
    finally:
        asking.close()
        beat.cancel()
        with suppress(asyncio.CancelledError):
            await beat


async def _beat() -> None:
    while True:
        process.alive(ROLE)
        for server in SERVERS:
            close_slow(server.server_state.connections)
            if server.should_exit:
                # The server waits for all answers.
                STREAMS.end_all()
        await asyncio.sleep(process.BEAT_SECONDS)


def main() -> int:
    process.prepare(ROLE)
    migrate("ingest")
    settings = get_settings()
    config = uvicorn.Config(
        make_app(),
        host=settings.host,
        port=settings.ingest_port,
        http=GuardedHttp,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        # Only who is named may say for whom it asks: login limits count addresses.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOP_SECONDS,
        limit_concurrency=500,
    )
    SERVERS.append(Server(config))
    SERVERS[0].run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
