"""Who asks about which article: the dependency of every endpoint with an `{id}`, and what they may do with it."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from services.ingest.articles.rules import Stands
from services.ingest.articles.store import reading
from services.ingest.articles.store.revisions import is_prepared, revision_of, with_state
from services.ingest.articles.tables import ArticleRow
from services.ingest.desk_kit.session import Needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Forbidden
from services.ingest.kit.requests import article_id
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from shared.contracts.articles import ArticleState
from shared.database import engine, read


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks about which article; the row is that of `articles`, without its text."""

    who: Account
    article: ArticleRow

    @property
    def id(self) -> int:
        return self.article.id

    @property
    def stands(self) -> Stands:
        """Where the article stands, as far as rights to its text go."""
        return Stands(self.article.status, self.article.section_id, self.article.created_by)

    @property
    def is_prepared(self) -> bool:
        """Whether the live article has a prepared next version."""
        return is_prepared(self.article)

    def again(self) -> "Asked":
        """The same with the article as it stands by now."""
        return Asked(self.who, reading.row_of(engine("ingest"), self.id))

    def may(self, action: Action | str) -> bool:
        """Whether this account may do that to this article; templates say the action's name. Nothing can be done to
        what one does not see; the numbers of what readers see are for the whole newsroom."""
        action = action if isinstance(action, Action) else Action[action]
        row = self.article
        public = row.status == "published" and action is Action.statistics
        is_seen = seen_by(self.who).shows(row.section_id, row.created_by, public=public)
        return is_seen and rights.may(self.who, action, section_id=row.section_id, owner=row.created_by)

    def require(self, action: Action) -> None:
        """Raises Forbidden."""
        if not self.may(action):
            raise Forbidden("Bạn không có quyền làm việc này với bài này.")


class NeedsArticle(Needs):
    """The same for the article `{id}` of the path; answers `Asked`. Raises NotFound too."""

    async def __call__(self, request: Request) -> Asked:  # type: ignore[override]
        who = await self.account(request)
        rights.require(who, self.action)
        return await run_in_threadpool(asked_of, who, article_id(request.path_params["id"]), self.action)


def needs_article(action: Action) -> Any:
    """For `asked: Annotated[Asked, needs_article(Action.write)]`."""
    return Depends(NeedsArticle(action))


def asked_of(who: Account, article_id: int, action: Action) -> Asked:
    """Raises NotFound, Forbidden."""
    asked = Asked(who, reading.row_of(engine("ingest"), article_id))
    asked.require(action)
    return asked


def current(article_id: int) -> ArticleState:
    """The version an article stands at. Raises NotFound."""
    return version_of(article_id, None)


def for_readers(article_id: int) -> ArticleState:
    """The same, but of a live article what readers see. Raises NotFound."""
    with read(engine("ingest")) as connection:
        return with_state(connection, reading.row_in(connection, article_id)).for_readers.state


def version_of(article_id: int, version: int | None) -> ArticleState:
    """A version, the present one without a number. Raises NotFound."""
    with read(engine("ingest")) as connection:
        wanted = version if version is not None else reading.version_now(connection, article_id)
        return revision_of(connection, article_id, wanted).state
