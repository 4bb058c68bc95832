"""Sends what is due and says so; then stands still before it notes that, until it is killed. Its argument is a CA."""

import ssl
import sys
import time

from services.ingest.inbox import loop
from services.ingest.inbox.store import deliveries
from services.ingest.kit.fetching import Fetcher
from shared.database import engine
from tests.contract.ingest.outside import LOOPBACK


def _stand_still(*_: object) -> None:
    print("delivered", flush=True)
    time.sleep(600)


deliveries.end = _stand_still  # type: ignore[assignment]
loop.send_push(engine("ingest"), Fetcher(allowed=LOOPBACK, tls=ssl.create_default_context(cafile=sys.argv[1])))
