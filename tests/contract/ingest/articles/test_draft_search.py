"""Drafts are found, within one's own desks."""

from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest.articles.screen import draft_search
from services.ingest.kit.actors import Role
from shared.contracts.commands import SearchAnswer, SearchHit
from tests.contract.ingest.newsroom import Newsroom, narrow, publish


def test_drafts_are_found_by_title_while_search_is_away(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite, title="Bản nháp mùa cà phê", status="draft")
    reporter = newsroom.sign_in(Role.reporter)
    page = reporter.get("/tim?q=mùa cà phê")
    assert "Dịch vụ tìm kiếm tạm ngừng" in page and "Bản nháp mùa cà phê" in page
    narrow(sqlite, "reporter0@bao.example")
    assert "Bản nháp mùa cà phê" not in reporter.get("/tim?q=mùa cà phê")


def test_drafts_are_searched_within_ones_own_desks(
    newsroom: Newsroom, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    hit = SearchHit(
        id=1, title="Mùa <cà phê>", url="/x-1", section="Kinh tế", section_slug="kinh-te", published_at=None,
        summary="", highlight="Vụ <mark>cà phê</mark> mới", status="draft",
    )  # fmt: skip

    def search(query: Any) -> SearchAnswer:
        asked.append(query)
        return SearchAnswer(total=1, took_ms=1.0, results=(hit,))

    monkeypatch.setattr(draft_search, "ask", search)
    publish(sqlite, status="draft")
    page = newsroom.sign_in(Role.chief).get("/tim?q=cà phê&xep=moi")
    assert "Mùa &lt;cà phê&gt;" in page and "<mark>cà phê</mark>" in page and "Bản nháp" in page
    assert asked[-1].drafts and asked[-1].draft_sections is None and asked[-1].sort == "newest"
    reporter = newsroom.sign_in(Role.reporter)
    narrow(sqlite, "reporter1@bao.example")
    reporter.get("/tim?q=cà phê")
    assert asked[-1].draft_sections == ()
