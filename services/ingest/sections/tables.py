"""Sections, and the steps that their articles pass."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from services.ingest.kit.tables import metadata
from shared.database import Json

sections = Table(
    "sections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("slug", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False, unique=True),  # folded, so that one name makes one section
    Column("parent_id", Integer, ForeignKey("sections.id")),
    Column("position", Integer, nullable=False),
)
section_rules = Table(
    "section_rules",  # how an article of a section gets to readers; without a row: the house's usual way
    metadata,
    Column("section_id", Integer, ForeignKey("sections.id"), primary_key=True, autoincrement=False),
    Column("steps", Json, nullable=False),  # statuses that must be passed, of submitted, edited, approved
    Column("approver", String(32), nullable=False),  # the least role that approves
)
