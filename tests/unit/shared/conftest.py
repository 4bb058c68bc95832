"""The workers as they would start, caught before they consume."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from celery import Celery

from shared.contracts.queues import Queue
from tests.conftest import forget_settings


@dataclass(frozen=True)
class Worker:
    role: str
    app: Celery
    queues: list[Queue]
    options: dict[str, Any]


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Worker]]:
    """Role -> the app with which its process would run; made by the processes' own `main`."""
    import services.counter.worker
    import services.ingest.worker
    import services.search.worker
    import services.web.worker
    from shared import process

    caught: dict[str, Worker] = {}

    def catch(role: str, app: Celery, queues: list[Queue], **options: Any) -> int:
        caught[role] = Worker(role, app, queues, options)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOASOAN_DATA_DIR", str(tmp_path_factory.mktemp("workers")))
        forget_settings()
        patch.setattr(process, "prepare", lambda _role: None)
        for module in (services.ingest.worker, services.counter.worker, services.search.worker, services.web.worker):
            patch.setattr(module, "run_worker", catch)
        services.ingest.worker.main(with_relay=False)
        services.counter.worker.main()
        services.search.worker.main("index")
        services.search.worker.main("query")
        services.web.worker.main()
    forget_settings()
    yield caught
