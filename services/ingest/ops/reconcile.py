"""Comparing what the other services hold with ingest, and sending again what differs; a rebuild sends everything.

Each store answers with the (article id, version) pairs that it holds, in pages by id, so that memory stays the same
for any number of articles. A version that was published but not yet handled is not missing: where the first look
finds a difference, a canary goes through the store's queue, and only what still differs behind it counts.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import redis
from celery import Celery
from kombu.exceptions import OperationalError as BrokerAway
from redis.utils import str_if_bytes
from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, case, func, select

from services.ingest.articles.store.revisions import EVENTS
from services.ingest.articles.tables import articles, revisions
from services.ingest.comments.tables import comments
from services.ingest.former_addresses import store as former_addresses
from services.ingest.front_page.store import ONLY
from services.ingest.front_page.tables import front_page
from services.ingest.kit import generation
from services.ingest.kit.tables import outbox
from services.ingest.live_coverage.tables import live_entries
from services.ingest.ops import store as letters
from services.ingest.search_words import store as search_words
from services.ingest.sections.tables import sections
from shared import canary
from shared import outbox as events
from shared.ask import Asker, AskFunction, NoAnswer
from shared.celery_factory import publisher
from shared.contracts.commands import (
    ListCounterVersions,
    ListSearchVersions,
    ListWebComments,
    ListWebLiveEntries,
    ListWebRelated,
    ListWebSections,
    ListWebVersions,
)
from shared.contracts.envelope import stamped
from shared.contracts.events import (
    AddressRulesChanged,
    ArticlePublished,
    ArticleSaved,
    ArticleWithdrawn,
    CommentPublished,
    CommentRemoved,
    Event,
    FrontPageChanged,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    SearchRulesChanged,
    SectionSaved,
)
from shared.contracts.queues import Queue
from shared.database import engine as service_engine
from shared.database import read, write
from shared.redis_client import redis_client
from shared.telemetry import log

_PAGE = 5_000
_ROWS_A_TRANSACTION = 1_000
_ANSWER_SECONDS = 30.0
# Articles whose ids are not farther apart are asked for together.
_NEAR = 200
# Up to this many differences go out like fresh news; more of them wait behind fresh news.
_FEW = 100
_RESULTS = "ts:reconcile"
# Of what stores are told about an article that there is not; ingest gives none so low.
_NO_VERSION = 0


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


@dataclass(frozen=True, slots=True)
class ExpectedVersion:
    """The version that a store must hold, and the event that brings it there. `stamp`: what the store knows it by."""

    id: int
    version: int
    event: type[Event]
    stamp: int


@dataclass(frozen=True, slots=True)
class PartsOfArticles:
    """Things of articles that come and go by themselves: how web is asked for them, where they are, and which event
    tells of a status."""

    question: type[ListWebVersions]
    table: Table
    shown: type[Event]
    gone: type[Event]
    by_status: dict[str, type[Event]]


COMMENTS = PartsOfArticles(
    ListWebComments,
    comments,
    CommentPublished,
    CommentRemoved,
    {"approved": CommentPublished, "rejected": CommentRemoved},
)
LIVE_ENTRIES = PartsOfArticles(
    ListWebLiveEntries,
    live_entries,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    {"published": LiveEntryPublished, "withdrawn": LiveEntryWithdrawn},
)
_PARTS = (COMMENTS, LIVE_ENTRIES)
_FAMILIES = (EVENTS, *(parts.by_status for parts in _PARTS))
_BY_EFFECT = {effect: event for family in _FAMILIES for effect, event in family.items()}


class Behind(Exception):
    """The store's queue does not move: what differs may be on its way or lost."""


def reconcile() -> dict[str, int | None]:
    """Compare every store with ingest and send again what differs.

    Returns store name -> number of articles that differed, None where the store (or its queue) did not answer.
    """
    app = publisher("ingest")
    asker = Asker(app).start()
    try:
        return compare(service_engine("ingest"), app, asker.ask_sync)
    finally:
        asker.close()


