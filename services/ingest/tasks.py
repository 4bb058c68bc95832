"""What ingest does for messages: keeps readers' comments and dead letters, begins anew what was given up."""

from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments import store as comments
from services.ingest.exchange.store import jobs
from services.ingest.feeds import store as feeds
from services.ingest.ops import store as letters
from shared.contracts.commands import Command, RetryJob, StoreDeadLetter, SubmitComment
from shared.handler import executes

SERVICE = "ingest"

_JOBS = {"import": jobs.begin_anew, "feed": feeds.begin_anew}


def _retry(engine: Engine, command: RetryJob) -> None:
    _JOBS[command.job](engine, command.id)


HANDLERS: dict[type[Command], Callable[[Engine, Any], None]] = {
    SubmitComment: comments.hold,
    StoreDeadLetter: letters.keep,
    RetryJob: _retry,
}


def register(app: Celery, source: Engine) -> None:
    """Give the app a handler for each command that ingest carries out."""
    for command, work in HANDLERS.items():
        executes(app, command, SERVICE)(partial(work, source))
