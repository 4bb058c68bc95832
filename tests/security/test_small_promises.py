"""What docs/asvs.md promises in a word: read from templates and code."""

import ast
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ingest.accounts.store import accounts, sessions
from services.ingest.accounts.tables import users
from tests.contract.ingest.base import migrated

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(ROOT.glob("services/**/templates/*.html"))
CODE = [path for name in ("shared", "services", "toasoan") for path in sorted((ROOT / name).rglob("*.py"))]


@pytest.fixture
def store() -> Engine:
    return migrated()


def test_password_fields_are_hidden_and_known_to_password_managers() -> None:
    fields = [field for path in TEMPLATES for field in re.findall(r"<input[^>]*>", path.read_text())]
    passwords = [field for field in fields if 'type="password"' in field]
    assert len(passwords) >= 6
    for field in passwords:
        assert re.search(r'autocomplete="(current|new)-password"', field), field
    assert not [field for field in fields if re.search(r"onpaste|onchange|onkey", field)]
    named = [field for field in fields if re.search(r'name="(password|old|new|again)"', field)]
    assert named and all('type="password"' in field for field in named)


def test_nobody_is_asked_for_hints_or_for_a_new_password_by_date() -> None:
    texts = " ".join(path.read_text().lower() for path in TEMPLATES)
    assert not re.search(r"câu hỏi bí mật|gợi ý mật khẩu", texts)
    assert not [column.name for column in users.c if re.search(r"password.*(at|until|expires)", column.name)]


def test_every_page_of_who_is_signed_in_has_a_way_out() -> None:
    frame = (ROOT / "services/ingest/desk_kit/templates/base.html").read_text()
    assert 'action="/desk/dang-xuat"' in frame


def test_a_password_is_the_same_however_a_keyboard_composes_it(store: Engine) -> None:
    accounts.create_user("lan@bao.example", "editor", engine=store)
    typed = "mật khẩu của Lan ở Điện Biên"
    accounts.change_password(store, "lan@bao.example", unicodedata.normalize("NFD", typed))
    assert accounts.log_in(store, "lan@bao.example", unicodedata.normalize("NFC", typed))
    assert not accounts.log_in(store, "lan@bao.example", typed.upper())


def test_a_session_is_256_random_bits_and_ends_after_twelve_hours(store: Engine) -> None:
    password = accounts.create_user("lan@bao.example", "editor", engine=store)
    tokens = {str(accounts.log_in(store, "lan@bao.example", password)) for _ in range(3)}
    assert len(tokens) == 3 and all(len(token) == 43 for token in tokens)
    opened = sessions.of_user(store, 1, "")
    assert len(opened) == 3 and all(datetime.now(UTC) - one.created_at < sessions.SESSION for one in opened)
    assert sessions.SESSION.total_seconds() == 12 * 3600


def test_digests_are_sha_256_and_keys_are_drawn() -> None:
    """TOTP's SHA-1 is inside pyotp."""
    used: set[str] = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "hashlib":
                used |= {name.name for name in node.names}
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib":
                used.add(node.attr)
    assert used <= {"sha256", "blake2b", "file_digest"}, used
    assert "sha256" in used


def test_no_debug_mode() -> None:
    assert not [path for path in CODE if re.search(r"\bdebug=True|\bset_debug\(True", path.read_text())]


def test_names_of_files_that_are_sent_are_our_own() -> None:
    headers = [
        (path, found)
        for path in CODE
        for found in re.findall(r'filename=\\?"?([^"\\]+)', path.read_text())
        if "isposition" in path.read_text()
    ]
    assert headers
    for path, name in headers:
        assert re.fullmatch(r"[a-z0-9.-]*(\{[\w.:%\[\]()-]+\}[a-z0-9.-]*)*", name), (path, name)
