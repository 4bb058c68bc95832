"""Web's HTTP process: `python -m services.web.app`."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.web import address_uses, api, asked, static_files, tip_form
from services.web.beacons import ViewSink
from services.web.cache import PageCache
from services.web.cached_response import StaticEntry, keeping, security_headers
from services.web.changes import Changes
from services.web.comment_journal import CommentJournal
from services.web.commenting import Comments
from services.web.hotpath import Clock, make_protocol
from services.web.pagemaking import PageMaker
from services.web.pages.paper import paper_of
from services.web.reading import reading
from services.web.render import make_renderer
from services.web.responding import Responder
from services.web.routes import resolve
from services.web.searching import Searching
from services.web.tip_journal import TipJournal
from services.web.tipping import Tips
from shared import process, telemetry
from shared.api import page as docs
from shared.api.described import Described
from shared.asgi import Measured, problem
from shared.ask import Asker
from shared.celery_factory import publisher
from shared.database import engine
from shared.http_guard import close_slow
from shared.http_server import Server
from shared.media_files import MediaFiles
from shared.release import VERSION
from shared.settings import get_settings
from shared.telemetry import log
from shared.views.token import ViewTokens

ROLE = "web.http"
CACHE_BYTES = 48_000_000
_STOP_SECONDS = 8
_WARM_SECTIONS = 12
_USES_SECONDS = 30.0


class Web:
    """The parts of one process, made on its event loop."""

    def __init__(self) -> None:
        settings = get_settings()
        source = engine("web")
        self.engine = source
        self.maker = PageMaker(source, settings, make_renderer(settings))
        self.pages = PageCache(self.maker.make, ViewTokens(settings.secret_key), CACHE_BYTES)
        self.changes = Changes(source, self.pages)
        self.clock = Clock()
        self.asker = Asker(publisher("web"))
        self.sink = ViewSink(ask=self.asker.ask_sync, asked=self.pages.asked)
        # Beside the journal of views: a container keeps that folder.
        journal = CommentJournal(settings.data_dir / "views" / "comments")
        self.comments = Comments(journal, self.asker.ask_sync)
        self.tips = Tips(TipJournal(settings.data_dir / "views" / "tips"), self.asker.ask_sync)
        self.responder = Responder(self.pages, self.maker)
        self.protocol = make_protocol(self.pages, self.sink, self.clock)
        self.ready = False

    async def start(self, app: FastAPI) -> None:
        self.asker.start()
        app.state.web = asked.State(self.responder, Searching(self.asker), self.sink, self.comments)
        app.state.tips = self.tips
        for file in static_files.files(get_settings()).values():
            self.pages.hot[file.address.encode()] = StaticEntry(file)
        await self.sink.start()
        await self.changes.begin()
        await self.pages.warm(await self._first_pages())
        _collect_rarely()
        self.ready = True

    async def _first_pages(self) -> list[Any]:
        """What most readers want first: the front page and the sections."""

        def paths() -> list[str]:
            with reading(self.engine) as view:
                return [section.path for section in view.sections()[:_WARM_SECTIONS]]

        try:
            wanted = await asyncio.to_thread(paths)
        except Exception as error:
            log.warning("starting without a database", error=repr(error)[:200])
            wanted = []
        return [address for path in ("/", *wanted) if (address := resolve(path, "")) is not None]

    async def tick(self) -> None:
        """Once a second: clocks, numbers for metrics, connections that keep us waiting."""
        beat = 0
        while True:
            self.clock.tick()
            self.pages.tick()
            self.changes.tick()
            self._count_hits()
            if beat % 2 == 0:
                process.alive(ROLE)
            for server in SERVERS:
                await server.set_date()
                if beat % 2 == 0:
                    close_slow(server.server_state.connections)
            beat += 1
            await asyncio.sleep(1)

    async def note_uses(self) -> None:
        """Write down twice a minute who was led where from addresses of a former site."""
        while True:
            await asyncio.sleep(_USES_SECONDS)
            await self._write_uses()

    async def _write_uses(self) -> None:
        uses = self.responder.former.uses
        if taken := uses.take():
            try:
                await asyncio.to_thread(address_uses.add, self.engine, taken)
            except (DBAPIError, PoolTimeoutError) as error:
                log.warning("uses of former addresses not written", error=str(error)[:200])
                uses.give_back(taken)

    def _count_hits(self) -> None:
        hits = dict(self.pages.hits)
        self.pages.hits.clear()
        for kind, number in hits.items():
            telemetry.page_cache_hits_total.inc(number)
            telemetry.http_requests_total.labels("web", kind, "GET", 200).inc(number)
            telemetry.observe_many(telemetry.http_request_seconds.labels("web", kind), 0.0, number)

    async def close(self) -> None:
        await self._write_uses()
        await self.sink.close()
        self.asker.close()
        self.pages.close()


def _collect_rarely() -> None:
    """Every reader waits while Python looks through all objects for cycles: 50 to 100 ms, again and again while a
    crawler fills the cache. What is loaded by now stays anyhow, and pages are freed without it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1000)


