"""Comments are held once, decided, and told to readers as they should."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.comments.store import comments
from services.ingest.events import build
from services.ingest.kit.errors import Conflict, NotFound
from services.ingest.kit.tables import outbox
from shared.contracts.events import CommentPublished
from shared.contracts.from_readers import SubmitComment
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save


def submit(store: Engine, article_id: int, **fields: Any) -> None:
    values = {"token": "t1", "name": "Lan", "text": "Hay quá!", "at": datetime.now(UTC), **fields}
    comments.hold(store, SubmitComment(article_id=article_id, **values))


def events_of_comments(store: Engine) -> list[tuple[str, str, int]]:
    with read(store) as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    return [(row.kind, row.key, row.version) for row in rows if row.kind.startswith("comment")]


def test_comment_is_held_once_and_shown_after_approval(store: Engine, save: Save) -> None:
    article = save()
    submit(store, article.id)
    submit(store, article.id)
    (held,) = comments.listed(store)
    assert held.text == "Hay quá!"
    assert events_of_comments(store) == []
    comments.approve(store, held.id, EDITOR)
    comments.approve(store, held.id, EDITOR)
    assert events_of_comments(store) == [("comment_published", str(held.id), 2)]
    payload = build("comment_published", [(str(held.id), 2)])[(str(held.id), 2)]
    assert isinstance(payload, CommentPublished) and payload.text == "Hay quá!"
    comments.reject(store, held.id, EDITOR)
    assert events_of_comments(store)[-1] == ("comment_removed", str(held.id), 3)
    # The approval that is still on its way says nothing any more.
    assert build("comment_published", [(str(held.id), 2)])[(str(held.id), 2)] is None


def test_rejected_comment_was_never_told_to_readers(store: Engine, save: Save) -> None:
    submit(store, save().id)
    comments.reject(store, comments.listed(store)[0].id, EDITOR)
    assert events_of_comments(store) == []
    assert comments.listed(store) == []
    with pytest.raises(NotFound):
        comments.approve(store, 999, EDITOR)


def test_answers_hang_on_comments_of_the_same_article(store: Engine, save: Save) -> None:
    one, other = save(), save()
    submit(store, one.id)
    first = comments.listed(store)[0].id
    submit(store, one.id, token="t2", parent_id=first)
    submit(store, other.id, token="t3", parent_id=first)
    submit(store, 999, token="t4")
    answer = next(row.id for row in comments.listed(store) if row.token == "t2")
    submit(store, one.id, token="t5", parent_id=answer)
    parents = {row.token: row.parent_id for row in comments.listed(store)}
    assert parents == {"t1": None, "t2": first, "t3": None, "t5": first}, "readers see one level"
    with pytest.raises(Conflict):
        comments.approve(store, answer, EDITOR)
