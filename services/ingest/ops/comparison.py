"""One look at one store: what it holds beside what ingest wants there.

Each store answers with the (article id, version) pairs that it holds, in pages by id, so that memory stays the same
for any number of articles. A version that was published but not yet handled is not missing: where the first look
finds a difference, a canary goes through the store's queue, and only what still differs behind it counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from celery import Celery
from sqlalchemy import Engine, func, select

from services.ingest.articles.tables import articles
from services.ingest.kit import generation
from services.ingest.kit.tables import outbox
from services.ingest.ops import store as letters
from services.ingest.ops.expected import (
    NO_VERSION,
    PAGE,
    PARTS,
    ExpectedVersion,
    PartsOfArticles,
    pages_of_articles,
    pages_of_parts,
    same_thing,
    small_things,
)
from services.ingest.ops.resend import resend
from services.ingest.sections.tables import sections
from shared import canary
from shared.ask import AskFunction
from shared.contracts.commands import ListCounterVersions, ListSearchVersions, ListWebSections, ListWebVersions
from shared.contracts.envelope import stamped
from shared.contracts.events import ArticleWithdrawn, Event, SectionRemoved
from shared.contracts.queues import Queue
from shared.database import read
from shared.telemetry import log

_ANSWER_SECONDS = 30.0
# Articles whose ids are not farther apart are asked for together.
_NEAR = 200
# Up to this many differences go out like fresh news; more of them wait behind fresh news.
_FEW = 100


@dataclass(frozen=True)
class Store:
    """A read model: how to ask it, which queue feeds it, whether it also holds what readers must not see."""

    name: str
    queue: Queue
    question: type[ListWebVersions]
    drafts: bool = False


STORES = (
    Store("web", Queue.page, ListWebVersions),
    Store("search", Queue.index, ListSearchVersions, drafts=True),
    Store("counter", Queue.count, ListCounterVersions),
)


class Behind(Exception):
    """The store's queue does not move: what differs may be on its way or lost."""


