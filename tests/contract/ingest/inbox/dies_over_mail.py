"""Sends what is due and says so; then stands still before it notes that, until it is killed."""

import time

from services.ingest.inbox import loop
from services.ingest.inbox.store import deliveries
from shared.database import engine


def _stand_still(*_: object) -> None:
    print("delivered", flush=True)
    time.sleep(600)


deliveries.end = _stand_still  # type: ignore[assignment]
loop.send_mail(engine("ingest"))
