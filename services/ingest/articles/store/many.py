"""Many articles in one transaction: what an import saves."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, bindparam, select

from services.ingest.articles.content import prepare
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import committed
from services.ingest.articles.store.revisions import with_states, write_versions
from services.ingest.articles.store.submissions import outcome
from services.ingest.articles.tables import ArticleRow, articles
from services.ingest.articles.versions import Current, Saved, Submission, Version
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused
from services.ingest.sections import store as sections
from shared.records import records

# In the order of ids: two imports of the same articles then never wait for each other in a circle.
_BY_EXTERNAL_IDS = (
    select(articles)
    .where(articles.c.external_id.in_(bindparam("external_ids", expanding=True)))
    .order_by(articles.c.id)
    .with_for_update()
)


def save_many(engine: Engine, sent: Sequence[ArticleInput], actor: Actor) -> list[Saved | Refused]:
    """`save_article` for each, in bulk, with one commit for all; what is refused leaves the rest alone."""
    submissions = [_prepared(one, actor) for one in sent]
    return committed(engine, lambda connection: _all_of(connection, sent, submissions, actor))


def rehearse_many(engine: Engine, sent: Sequence[ArticleInput], actor: Actor) -> list[Saved | Refused]:
    """What `save_many` would do, done and taken back."""
    submissions = [_prepared(one, actor) for one in sent]

    def work(connection: Connection) -> None:
        raise _TakenBack(_all_of(connection, sent, submissions, actor))

    try:
        committed(engine, work)
    except _TakenBack as rehearsed:
        return rehearsed.outcomes
    raise AssertionError("a rehearsal was committed")


class _TakenBack(Exception):
    """Ends a rehearsal's transaction."""

    def __init__(self, outcomes: list[Saved | Refused]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _all_of(
    connection: Connection, sent: Sequence[ArticleInput], submissions: list[Submission | Refused], actor: Actor
) -> list[Saved | Refused]:
    batch = _ArticleBatch(connection, actor, sent)
    for one in submissions:
        batch.add(one)
    return batch.results()


def _prepared(sent: ArticleInput, actor: Actor) -> Submission | Refused:
    try:
        return Submission(sent, prepare(sent), actor, bulk=True, keep_opening=True)
    except Refused as refused:
        return refused


class _ArticleBatch:
    """What becomes of the articles, in their order; versions wait to be written together, by few statements.

    Whatever refuses an article does so before anything of it is written, so that no savepoint is needed.
    """

    def __init__(self, connection: Connection, actor: Actor, sent: Sequence[ArticleInput]) -> None:
        self._connection = connection
        self._find_section = sections.finder(connection, actor, bulk=True)
        self._outcomes: list[Saved | Refused | Version] = []
        self._changed: set[str] = set()
        """External ids that have had a version in this batch, written by now or not."""
        self._known = self._find([one.external_id for one in sent if one.external_id])

    def add(self, submission: Submission | Refused) -> None:
        if isinstance(submission, Refused):
            self._outcomes.append(submission)
            return
        external_id = submission.sent.external_id or ""
        if not self._changed.isdisjoint((external_id, *submission.sent.related_external_ids)):
            # The same article again, or one that leads to another: it meets what was left of that.
            self._write()
            self._known |= self._find([external_id])
        before = self._known.get(external_id)
        try:
            made = outcome(self._connection, before, submission, self._find_section)
        except Refused as refused:
            self._outcomes.append(refused)
            return
        self._outcomes.append(made)
        if external_id and isinstance(made, Version):
            self._changed.add(external_id)

    def results(self) -> list[Saved | Refused]:
        """Writes what still waits."""
        self._write()
        return [one for one in self._outcomes if not isinstance(one, Version)]

    def _write(self) -> None:
        versions = {place: one for place, one in enumerate(self._outcomes) if isinstance(one, Version)}
        if versions:
            written = write_versions(self._connection, list(versions.values()), bulk=True)
            for place, one in zip(versions, written, strict=True):
                self._outcomes[place] = one

    def _find(self, external_ids: list[str]) -> dict[str, Current]:
        if not external_ids:
            return {}
        rows = records(self._connection.execute(_BY_EXTERNAL_IDS, {"external_ids": external_ids}), ArticleRow)
        return {one.row.external_id or "": one for one in with_states(self._connection, rows)}