def compare(source: Engine, app: Celery, ask: AskFunction, stores: Sequence[Store] = STORES) -> dict[str, int | None]:
    """`reconcile` with its surroundings as parameters."""
    generation.notice_promotion(source)
    found, ahead = _compared(source, app, ask, stores)
    if ahead:
        with write(source) as connection:
            generation.begin(connection, f"{', '.join(ahead)} knew newer versions", went_back=True)
        found, _ = _compared(source, app, ask, stores)
    _remember(found)
    if any(found.values()):
        log.warning("read models differed", **{name: number for name, number in found.items() if number})
    return found


def _compared(
    source: Engine, app: Celery, ask: AskFunction, stores: Sequence[Store]
) -> tuple[dict[str, int | None], list[str]]:
    """(what `reconcile` returns, the stores that know more than ingest)"""
    found: dict[str, int | None] = {}
    ahead = []
    for store in stores:
        comparison = Comparison(source, app, ask, store)
        try:
            found[store.name] = comparison.run()
        except (NoAnswer, Behind, BrokerAway, redis.RedisError) as error:
            log.warning("store not compared", store=store.name, error=repr(error)[:200])
            found[store.name] = None
        if comparison.ahead:
            ahead.append(store.name)
    if found.get("web") is not None:
        try:
            # After search was compared: what it is sent for this is no difference of its own.
            _ask_for_related(source, app, ask)
        except NoAnswer as error:
            log.warning("related articles not compared", error=repr(error)[:200])
    return found, ahead


def last_results() -> dict[str, tuple[int, float]]:
    """Store -> (articles that differed, unix seconds) at its last whole comparison by any process.

    Raises redis.RedisError.
    """
    results = {}
    for name, value in redis_client().hgetall(_RESULTS).items():
        number, at = value.split()
        results[str_if_bytes(name)] = (int(number), float(at))
    return results


