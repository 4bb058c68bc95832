"""What readers search for: how often, in vain, and without opening anything.

Of a query that few asked nothing is written to SQL or shown: it may say who asked. Until enough different readers of
one day have asked it, it stands in Redis, without them; of readers there is only a Bloom filter of hashes under the
day's secret (shared.views.visitor), which nobody can read.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import Any, TypedDict

import orjson
import redis
from sqlalchemy import ColumnElement, Engine, Row, func, select

from services.counter.tables import searches
from shared.contracts.commands import CountSearches
from shared.contracts.statistics import SearchedQuery, SearchStatistics, SearchStatisticsAnswer
from shared.database import read, upsert, write
from shared.vietnamese.dates import day_bounds, day_number
from shared.vietnamese.forms import folded_text

LEAST_READERS = 6
"""Different readers of one day. Counts of 1 to 5 are the small ones by which people are recognised (Information
Commissioner's Office, Anonymisation: managing data protection risk, appendix 2)."""
MOST_KNOWN, MOST_RARE = 2000, 10_000
"""Queries of a day that enough have asked, and others: 1 and 6 MB at most."""
_FILTER_BITS = 2**23
"""1 MB a day (Redis sets aside twice that): with half a million searches one in 200 is not counted."""
_READERS, _UNFOUND, _CLICKED = 1, 2, 3
_COUNTED = {"found": (_READERS,), "unfound": (_READERS, _UNFOUND), "clicked": (_CLICKED,)}
_SCRIPT = Path(__file__).with_name("searches.lua").read_text()
ANSWER_SECONDS = 2.0


class Standing(TypedDict):
    """How a query of a day stands."""

    day: int
    query: str
    spelling: str
    readers: int
    unfound: int
    clicked: int


class HotSearches:
    """The searches of a day, in Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._count = client.register_script(_SCRIPT)

    def count(self, told: CountSearches) -> list[Standing]:
        """Count what was not counted yet; returns how those of its queries stand that enough have asked."""
        day = day_number(told.at.timestamp())
        entries = [
            (query, typed, what, *_bits(f"{what}:{mark}"))
            for typed, mark, outcome in told.searches
            if (query := folded_text(typed))
            for what in _COUNTED[outcome]
        ]
        found: Any = self._count(args=[day, LEAST_READERS, MOST_KNOWN, MOST_RARE, orjson.dumps(entries)])
        return [
            {
                "day": day,
                "query": query.decode(),
                "spelling": spelling.decode(),
                "readers": readers,
                "unfound": unfound,
                "clicked": clicked,
            }
            for query, spelling, readers, unfound, clicked in found
        ]


def _bits(text: str) -> tuple[int, int, int]:
    number = int.from_bytes(blake2b(text.encode(), digest_size=9).digest())
    return number % _FILTER_BITS, (number >> 24) % _FILTER_BITS, (number >> 48) % _FILTER_BITS


def keep(source: Engine, rows: list[Standing]) -> None:
    """Write how queries stand. They only rise: of two states the one that counts more is the later one, and after a
    loss of Redis the one before it."""
    if not rows:
        return
    ordered = sorted(rows, key=itemgetter("query"))  # two processes lock rows in one order
    with write(source) as connection:
        statement = upsert(connection, searches)
        new = statement.excluded
        rises = searches.c.readers + searches.c.unfound + searches.c.clicked < new.readers + new.unfound + new.clicked
        changed = {name: new[name] for name in ("spelling", "readers", "unfound", "clicked")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["day", "query"], set_=changed, where=rises), ordered
        )


def told(source: Engine, query: SearchStatistics) -> SearchStatisticsAnswer:
    """Raises DBAPIError where it takes longer than an editor waits."""
    first, last = (day_number(day_bounds(day)[0].timestamp()) for day in (query.first, query.last))
    within = searches.c.day.between(first, last)
    key, readers = searches.c.query, func.sum(searches.c.readers)
    unfound, clicked = func.sum(searches.c.unfound), func.sum(searches.c.clicked)
    sums = select(key, readers, unfound, clicked).where(within).group_by(key)
    with read(source, within=ANSWER_SECONDS) as connection:

        def rows(order: ColumnElement[int], *conditions: ColumnElement[bool]) -> Sequence[Row[str, int, int, int]]:
            ordered = sums.having(*conditions).order_by(order.desc(), key).limit(query.size)
            return connection.execute(ordered).all()

        lists = {
            "frequent": rows(readers),
            "unfound": rows(unfound, unfound > 0),
            "unclicked": rows(readers - clicked, clicked * 10 < readers, unfound * 2 <= readers),
        }
        named = {row[0] for of_list in lists.values() for row in of_list}
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        written = select(key, searches.c.spelling, searches.c.readers).where(within, key.in_(named))
        for folded, spelling, number in connection.execute(written):
            spellings[folded][spelling] += number
    return SearchStatisticsAnswer.model_validate(
        {
            name: [
                SearchedQuery(
                    query=spellings[folded].most_common(1)[0][0],
                    readers=int(number),
                    unfound=int(in_vain),
                    clicked=int(opened),
                )
                for folded, number, in_vain, opened in of_list
            ]
            for name, of_list in lists.items()
        }
    )
