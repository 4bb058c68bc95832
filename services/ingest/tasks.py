"""What ingest does for other services' messages: keeps readers' comments and dead letters, and says which it has."""

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments import store as comments
from services.ingest.ops import store as letters
from shared import handler
from shared.contracts.commands import HeldCommentsAnswer, ListHeldComments, StoreDeadLetter, SubmitComment

COMMANDS: handler.Commands = {
    SubmitComment: comments.hold,
    StoreDeadLetter: letters.keep,
}


def _held_comments(source: Engine, query: ListHeldComments) -> HeldCommentsAnswer:
    return HeldCommentsAnswer(tokens=comments.held(source, query.tokens))


QUESTIONS: handler.Questions = {ListHeldComments: _held_comments}


def register(app: Celery, source: Engine) -> None:
    handler.register(app, "ingest", source, commands=COMMANDS, questions=QUESTIONS)
