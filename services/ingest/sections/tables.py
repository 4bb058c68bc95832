"""Sections, and the steps that their articles pass."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json
from shared.records import Field, Record, column


class SectionRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    version: Field[int] = column(BigInteger)
    slug: Field[str] = column(String(120), unique=True)
    name: Field[str] = column(String(200))
    name_key: Field[str] = column(String(200), unique=True)  # folded, so that one name makes one section
    parent_id: Field[int | None] = column(Integer, ForeignKey("sections.id"))
    position: Field[int] = column(Integer)


class SectionColumns(SectionRow, TypedColumns): ...


class SectionRuleRow(Record):
    # how an article of a section gets to readers; without a row: the house's usual way
    section_id: Field[int] = column(Integer, ForeignKey("sections.id"), primary_key=True, autoincrement=False)
    steps: Field[list[str]] = column(Json)  # statuses that must be passed, of submitted, edited, approved
    approver: Field[str] = column(String(32))  # the least role that approves


class SectionRuleColumns(SectionRuleRow, TypedColumns): ...


sections = Table("sections", metadata, SectionColumns)
section_rules = Table("section_rules", metadata, SectionRuleColumns)
