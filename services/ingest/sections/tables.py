"""Sections, and the steps that their articles pass."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Record, Stored, column


class SectionRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    version: Stored[int] = column(BigInteger)
    slug: Stored[str] = column(String(120), unique=True)
    name: Stored[str] = column(String(200))
    name_key: Stored[str] = column(String(200), unique=True)  # folded, so that one name makes one section
    parent_id: Stored[int | None] = column(Integer, ForeignKey("sections.id"))
    position: Stored[int] = column(Integer)


class _SectionColumns(SectionRow, TypedColumns): ...


class SectionRuleRow(Record):
    # how an article of a section gets to readers; without a row: the house's usual way
    section_id: Stored[int] = column(Integer, ForeignKey("sections.id"), primary_key=True, autoincrement=False)
    steps: Stored[list[str]] = column(Json)  # statuses that must be passed, of submitted, edited, approved
    approver: Stored[str] = column(String(32))  # the least role that approves


class _SectionRuleColumns(SectionRuleRow, TypedColumns): ...


sections = Table("sections", metadata, _SectionColumns)
section_rules = Table("section_rules", metadata, _SectionRuleColumns)
