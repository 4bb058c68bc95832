"""/healthz, /readyz, /metrics."""

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from services.ingest.articles.tables import articles
from shared import telemetry
from shared.database import engine, read
from shared.release import VERSION

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers, and which release it is."""
    return Response(f"ok {VERSION}\n", media_type="text/plain")


@router.get("/readyz")
async def readyz() -> Response:
    """The process can work: its database answers."""
    try:
        await run_in_threadpool(_look)
    except SQLAlchemyError:
        return Response("no database\n", 503, media_type="text/plain")
    return Response("ok\n", media_type="text/plain")


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(telemetry.REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _look() -> None:
    with read(engine("ingest")) as connection:
        connection.execute(select(articles.c.id).limit(1)).first()
