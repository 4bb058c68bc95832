"""Who does something, and what they may do: programs by their scopes, people by their role."""

from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What an API key can be given."""

    read = "read"  # read articles in any state
    draft = "draft"  # write what readers do not see; includes read
    publish = "publish"  # everything with articles, media and sections; includes draft
    opening = "opening"  # say how often an article was read before it came here; nothing else has it


_INCLUDES: dict[Scope, frozenset[Scope]] = {
    Scope.read: frozenset({Scope.read}),
    Scope.draft: frozenset({Scope.read, Scope.draft}),
    Scope.publish: frozenset({Scope.read, Scope.draft, Scope.publish}),
    Scope.opening: frozenset({Scope.opening}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` stands in revisions and in the audit log ("key:wire", "user:12", "scheduler").

    A person has an `account`, whose role says what is finer than scopes; a program from outside has the id of its key;
    the house's own programs have neither.
    """

    name: str
    scopes: frozenset[Scope] = field(default=frozenset(Scope))
    account: "Account | None" = None
    key_id: int | None = None

    def may(self, scope: Scope) -> bool:
        return any(scope in _INCLUDES[own] for own in self.scopes)


SCHEDULER = Actor("scheduler")


class Role(StrEnum):
    """What somebody is at the paper, from the newsroom upwards; `ops` may only look."""

    reporter = "reporter"
    editor = "editor"
    secretary = "secretary"
    chief = "chief"
    admin = "admin"
    ops = "ops"


_SCOPES = {
    Role.reporter: frozenset({Scope.draft}),
    Role.editor: frozenset({Scope.draft}),
    Role.ops: frozenset({Scope.read}),
}


@dataclass(frozen=True, slots=True)
class Account:
    """`section_ids` are the account's own, unless it works at every section."""

    id: int
    email: str
    name: str
    role: Role
    must_change_password: bool
    all_sections: bool = True
    section_ids: frozenset[int] = frozenset()
    has_second_factor: bool = False

    @property
    def actor_name(self) -> str:
        """What stands in revisions and in the audit log."""
        return f"user:{self.email}"

    @property
    def actor(self) -> Actor:
        """For the stores; what is finer than scopes stands in services.ingest.kit.rights."""
        return Actor(self.actor_name, _SCOPES.get(self.role, frozenset({Scope.publish})), account=self)

    def works_at(self, section_id: int) -> bool:
        return self.all_sections or section_id in self.section_ids
