"""Accounts, sessions, comments and dead letters, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import Engine, select, text

from services.ingest import tasks
from services.ingest.accounts.store import accounts
from services.ingest.comments import store as comments
from services.ingest.events import build
from services.ingest.kit.errors import Conflict, NotFound
from services.ingest.kit.tables import dead_letters, outbox
from shared.contracts.commands import StoreDeadLetter, SubmitComment
from shared.database import read, write
from tests.contract.ingest.conftest import EDITOR, Save


def test_first_admin_is_made_once_with_a_one_time_password(store: Engine) -> None:
    password = accounts.ensure_first_admin()
    assert password
    assert accounts.ensure_first_admin() is None
    token = accounts.log_in(store, accounts.FIRST_ADMIN_EMAIL.upper(), password)
    assert token is not None
    account = accounts.account_of(store, token)
    assert account is not None and account.role == "admin" and account.must_change_password


def test_password_is_not_kept_and_a_wrong_one_is_refused(store: Engine) -> None:
    password = accounts.create_user("lan@bao.example", "reporter")
    with read(store) as connection:
        (kept,) = connection.execute(text("SELECT password_hash FROM users")).scalars()
    assert kept.startswith("$argon2id$") and password not in kept
    assert accounts.log_in(store, "lan@bao.example", password + "x") is None
    assert accounts.log_in(store, "nobody@bao.example", password) is None
    assert accounts.log_in(store, "lan@bao.example", "x" * 1_000_000) is None


def test_sessions_end_at_logout_new_password_and_disabling(store: Engine) -> None:
    password = accounts.create_user("lan@bao.example", "editor")

    def session(word: str) -> str:
        token = accounts.log_in(store, "lan@bao.example", word)
        assert token is not None
        return token

    first, second = session(password), session(password)
    accounts.log_out(store, first)
    assert accounts.account_of(store, first) is None
    assert accounts.account_of(store, second) is not None
    accounts.change_password(store, "lan@bao.example", "mật khẩu rất dài của Lan")
    assert accounts.account_of(store, second) is None
    third = session("mật khẩu rất dài của Lan")
    accounts.disable(store, "lan@bao.example")
    assert accounts.account_of(store, third) is None
    assert accounts.log_in(store, "lan@bao.example", "mật khẩu rất dài của Lan") is None


@pytest.mark.parametrize(
    ("email", "role"), [("no address", "editor"), ("a@b.example", "king"), ("lan@bao.example", "editor")]
)
def test_accounts_that_cannot_be_made(store: Engine, email: str, role: str) -> None:
    accounts.create_user("lan@bao.example", "editor")
    with pytest.raises(ValueError):
        accounts.create_user(email, role)


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
    assert held["text"] == "Hay quá!"
    assert events_of_comments(store) == []
    comments.approve(store, held["id"], EDITOR)
    comments.approve(store, held["id"], EDITOR)
    assert events_of_comments(store) == [("comment_published", str(held["id"]), 2)]
    payload = build("comment_published", [(str(held["id"]), 2)])[(str(held["id"]), 2)]
    assert payload is not None and payload.text == "Hay quá!"  # type: ignore[attr-defined]
    comments.reject(store, held["id"], EDITOR)
    assert events_of_comments(store)[-1] == ("comment_removed", str(held["id"]), 3)
    # The approval that is still on its way says nothing any more.
    assert build("comment_published", [(str(held["id"]), 2)])[(str(held["id"]), 2)] is None


def test_rejected_comment_was_never_told_to_readers(store: Engine, save: Save) -> None:
    submit(store, save().id)
    comments.reject(store, comments.listed(store)[0]["id"], EDITOR)
    assert events_of_comments(store) == []
    assert comments.listed(store) == []
    with pytest.raises(NotFound):
        comments.approve(store, 999, EDITOR)


def test_answers_hang_on_comments_of_the_same_article(store: Engine, save: Save) -> None:
    one, other = save(), save()
    submit(store, one.id)
    first = comments.listed(store)[0]["id"]
    submit(store, one.id, token="t2", parent_id=first)
    submit(store, other.id, token="t3", parent_id=first)
    submit(store, 999, token="t4")
    parents = {row["token"]: row["parent_id"] for row in comments.listed(store)}
    assert parents == {"t1": None, "t2": first, "t3": None}
    answer = next(row["id"] for row in comments.listed(store) if row["token"] == "t2")
    with pytest.raises(Conflict):
        comments.approve(store, answer, EDITOR)


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
