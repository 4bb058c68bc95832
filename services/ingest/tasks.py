"""What ingest does for other services' messages: keeps readers' comments and dead letters."""

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments import store as comments
from services.ingest.ops import store as letters
from shared.contracts.commands import StoreDeadLetter, SubmitComment
from shared.handler import executes

SERVICE = "ingest"


def register(app: Celery, source: Engine) -> None:
    """Give the app its handlers."""

    @executes(app, SubmitComment, SERVICE)
    def hold_comment(comment: SubmitComment) -> None:
        comments.hold(source, comment)

    @executes(app, StoreDeadLetter, SERVICE)
    def keep_letter(letter: StoreDeadLetter) -> None:
        letters.keep(source, letter)
