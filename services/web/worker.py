"""Web's Celery process: `python -m services.web.worker`."""

import sys

from services.web import tasks
from services.web.outside import Outside
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.database import engine, migrate
from shared.process import prepare, run_worker
from shared.settings import get_settings


def main() -> int:
    prepare("web.worker")
    migrate("web")
    app = make_celery("web")
    tasks.register(app, engine("web"))
    Outside(engine("web"), get_settings()).start()
    return run_worker("web.worker", app, [Queue.page])


if __name__ == "__main__":
    sys.exit(main())