class Comparison:
    """One look at one store; an answer may take `patience` seconds, the store's queue twice as long."""

    def __init__(
        self, source: Engine, app: Celery, ask: AskFunction, store: Store, patience: float | None = None
    ) -> None:
        self._source = source
        self._app = app
        self._ask = ask
        self._store = store
        self._patience = patience or _ANSWER_SECONDS
        self.ahead = False
        """Set by `run`: the store holds newer versions than ingest gave."""

    def run(self) -> int:
        """The number of articles that differed.

        Raises NoAnswer, Behind, kombu.exceptions.OperationalError, redis.RedisError.
        """
        differed, after = 0, 0
        for page in pages_of_articles(self._source, self._store.drafts):
            held = self._held(after, page[-1].id)
            missing = self._still_missing([one for one in page if held.get(one.id, 0) < one.stamp])
            self._send_again(self._without_dead(missing))
            wanted = {one.id: one.stamp for one in page}
            unknown = {id_: version for id_, version in held.items() if version > wanted.get(id_, 0)}
            differed += len(missing) + self._judge(unknown)
            after = page[-1].id
        differed += self._judge(self._held(after, None))
        self._send_again(self._without_dead(small_things(self._source, self._store.queue)))
        if self._store.queue is Queue.page:
            differed += self._judge_sections()
            differed += sum(map(self._compare_parts, PARTS))
        return differed

    def _compare_parts(self, parts: PartsOfArticles) -> int:
        """The number of these that differed: public ones that readers do not see, removed ones that they do."""
        store = replace(self._store, question=parts.question)
        web = Comparison(self._source, self._app, self._ask, store, self._patience)
        differed, after = 0, 0
        for page in pages_of_parts(self._source, parts):
            held = web._held(after, page[-1].id)
            lacking = [one for one in page if one.event is parts.shown and held.get(one.id, 0) < one.stamp]
            shown = [one for one in page if one.event is parts.gone and 0 < held.get(one.id, 0) < one.stamp]
            missing = web._still_missing(lacking + shown)
            differed += len(missing) + self._judge_parts(parts, held)
            web._send_again(web._without_dead(missing))
            after = page[-1].id
        return differed + self._judge_parts(parts, web._held(after, None))

    def _judge_parts(self, parts: PartsOfArticles, held: dict[int, int]) -> int:
        """Take those away that ingest does not know; returns their number."""
        if not held:
            return 0
        with read(self._source) as connection:
            number = generation.current(connection)
            id_, version = parts.table.c.id, parts.table.c.version
            query = select(id_, version).where(id_.in_(list(held)))
            own = dict(connection.execute(query).all())
            newest = connection.execute(select(func.max(id_))).scalar() or 0
        # Old ones that are not known are gone from ingest by its own rules.
        self._notice_newer({one: held[one] for one in held if one in own or one > newest}, own, number)
        return self._take_away(parts.gone, {one: held[one] for one in held.keys() - own.keys()}, number)

    def _notice_newer(self, held: dict[int, int], own: dict[int, int], number: int) -> list[int]:
        """The ids that the store knows in newer versions than ingest gave: it was put back to an older state."""
        newer = [id_ for id_, version in held.items() if version > stamped(number, own.get(id_, NO_VERSION))]
        if newer:
            self.ahead = True
            log.error("store is ahead of ingest", store=self._store.name, number=len(newer), first=newer[0])
        return newer

    def _take_away(self, event: type[Event], held: dict[int, int], number: int) -> int:
        """Tell the store that these (id -> version) are gone, but for those that it was told before in this generation;
        returns their number."""
        stamp = stamped(number, NO_VERSION)
        gone = [ExpectedVersion(id_, NO_VERSION, event, stamp) for id_, version in held.items() if version < stamp]
        self._send_again(self._without_dead(gone))
        return len(gone)

    def mend(self, page: Sequence[ExpectedVersion]) -> tuple[list[ExpectedVersion], list[ExpectedVersion]]:
        """Look at these articles alone, in the order of ids; returns (those that are there, those sent again). What the
        store's handler has given up is neither.

        Raises as `run` does.
        """
        held: dict[int, int] = {}
        for first, last in _runs([one.id for one in page]):
            held |= self._held(first - 1, last)
        there = [one for one in page if held.get(one.id, 0) >= one.stamp]
        candidates = self._without_dead([one for one in page if held.get(one.id, 0) < one.stamp])
        missing = self._still_missing(candidates)
        self._send_again(missing)
        return there, missing

    def send_lacking(self, wanted: Sequence[ExpectedVersion], after: int) -> None:
        """Send again what of these, a run of ids from `after` on, the store lacks, whether or not it is on its way.
        Raises NoAnswer."""
        held = self._held(after, wanted[-1].id) if wanted else {}
        lacking = [one for one in wanted if one.id not in held]
        self._send_again(self._without_dead(self._without_outbox(lacking)))

    def _send_again(self, missing: list[ExpectedVersion]) -> None:
        resend(self._source, missing, (self._store.queue,), bulk=len(missing) > _FEW)

    def _without_dead(self, missing: list[ExpectedVersion]) -> list[ExpectedVersion]:
        """What its handler gave up it would give up again: that waits until somebody replays the letter, or for a newer
        version."""
        dead = letters.dead_events(self._source, self._store.queue) if missing else set()
        return [one for one in missing if (one.event.kind, str(one.id), one.stamp) not in dead]

    def _held(self, after: int, last: int | None) -> dict[int, int]:
        """What the store holds: id -> version, for after < id <= last; without `last` one page of what follows."""
        held: dict[int, int] = {}
        while True:
            limit = PAGE if last is None else min(PAGE, last - after)
            answer = self._ask(self._store.question(after=after, limit=limit), self._patience).versions
            held.update((id_, version) for id_, version in answer if last is None or id_ <= last)
            if last is None or len(answer) < limit or answer[-1][0] >= last:
                return held
            after = answer[-1][0]

    def _still_missing(self, candidates: list[ExpectedVersion]) -> list[ExpectedVersion]:
        """Those that are neither in the outbox nor in the queue, and still not in the store."""
        candidates = self._without_outbox(candidates)
        if not candidates:
            return []
        if not canary.pass_through(self._app, self._store.queue, 2 * self._patience):
            raise Behind(self._store.queue.value)
        held: dict[int, int] = {}
        for first, last in _runs([one.id for one in candidates]):
            held |= self._held(first - 1, last)
        return [one for one in candidates if held.get(one.id, 0) < one.stamp]

    def _without_outbox(self, candidates: list[ExpectedVersion]) -> list[ExpectedVersion]:
        if not candidates:
            return []
        with read(self._source) as connection:
            waiting = set(
                connection.execute(
                    select(outbox.c.key).where(
                        outbox.c.queue == self._store.queue.value,
                        outbox.c.kind.in_({kind for one in candidates for kind in same_thing(one.event)}),
                        outbox.c.key.in_([str(one.id) for one in candidates]),
                    )
                ).scalars()
            )
        return [one for one in candidates if str(one.id) not in waiting]

    def _judge(self, unknown: dict[int, int]) -> int:
        """How many of these, which are not what ingest wants there, are wrong: newer than ingest's own, which only
        happens after ingest was put back to an older state; or of no article, which are taken away."""
        if not unknown:
            return 0
        with read(self._source) as connection:
            number = generation.current(connection)
            query = select(articles.c.id, articles.c.version).where(articles.c.id.in_(list(unknown)))
            own = dict(connection.execute(query).all())
        ahead = self._notice_newer(unknown, own, number)
        strangers = {id_: version for id_, version in unknown.items() if id_ not in own}
        return len(ahead) + self._take_away(ArticleWithdrawn, strangers, number)

    def _judge_sections(self) -> int:
        """Take those away that ingest does not know; returns their number. The others are sent again anyway."""
        store = replace(self._store, question=ListWebSections)
        held = Comparison(self._source, self._app, self._ask, store, self._patience)._held(0, None)
        with read(self._source) as connection:
            number = generation.current(connection)
            own = dict(connection.execute(select(sections.c.id, sections.c.version)).all())
        self._notice_newer(held, own, number)
        return self._take_away(SectionRemoved, {one: held[one] for one in held.keys() - own.keys()}, number)


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of ids in their order that stand near one another: one question for each."""
    first = last = ids[0] if ids else 0
    for id_ in ids:
        if id_ - last > _NEAR:
            yield first, last
            first = id_
        last = id_
    if ids:
        yield first, last
