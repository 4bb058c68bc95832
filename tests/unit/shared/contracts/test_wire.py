"""What travels: names of queues across releases, versions across generations, an event as a handler gets it."""

from datetime import UTC, datetime

import pytest

from shared.contracts.envelope import VERSIONS_A_GENERATION, Delivered, Envelope, stamped
from shared.contracts.events import ArticlePublished, article_of
from shared.contracts.queues import Queue


def test_what_the_release_before_sends_to_a_queue_is_heard() -> None:
    assert Queue("bulk") is Queue.comments
    assert Queue.comments.names == ("comments", "bulk")
    assert Queue.page.names == ("page",)
    with pytest.raises(ValueError):
        Queue("nobody's")


def test_all_that_a_later_generation_says_is_newer() -> None:
    assert stamped(0, 7) == 7
    assert stamped(2, 7) == 2 * VERSIONS_A_GENERATION + 7
    assert stamped(1, 1) > stamped(0, VERSIONS_A_GENERATION - 1)


def test_an_event_has_its_envelope_s_facts_and_its_article_the_envelope_s_version() -> None:
    article = {
        "id": 1,
        "version": 3,
        "status": "published",
        "title": "Chợ cá họp lại",
        "slug": "cho-ca-hop-lai",
        "section_id": 1,
        "section_slug": "kinh-te",
        "section_name": "Kinh tế",
        "updated_at": "2026-11-28T10:00:00Z",
    }
    payload = {"article": article}
    envelope = Envelope(event_id="e-1", key="1", version=stamped(1, 3), occurred_at=1_700_000_000.5, payload=payload)
    event = Delivered(envelope, ArticlePublished.model_validate(payload))
    assert (event.event_id, event.version) == ("e-1", stamped(1, 3))
    assert event.occurred_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert article_of(event) == event.payload.article.model_copy(update={"version": stamped(1, 3)})
    assert article_of(event).title == "Chợ cá họp lại"
