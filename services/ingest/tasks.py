"""What ingest does for messages: keeps comments, tips and dead letters, says which it has, begins anew what was given
up."""

from celery import Celery
from sqlalchemy import Engine

from services.ingest.comments.store import comments, visitors
from services.ingest.exchange.store import jobs
from services.ingest.feeds import store as feeds
from services.ingest.ops import store as letters
from services.ingest.tips import store as tips
from shared import handler
from shared.contracts.commands import RetryJob, StoreDeadLetter
from shared.contracts.from_readers import (
    HeldCommentsAnswer,
    HeldTipsAnswer,
    LikeComment,
    ListHeldComments,
    ListHeldTips,
    ReportComment,
    SubmitComment,
    SubmitTip,
    SubmitTipPhoto,
)
from shared.contracts.handled import Handled

_JOBS = {"import": jobs.begin_anew, "feed": feeds.begin_anew}


def retry(engine: Engine, command: RetryJob) -> None:
    _JOBS[command.job](engine, command.id)


def _held_comments(source: Engine, query: ListHeldComments) -> HeldCommentsAnswer:
    return HeldCommentsAnswer(
        tokens=comments.held(source, query.tokens),
        reports=visitors.settled_reports(source, query.reports),
        likes=visitors.settled_likes(source, query.likes),
    )


def _held_tips(source: Engine, query: ListHeldTips) -> HeldTipsAnswer:
    return HeldTipsAnswer(tokens=tips.held(source, query.tokens), lacking=tips.lacking(source, query.tokens))


HANDLERS: tuple[Handled[Engine], ...] = (
    SubmitComment.done_by(comments.hold),
    ReportComment.done_by(visitors.report),
    LikeComment.done_by(visitors.like),
    SubmitTip.done_by(tips.hold),
    SubmitTipPhoto.done_by(tips.hold_photo),
    ListHeldTips.answered_by(_held_tips),
    StoreDeadLetter.done_by(letters.keep),
    RetryJob.done_by(retry),
    ListHeldComments.answered_by(_held_comments),
)


def register(app: Celery, source: Engine) -> None:
    handler.register(app, "ingest", source, HANDLERS)
