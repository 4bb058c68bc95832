"""What other services send is kept once."""

from datetime import UTC, datetime

from celery import Celery
from sqlalchemy import Engine, select

from services.ingest import tasks
from services.ingest.comments.store import comments
from services.ingest.kit.tables import dead_letters
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.from_readers import SubmitComment
from shared.database import write
from tests.contract.ingest.conftest import Save


def test_messages_of_other_services_are_kept(store: Engine, save: Save) -> None:
    app = Celery("tests", set_as_current=False)
    tasks.register(app, store)
    comment = SubmitComment(token="x", article_id=save().id, name="Lan", text="Xin chào", at=datetime.now(UTC))
    letter = StoreDeadLetter(
        id="l1",
        service="web",
        task="web.article_published",
        source_queue="page",
        message={"events": []},
        error="ValueError",
        attempts=5,
        at=datetime.now(UTC),
    )
    for _ in range(2):
        app.tasks["ingest.submit_comment"].apply(kwargs={"message": comment.model_dump(mode="json")}).get()
        app.tasks["ingest.store_dead_letter"].apply(kwargs={"message": letter.model_dump(mode="json")}).get()
    assert len(comments.listed(store)) == 1
    with write(store) as connection:
        assert connection.execute(select(dead_letters.c.id)).scalars().all() == ["l1"]
