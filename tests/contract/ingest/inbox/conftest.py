"""People with an inbox, and a mail server."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest.accounts.store import accounts
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.inbox import loop
from services.ingest.inbox.store import entries
from services.ingest.kit.actors import Account, Role
from services.ingest.kit.json_input import read_fields
from services.ingest.sections import store as sections
from shared.database import write
from tests.conftest import forget_settings
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.inbox.post_office import PostOffice


class Staff:
    """Accounts by what they are called, and what each of them has been told."""

    def __init__(self, store: Engine) -> None:
        self.store = store
        for name in ("Kinh tế", "Văn hóa"):
            sections.save(store, EDITOR, None, name=name)
        self._sections = {one.slug: one.id for one in sections.listed(store)}

    def add(self, name: str, role: Role = Role.reporter, section: str = "kinh-te") -> Account:
        """Somebody of that section; secretaries and those above work at all."""
        everywhere = role not in (Role.reporter, Role.editor)
        ids = None if everywhere else [self._sections[section]]
        email = f"{name.lower()}@bao.example"
        with write(self.store) as connection:
            accounts.add_user(connection, email, role, name, "x", by="tests", section_ids=ids)
        found = accounts.named(self.store, f"user:{email}")
        assert found
        return found

    def story(self, by: Account, **fields: Any) -> int:
        """A story of theirs, a draft unless said otherwise."""
        given = {"title": "Họp chợ phiên", "body": "<p>Chợ họp từ sáng sớm.</p>", "section": "kinh-te", **fields}
        return articles.save_article(self.store, read_fields(ArticleInput, given), by.actor).id

    def told(self, who: Account) -> list[tuple[str, str, str]]:
        """(kind, title, note) of all that somebody has been told by now, the first first."""
        while loop.work(self.store):
            pass
        return [(row.kind, row.title, row.note) for row in reversed(entries.listed(self.store, who))]


@pytest.fixture
def staff(store: Engine) -> Staff:
    return Staff(store)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """The house's mail server, without encryption."""
    with PostOffice() as made:
        monkeypatch.setenv("TOASOAN_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("TOASOAN_SMTP_PORT", str(made.port))
        monkeypatch.setenv("TOASOAN_SMTP_TLS", "none")
        forget_settings()
        yield made
    forget_settings()
