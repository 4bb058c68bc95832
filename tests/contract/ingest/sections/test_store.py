"""Sections in the store, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from services.ingest.articles.tables import articles
from services.ingest.events import build
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.sections import store as sections
from shared.contracts.events import SectionSaved
from shared.database import read
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save


def count(store: Engine, table: Any) -> int:
    with read(store) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_sections_are_found_by_slug_and_name_and_made_from_names(store: Engine, save: Save) -> None:
    for spelling in ("Văn hóa", "van-hoa", "VĂN HOÁ", "văn hóa"):
        save(section=spelling, external_id=spelling)
    assert [(row.slug, row.name) for row in sections.listed(store)] == [("van-hoa", "Văn hóa")]
    for impossible in ("khong-co-muc-nay", "Tìm kiếm", "!!!", "API"):
        with pytest.raises(Invalid) as refused:
            save(section=impossible)
        assert refused.value.errors[0]["field"] == "section"
    assert count(store, articles) == 4


def test_renamed_section_keeps_its_address_and_is_told_to_readers(store: Engine, save: Save) -> None:
    save(section="Văn hóa")
    (before,) = sections.listed(store)
    sections.save(store, EDITOR, before.id, name="Văn hóa - Nghệ thuật", position=3)
    (after,) = sections.listed(store)
    assert (after.slug, after.name, after.version) == ("van-hoa", "Văn hóa - Nghệ thuật", 2)
    payload = build("section_saved", [(str(after.id), 2)])[(str(after.id), 2)]
    assert isinstance(payload, SectionSaved) and payload.name == "Văn hóa - Nghệ thuật"
    with pytest.raises(NotFound):
        sections.save(store, EDITOR, 999, name="Không có")


def test_sections_stand_at_four_levels_and_in_no_circle(store: Engine) -> None:
    def make(name: str, parent: str = "", number: int | None = None) -> int:
        return sections.save(store, EDITOR, number, name=name, parent=parent)

    north = make("Miền Bắc")
    province = make("Điện Biên", parent="mien-bac")
    make("Mường Ảng", parent="dien-bien")
    make("Búng Lao", parent="muong-ang")
    south = make("Miền Nam")
    for name, parent, number in (
        ("Bản Bó", "bung-lao", None),  # a fifth level
        ("Miền Bắc", "mien-nam", north),  # with three levels of its own below
        ("Miền Bắc", "bung-lao", north),  # under its own grandchild
        ("Miền Nam", "mien-nam", south),  # under itself
        ("Miền Nam", "khong-co", south),
    ):
        with pytest.raises(Invalid) as refused:
            make(name, parent, number)
        assert refused.value.errors[0]["field"] == "parent", name
    make("Điện Biên", "mien-nam", province)
    assert {row.slug: row.parent for row in sections.listed(store)} == {
        "mien-bac": "",
        "dien-bien": "mien-nam",
        "muong-ang": "dien-bien",
        "bung-lao": "muong-ang",
        "mien-nam": "",
    }


def test_two_sections_put_under_each_other_at_once_make_no_circle(store: Engine) -> None:
    one = sections.save(store, EDITOR, None, name="Kinh tế")
    other = sections.save(store, EDITOR, None, name="Xã hội")

    def put(number: int, name: str, parent: str) -> bool:
        try:
            sections.save(store, EDITOR, number, name=name, parent=parent)
        except Invalid:
            return False
        return True

    for _ in range(20):
        with ThreadPoolExecutor(2) as pool:
            under = [pool.submit(put, one, "Kinh tế", "xa-hoi"), pool.submit(put, other, "Xã hội", "kinh-te")]
            assert sorted(done.result() for done in under) == [False, True]
        sections.save(store, EDITOR, one, name="Kinh tế")
        sections.save(store, EDITOR, other, name="Xã hội")
