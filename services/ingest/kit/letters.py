"""What ingest itself gives up lies beside all services' dead letters, until somebody tries it again or drops it."""

from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection

from services.ingest.kit.tables import dead_letters
from shared import deadletter
from shared.contracts.commands import RetryJob, StoreDeadLetter
from shared.publishing import task_name

MOST_TRIES = 3


def bury(connection: Connection, job: Literal["import", "feed"], job_id: int, cause: str) -> None:
    """Note that a job was given up after MOST_TRIES; replaying the letter lets it begin again."""
    letter = StoreDeadLetter(
        id=uuid4().hex,
        service="ingest",
        task=task_name("ingest", RetryJob.kind),
        source_queue=RetryJob.queue,
        message={"message": RetryJob(job=job, id=job_id).model_dump(mode="json")},
        error=f"{job} {job_id} ended the process that worked on it {MOST_TRIES} times: {cause or 'without a word'}",
        attempts=MOST_TRIES,
        at=datetime.now(UTC),
    )
    deadletter.store(connection, dead_letters, letter)