SERVERS: list[Server] = []
"""This process's server, for its list of connections."""


def make_app(web: Web) -> FastAPI:
    """The app: everything that the hot path leaves to a framework."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await web.start(app)
        settings = get_settings()
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        process.register(ROLE, f"http://{host}:{settings.web_port}/metrics")
        loops = (web.tick(), web.changes.follow(), web.comments.follow(), web.tips.follow(), web.note_uses())
        running = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await web.close()

    app = Described(title="Tòa Soạn web", summary="Read, search and comment on published articles.", lifespan=life)
    app.add_middleware(Measured, service="web", headers=security_headers())
    app.add_exception_handler(asked.Answered, asked.answered)
    app.include_router(api.router)
    app.include_router(tip_form.router)
    docs.publish(app)
    app.mount("/media", MediaFiles(get_settings().media_dir, _public), name="media")

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        refused = "theme refused\n" if telemetry.REGISTRY.get_sample_value("theme_refused") else ""
        return Response(f"ok {VERSION}\n{refused}", media_type="text/plain")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        # Nothing shared is asked: pages in the cache are served whatever is down.
        if web.pages.blind:
            return Response("cannot read what has changed\n", 503, media_type="text/plain")
        return Response("ok\n" if web.ready else "starting\n", 200 if web.ready else 503, media_type="text/plain")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(telemetry.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        path = request.url.path
        if path.startswith("/api/") and "GET" not in (app.allowed(path) or "GET"):
            raise HTTPException(405)
        return await asked.state(request).responder.page(request)

    @app.exception_handler(405)
    async def not_so(request: Request, _error: Exception) -> Response:
        headers = {"allow": app.allowed(request.url.path) or "GET, HEAD"}
        detail = "Địa chỉ này không nhận cách gọi (method) vừa dùng."
        return problem(405, "Không dùng được cách gọi này", detail, headers=headers)

    @app.exception_handler(404)
    async def not_found(request: Request, _error: Exception) -> Response:
        return await asked.state(request).responder.error(request, 404)

    return app


async def _public(request: Request, name: str) -> dict[str, str] | Response:
    """For MediaFiles: what a public article shows."""
    responder: Responder = request.app.state.web.responder
    found = await responder.media(name)
    if not isinstance(found, int):
        # Feeds and other sites show them too, as from behind nginx.
        return {**keeping(found.page), "cross-origin-resource-policy": "cross-origin"}
    return responder.unavailable(request) if found == 503 else await responder.error(request, found)


async def serve() -> None:
    settings = get_settings()
    web = Web()
    server = Server(
        uvicorn.Config(
            make_app(web),
            host=settings.host,
            port=settings.web_port,
            http=web.protocol,
            ws="none",
            # services.web.clients says whom to believe about addresses; uvicorn would believe this machine.
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_STOP_SECONDS,
            backlog=4096,
        )
    )
    SERVERS.append(server)
    await server.serve()


def main() -> int:
    import uvloop

    process.prepare(ROLE)
    try:
        paper_of(get_settings())
    except (OSError, ValueError) as error:
        log.error("paper file refused", error=str(error))
        return 1
    migrate_patiently()
    uvloop.run(serve())
    return 0


def migrate_patiently() -> None:
    """A database that is away must not keep the process from starting: it waits for it, and says so to readers."""
    from shared.database import migrate

    try:
        migrate("web")
    except Exception as error:
        log.warning("database not migrated", error=repr(error)[:200])


if __name__ == "__main__":
    sys.exit(main())
