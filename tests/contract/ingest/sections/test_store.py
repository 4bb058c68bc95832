"""Sections in the store, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from services.ingest.articles.tables import articles
from services.ingest.events import build
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.sections import store as sections
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save


def count(store: Engine, table: Any) -> int:
    with read(store) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_sections_are_found_by_slug_and_name_and_made_from_names(store: Engine, save: Save) -> None:
    for spelling in ("Văn hóa", "van-hoa", "VĂN HOÁ", "văn hóa"):
        save(section=spelling, external_id=spelling)
    assert [(row["slug"], row["name"]) for row in sections.listed(store)] == [("van-hoa", "Văn hóa")]
    for impossible in ("khong-co-muc-nay", "Tìm kiếm", "!!!", "API"):
        with pytest.raises(Invalid) as refused:
            save(section=impossible)
        assert refused.value.errors[0]["field"] == "section"
    assert count(store, articles) == 4


def test_renamed_section_keeps_its_address_and_is_told_to_readers(store: Engine, save: Save) -> None:
    save(section="Văn hóa")
    (before,) = sections.listed(store)
    sections.save(store, EDITOR, before["id"], name="Văn hóa - Nghệ thuật", position=3)
    (after,) = sections.listed(store)
    assert (after["slug"], after["name"], after["version"]) == ("van-hoa", "Văn hóa - Nghệ thuật", 2)
    payload = build("section_saved", [(str(after["id"]), 2)])[(str(after["id"]), 2)]
    assert payload is not None and payload.name == "Văn hóa - Nghệ thuật"  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        sections.save(store, EDITOR, 999, name="Không có")
