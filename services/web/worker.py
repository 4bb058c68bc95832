"""Web's Celery process: `python -m services.web.worker`."""

import sys

from services.web import store, tasks
from services.web.edge_cache import EdgeCache
from services.web.outside import Outside
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.database import engine, migrate
from shared.process import prepare
from shared.settings import get_settings
from shared.worker import run_worker


def main() -> int:
    prepare("web.worker")
    migrate("web")
    app = make_celery("web")
    tasks.register(app, engine("web"))
    store.note_media_of_the_newest(engine("web"))
    settings = get_settings()
    Outside(engine("web"), settings).start()
    if settings.edge_cache_url:
        EdgeCache(engine("web"), settings.edge_cache_url).start()
    return run_worker("web.worker", app, [Queue.page])


if __name__ == "__main__":
    sys.exit(main())
