"""A worker whose handlers do what the articles' titles say: `python sample_worker.py FOLDER`.

"away": the store is away while FOLDER/away is there · "bad": cannot be handled · "deadly": takes the process with it.
Whatever was handled stands in FOLDER/handled, a line "ID VERSION" each; "begun ID" when a deadly one began.
"""

import os
import sys
from pathlib import Path

from shared.away import Unavailable
from shared.celery_factory import make_celery
from shared.contracts.commands import CountSearches, ListWebVersions, VersionsAnswer
from shared.contracts.envelope import Delivered
from shared.contracts.events import ArticlePublished
from shared.contracts.from_readers import SubmitComment
from shared.contracts.queues import Queue
from shared.handler import answers, executes, handles
from shared.worker import run_worker


def main(folder: Path) -> int:
    app = make_celery("sample")

    def note(line: str) -> None:
        with (folder / "handled").open("a") as file:
            file.write(line + "\n")

    @handles(app, ArticlePublished, service="web")
    def article_published(events: list[Delivered[ArticlePublished]]) -> None:
        for event in events:
            title = event.payload.article.title
            if title == "away" and (folder / "away").exists():
                raise Unavailable("the store is away")
            if title == "bad":
                raise ValueError("cannot be handled")
            if title == "deadly":
                note(f"begun {event.payload.article.id}")
                os._exit(9)
        for event in events:
            note(f"{event.payload.article.id} {event.version}")

    @executes(app, SubmitComment, service="ingest")
    def submit_comment(comment: SubmitComment) -> None:
        if comment.text == "bad":
            raise ValueError("cannot be handled")
        note(f"comment {comment.token}")

    @executes(app, CountSearches, service="counter")
    def count_searches(_told: CountSearches) -> None:
        raise ValueError("cannot be handled")

    @answers(app, ListWebVersions, service="web")
    def list_web_versions(query: ListWebVersions) -> VersionsAnswer:
        if query.after < 0:
            raise ValueError("cannot be answered")
        return VersionsAnswer(versions=((query.after + 1, 1),))

    return run_worker("sample", app, [Queue.page, Queue.comments, Queue.count])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
