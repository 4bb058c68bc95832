"""What ingest does for other services' messages: keeps readers' comments and dead letters."""

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments import store as comments
from services.ingest.ops import store as letters
from shared import handler
from shared.contracts.commands import StoreDeadLetter, SubmitComment

COMMANDS: handler.Commands = {
    SubmitComment: comments.hold,
    StoreDeadLetter: letters.keep,
}


def register(app: Celery, source: Engine) -> None:
    handler.register(app, "ingest", source, commands=COMMANDS)
