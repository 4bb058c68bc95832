"""Accounts, sessions, comments and dead letters, on both databases."""

import json

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, text

from services.ingest.accounts.store import accounts, second_factor, sessions
from services.ingest.kit.tables import audit
from shared.database import read
from toasoan.cli import cli


def test_first_admin_is_made_once_with_a_one_time_password(store: Engine) -> None:
    password = accounts.ensure_first_admin()
    assert password
    assert accounts.ensure_first_admin() is None
    token = accounts.log_in(store, accounts.FIRST_ADMIN_EMAIL.upper(), password)
    assert isinstance(token, str)
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
        assert isinstance(token, str)
        return token

    first, second = session(password), session(password)
    sessions.log_out(store, first)
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


def test_the_command_line_helps_an_administrator_whom_nobody_can(store: Engine) -> None:
    """Without password and telephone, and alone: whoever has the machine gives a one-time password."""
    email = "mot.minh@bao.example"
    accounts.create_user(email, "admin", engine=store)
    accounts.change_password(store, email, "mật khẩu đã quên")
    session = str(accounts.log_in(store, email, "mật khẩu đã quên"))
    secret = second_factor.new_secret()
    who = accounts.account_of(store, session)
    assert who and second_factor.turn_on(store, who.id, secret, pyotp.TOTP(secret).now())

    said = CliRunner().invoke(cli, ["users", "reset", email.upper(), "--json"])
    assert said.exit_code == 0, said.output
    password = json.loads(said.stdout)["password"]
    assert accounts.account_of(store, session) is None
    assert accounts.log_in(store, email, "mật khẩu đã quên") is None
    now = accounts.account_of(store, str(accounts.log_in(store, email, password)))
    assert now and now.must_change_password and not now.has_second_factor
    with read(store) as connection:
        kept = connection.execute(select(audit.c.actor, audit.c.action, audit.c.subject).order_by(audit.c.id)).all()
    assert ("command line", "user.password_reset", f"user:{email}") in [tuple(row) for row in kept]

    refused = CliRunner().invoke(cli, ["users", "reset", "khong.co@bao.example"])
    assert refused.exit_code == 2 and "khong.co@bao.example" in refused.output
    accounts.disable(store, email)
    assert CliRunner().invoke(cli, ["users", "reset", email]).exit_code == 2, "what was closed stays closed"
