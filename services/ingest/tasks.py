"""What ingest does for other services' messages: keeps readers' comments and dead letters."""

from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments import store as comments
from services.ingest.ops import store as letters
from shared.contracts.commands import Command, StoreDeadLetter, SubmitComment
from shared.handler import executes

SERVICE = "ingest"

HANDLERS: dict[type[Command], Callable[[Engine, Any], None]] = {
    SubmitComment: comments.hold,
    StoreDeadLetter: letters.keep,
}


def register(app: Celery, source: Engine) -> None:
    """Give the app a handler for each command that ingest carries out."""
    for command, work in HANDLERS.items():
        executes(app, command, SERVICE)(partial(work, source))