def rebuild(everything: bool = False, went_back: bool = False) -> int:
    """Send all that readers see again, newest first, as newer than whatever stores hold; returns the number of events.

    Search is told too, because it then tells web the related articles. `everything`: drafts to search and the
    counter's list of articles as well, which the next comparison would send else. `went_back`: ingest's store is an
    older one than the one that spoke last.
    """
    source = service_engine("ingest")
    with write(source) as connection:
        generation.begin(connection, "restore" if went_back else "rebuild", went_back=went_back)
        sent = _resend_sections(connection)
    for parts in _PARTS:
        for page in _pages_of_parts(source, parts):
            sent += _resend(source, [one for one in page if one.event is parts.shown], (Queue.page,), bulk=True)
    queues = (Queue.page, Queue.index, Queue.count) if everything else (Queue.page, Queue.index)
    for page in _pages(source, drafts=False, newest_first=True):
        sent += _resend(source, page, queues, bulk=True)
    if everything:
        for page in _pages(source, drafts=True, newest_first=True):
            hidden = [article for article in page if article.event is ArticleSaved]
            sent += _resend(source, hidden, (Queue.index,), bulk=True)
    return sent


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
        for page in _pages(self._source, self._store.drafts):
            held = self._held(after, page[-1].id)
            missing = self._still_missing([one for one in page if held.get(one.id, 0) < one.stamp])
            self._send_again(self._without_dead(missing))
            wanted = {one.id: one.stamp for one in page}
            unknown = {id_: version for id_, version in held.items() if version > wanted.get(id_, 0)}
            differed += len(missing) + self._judge(unknown)
            after = page[-1].id
        differed += self._judge(self._held(after, None))
        if self._store.question is ListSearchVersions:
            self._send_search_words()
        if self._store.queue is Queue.page:
            self._send_small_things()
            differed += sum(map(self._compare_parts, _PARTS))
        return differed

    def _compare_parts(self, parts: PartsOfArticles) -> int:
        """The number of these that differed: public ones that readers do not see, removed ones that they do."""
        store = replace(self._store, question=parts.question)
        web = Comparison(self._source, self._app, self._ask, store, self._patience)
        differed, after = 0, 0
        for page in _pages_of_parts(self._source, parts):
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
            own = {row.id: row.version for row in connection.execute(query)}
            newest = connection.execute(select(func.max(id_))).scalar() or 0
        # Old ones that are not known are gone from ingest by its own rules.
        self._notice_newer({one: held[one] for one in held if one in own or one > newest}, own, number)
        return self._take_away(parts.gone, {one: held[one] for one in held.keys() - own.keys()}, number)

    def _notice_newer(self, held: dict[int, int], own: dict[int, int], number: int) -> list[int]:
        """The ids that the store knows in newer versions than ingest gave: it was put back to an older state."""
        newer = [id_ for id_, version in held.items() if version > stamped(number, own.get(id_, _NO_VERSION))]
        if newer:
            self.ahead = True
            log.error("store is ahead of ingest", store=self._store.name, number=len(newer), first=newer[0])
        return newer

    def _take_away(self, event: type[Event], held: dict[int, int], number: int) -> int:
        """Tell the store that these (id -> version) are gone, but for those that it was told before in this generation;
        returns their number."""
        stamp = stamped(number, _NO_VERSION)
        gone = [ExpectedVersion(id_, _NO_VERSION, event, stamp) for id_, version in held.items() if version < stamp]
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
        _resend(self._source, missing, (self._store.queue,), bulk=len(missing) > _FEW)

    def _without_dead(self, missing: list[ExpectedVersion]) -> list[ExpectedVersion]:
        """What its handler gave up it would give up again: that waits until somebody replays the letter, or for a newer
        version."""
        dead = letters.dead_events(self._source, self._store.queue) if missing else set()
        return [one for one in missing if (one.event.kind, str(one.id), one.stamp) not in dead]

    def _held(self, after: int, last: int | None) -> dict[int, int]:
        """What the store holds: id -> version, for after < id <= last; without `last` one page of what follows."""
        held: dict[int, int] = {}
        while True:
            limit = _PAGE if last is None else min(_PAGE, last - after)
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
                        outbox.c.kind.in_({kind for one in candidates for kind in _same_thing(one.event)}),
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
            own = {row.id: row.version for row in connection.execute(query)}
        ahead = self._notice_newer(unknown, own, number)
        strangers = {id_: version for id_, version in unknown.items() if id_ not in own}
        return len(ahead) + self._take_away(ArticleWithdrawn, strangers, number)

    def _send_search_words(self) -> None:
        with write(self._source) as connection:
            if (said := search_words.payload(connection)) is not None:
                events.add(connection, outbox, SearchRulesChanged, [(search_words.ONLY, said.version)])
        events.wake("ingest")

    def _send_small_things(self) -> None:
        """Sections, the front page, rules about addresses: sent again whether or not they differ."""
        store = replace(self._store, question=ListWebSections)
        held = Comparison(self._source, self._app, self._ask, store, self._patience)._held(0, None)
        with read(self._source) as connection:
            own = {row.id: row.version for row in connection.execute(select(sections.c.id, sections.c.version))}
            self._notice_newer(held, own, generation.current(connection))
        with write(self._source) as connection:
            _resend_sections(connection)
        events.wake("ingest")


def _ask_for_related(source: Engine, app: Celery, ask: AskFunction) -> None:
    """Have search tell web what is related to articles of which web does not know it. Search finds that out in its
    quiet moments: what is on its way counts for no difference.

    Raises NoAnswer.
    """
    told_by_search = Store("web", Queue.index, ListWebRelated)
    web, after = Comparison(source, app, ask, told_by_search), 0
    for page in _pages(source, drafts=False):
        web.send_lacking([one for one in page if one.event is ArticlePublished], after)
        after = page[-1].id


