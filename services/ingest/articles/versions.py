"""A version of an article: as it is sent, as it stands, as it is to be written, and what became of a call."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from services.ingest.articles.content import Content
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.tables import ArticleRow
from services.ingest.kit.actors import Actor
from shared.contracts.articles import ArticleState


@dataclass(frozen=True, slots=True)
class Submission:
    """A whole article as somebody sent it, made ready: carried as it is from the door to the version it becomes."""

    sent: ArticleInput
    content: Content
    actor: Actor
    _: KW_ONLY
    bulk: bool = False
    """Behind fresh news, as imports are."""
    prepares: bool = False
    """Of a live article it becomes the prepared next version."""
    keep_edited: bool = False
    """An article that anybody but the actor has touched stays as it is."""
    keep_opening: bool = False
    """Views of before that stand there already stay, whatever number comes: a former site that is imported again has
    been read in the meantime, and its texts are wanted all the same."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a call. `result` is "created", "updated" or "unchanged"."""

    id: int
    version: int
    status: str
    url: str
    result: str


@dataclass(frozen=True, slots=True)
class RevisionText:
    """What a revision says."""

    state: ArticleState
    original: str
    original_format: str


@dataclass(frozen=True, slots=True)
class Current(RevisionText):
    """An article's row and the revision it stands at, locked until the transaction ends."""

    row: ArticleRow
    public: "Current | None" = None
    """The revision that readers see, where the one it stands at is prepared for later."""

    @property
    def for_readers(self) -> "Current":
        """The same without what is prepared."""
        return self.public or self


@dataclass(frozen=True, slots=True)
class Version:
    """A version to be written. `fields` are those of ArticleState without id, version and updated_at."""

    before: Current | None
    fields: dict[str, Any]
    actor: Actor
    action: str
    section_id: int
    words: int
    original: str
    original_format: str
    external_id: str | None = None
    input_hash: str | None = None
    urgent: bool | None = None
    """In haste; None: as it was."""
    reason: str = ""
    approves: bool = False
    """The act is the actor's approval of what this version says."""
    prepares: bool = False
    """Readers of the live article go on seeing what they see."""

    @property
    def row(self) -> ArticleRow | None:
        """Where the article stands until then; None: it is new."""
        return self.before.row if self.before else None
