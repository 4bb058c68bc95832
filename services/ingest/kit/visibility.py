"""What of the newsroom somebody may see: one rule for articles, plans, pictures and statistics, of a row and in SQL.

Each list and each address of the desk asks here. Who works at some sections sees those and what is their own; what
readers can see anyway is no secret where the caller says so.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, true

from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody may see: everything (`section_ids` None), or these sections and what they made themselves."""

    section_ids: frozenset[int] | None
    owner: str

    @property
    def is_all(self) -> bool:
        return self.section_ids is None

    def shows(self, section_id: int | None, owner: str, *, public: bool = False) -> bool:
        """Whether something of that section and maker may be seen."""
        return public or self.section_ids is None or owner == self.owner or section_id in self.section_ids

    def where(
        self, section_id: ColumnElement[Any], owner: ColumnElement[Any], *public: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        """`shows` as a condition on a row with these columns; `public` holds for what everybody may see."""
        if self.section_ids is None:
            return true()
        return or_(owner == self.owner, section_id.in_(sorted(self.section_ids)), *public)


def seen_by(who: Account) -> Seen:
    """What an account may see; who may read nothing does not see what was their own in another role."""
    own = who.actor_name if rights.may(who, Action.read) else ""
    return Seen(rights.allowed_sections(who, Action.read), own)
