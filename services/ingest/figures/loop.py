"""Fetching weather and prices from the newsroom's own address: JSON in the form that docs/figures.md says."""

from pydantic import ValidationError
from sqlalchemy import Engine

from services.ingest.figures import store
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher, FetchFailed
from shared import clock
from shared.contracts.events import FiguresTold
from shared.telemetry import log

_FETCHER = Actor("figures")


def work(engine: Engine, fetcher: Fetcher) -> bool:
    """Fetch what is due; whatever happens, it is noted."""
    url = store.claim(engine, clock.moment())
    if not url:
        return False
    try:
        answer = fetcher.get(url, {"Accept": "application/json"})
        if answer.status != 200:
            raise FetchFailed(f"Máy chủ trả lời HTTP {answer.status}.")
        told = FiguresTold.model_validate_json(answer.body)
    except Refused as refused:
        store.failed(engine, url, refused.detail)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        log.warning("figures not understood", url=url[:300], error=str(error)[:300])
        store.failed(engine, url, f"Không đúng mẫu JSON ở “{place or 'đầu tệp'}”: {first['msg']}.")
    else:
        store.fetched(engine, _FETCHER, url, told.figures)
    return False