def _pages(source: Engine, drafts: bool, newest_first: bool = False) -> Iterator[list[ExpectedVersion]]:
    """What a store must hold, by id, _PAGE at a time; each page in a read of its own."""
    # Of a live article every store holds what readers see, whatever is prepared.
    newest = case((articles.c.status == "published", articles.c.public_version), else_=articles.c.version)
    version = newest if drafts else articles.c.public_version
    query = (
        select(articles.c.id, version.label("version"), revisions.c.effect)
        .join(revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.version == version))
        .order_by(articles.c.id.desc() if newest_first else articles.c.id)
        .limit(_PAGE)
    )
    return _paged(source, query, articles.c.id, newest_first)


def _pages_of_parts(source: Engine, parts: PartsOfArticles) -> Iterator[list[ExpectedVersion]]:
    """All of these that readers see or may have seen, by id, _PAGE at a time."""
    row = parts.table.c
    columns = (row.id, row.version, row.status.label("effect"))
    query = select(*columns).where(row.status.in_(parts.by_status)).order_by(row.id).limit(_PAGE)
    return _paged(source, query, row.id)


def _paged(
    source: Engine, query: Select[tuple[int, int, str]], by: ColumnElement[int], falling: bool = False
) -> Iterator[list[ExpectedVersion]]:
    """Each page of a query that is in the order of `by`, in a read of its own."""
    last: int | None = None
    while True:
        part = query
        if last is not None:
            part = query.where(by < last if falling else by > last)
        with read(source) as connection:
            page = expected(connection, part)
        if not page:
            return
        yield page
        last = page[-1].id


def _same_thing(event: type[Event]) -> set[str]:
    """The kinds of events that speak of what `event` speaks of."""
    family = next(family.values() for family in _FAMILIES if event in family.values())
    return {one.kind for one in family}


def expected(connection: Connection, query: Select[tuple[int, int, str]]) -> list[ExpectedVersion]:
    """Of (id, version, effect) rows; the effect of a part of an article is its status."""
    number = generation.current(connection)
    return [
        ExpectedVersion(row.id, row.version, _BY_EFFECT[row.effect], stamped(number, row.version))
        for row in connection.execute(query)
    ]


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


def _resend(source: Engine, wanted: Sequence[ExpectedVersion], queues: Sequence[Queue], bulk: bool) -> int:
    """Put articles into the outbox for these queues; returns their number."""
    for first in range(0, len(wanted), _ROWS_A_TRANSACTION):
        with write(source) as connection:
            for event, group in _by_event(wanted[first : first + _ROWS_A_TRANSACTION]).items():
                pointers = [(article.id, article.version) for article in group]
                events.add(connection, outbox, event, pointers, bulk=bulk, queues=queues)
    if wanted:
        events.wake("ingest")
    return len(wanted)


def _by_event(wanted: Sequence[ExpectedVersion]) -> dict[type[Event], list[ExpectedVersion]]:
    groups: dict[type[Event], list[ExpectedVersion]] = {}
    for article in wanted:
        groups.setdefault(article.event, []).append(article)
    return groups


def _resend_sections(connection: Connection) -> int:
    """Every section, then the front page and the rules about former addresses."""
    pointers: list[tuple[str | int, int]] = [
        (row.id, row.version) for row in connection.execute(select(sections.c.id, sections.c.version))
    ]
    events.add(connection, outbox, SectionSaved, pointers)
    front = connection.execute(select(front_page.c.version)).scalar()
    if front is not None:
        events.add(connection, outbox, FrontPageChanged, [(ONLY, front)])
    rules = former_addresses.payload(connection)
    if rules is not None:
        events.add(connection, outbox, AddressRulesChanged, [(former_addresses.ONLY, rules.version)])
    return len(pointers) + (front is not None) + (rules is not None)


def _remember(found: dict[str, int | None]) -> None:
    """For whoever shows it: the relay's metrics, the ops page."""
    values = {name: f"{number} {time.time()}" for name, number in found.items() if number is not None}
    try:
        for name, value in values.items():
            redis_client().hset(_RESULTS, name, value)
    except redis.RedisError as error:
        log.warning("comparison not noted", error=str(error))
