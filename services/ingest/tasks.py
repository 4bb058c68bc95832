"""What ingest does for other services' messages: keeps readers' comments and dead letters."""

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments import store as comments
from services.ingest.kit.tables import dead_letters
from shared import deadletter
from shared.contracts.commands import StoreDeadLetter, SubmitComment
from shared.database import write
from shared.handler import executes

SERVICE = "ingest"


def register(app: Celery, source: Engine) -> None:
    """Give the app its handlers."""

    @executes(app, SubmitComment, SERVICE)
    def hold_comment(comment: SubmitComment) -> None:
        comments.hold(source, comment)

    @executes(app, StoreDeadLetter, SERVICE)
    def keep_letter(letter: StoreDeadLetter) -> None:
        with write(source) as connection:
            deadletter.store(connection, dead_letters, letter)
