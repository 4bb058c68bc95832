"""The front page in the store, on both databases."""

import pytest
from sqlalchemy import Engine

from services.ingest.events import build
from services.ingest.front_page import store as frontpage
from services.ingest.kit.errors import Invalid
from shared.contracts.events import FrontPageChanged
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save


def test_front_page_takes_published_articles_only(store: Engine, save: Save) -> None:
    one, two, draft = save(), save(), save(status="draft")
    frontpage.pin(store, [two.id, one.id, two.id], EDITOR)
    assert frontpage.pinned(store) == [two.id, one.id]
    with pytest.raises(Invalid):
        frontpage.pin(store, [draft.id], EDITOR)
    payload = build("front_page_changed", [("1", 1)])[("1", 1)]
    assert isinstance(payload, FrontPageChanged) and payload.pinned == (two.id, one.id)
