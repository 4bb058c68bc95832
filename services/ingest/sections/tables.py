"""Sections, and the steps that their articles pass."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Named, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json


class SectionColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    version: Named[int] = Column(BigInteger)
    slug: Named[str] = Column(String(120), unique=True)
    name: Named[str] = Column(String(200))
    name_key: Named[str] = Column(String(200), unique=True)  # folded, so that one name makes one section
    parent_id: Named[int | None] = Column(Integer, ForeignKey("sections.id"))
    position: Named[int] = Column(Integer)


class SectionRuleColumns(TypedColumns):
    # how an article of a section gets to readers; without a row: the house's usual way
    section_id: Named[int] = Column(Integer, ForeignKey("sections.id"), primary_key=True, autoincrement=False)
    steps: Named[list[str]] = Column(Json)  # statuses that must be passed, of submitted, edited, approved
    approver: Named[str] = Column(String(32))  # the least role that approves


sections = Table("sections", metadata, SectionColumns)
section_rules = Table("section_rules", metadata, SectionRuleColumns)
