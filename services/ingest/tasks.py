"""What ingest does for messages: keeps comments and dead letters, says which it has, begins anew what was given up."""

from typing import Any

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments.store import comments, visitors
from services.ingest.exchange.store import jobs
from services.ingest.feeds import store as feeds
from services.ingest.ops import store as letters
from shared import handler
from shared.contracts.commands import (
    HeldCommentsAnswer,
    ListHeldComments,
    ReportComment,
    RetryJob,
    StoreDeadLetter,
    SubmitComment,
)

_JOBS: dict[str, Any] = {"import": jobs.begin_anew, "feed": feeds.begin_anew}


def _retry(engine: Engine, command: RetryJob) -> None:
    _JOBS[command.job](engine, command.id)


COMMANDS: handler.Commands = {
    SubmitComment: comments.hold,
    ReportComment: visitors.report,
    StoreDeadLetter: letters.keep,
    RetryJob: _retry,
}


def _held_comments(source: Engine, query: ListHeldComments) -> HeldCommentsAnswer:
    return HeldCommentsAnswer(tokens=comments.held(source, query.tokens))


QUESTIONS: handler.Questions = {ListHeldComments: _held_comments}


def register(app: Celery, source: Engine) -> None:
    handler.register(app, "ingest", source, commands=COMMANDS, questions=QUESTIONS)
