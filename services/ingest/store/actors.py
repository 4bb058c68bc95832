"""Who does something to an article, and what they may do."""

from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What an API key can be given."""

    read = "read"  # read articles in any state
    draft = "draft"  # write what readers do not see; includes read
    publish = "publish"  # everything with articles, media and sections; includes draft


_INCLUDES: dict[Scope, frozenset[Scope]] = {
    Scope.read: frozenset({Scope.read}),
    Scope.draft: frozenset({Scope.read, Scope.draft}),
    Scope.publish: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` stands in revisions and in the audit log ("key:wire", "user:12", "scheduler")."""

    name: str
    scopes: frozenset[Scope] = field(default=frozenset(Scope))

    def may(self, scope: Scope) -> bool:
        return any(scope in _INCLUDES[own] for own in self.scopes)


SCHEDULER = Actor("scheduler")
