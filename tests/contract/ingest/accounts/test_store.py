"""Accounts, sessions, comments and dead letters, on both databases."""

import pytest
from sqlalchemy import Engine, text

from services.ingest.accounts.store import accounts
from shared.database import read


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
