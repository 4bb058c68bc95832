"""Putting into the outbox once more what a store lacks."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from services.ingest.appearance import store as appearance
from services.ingest.former_addresses import store as former_addresses
from services.ingest.front_page.store import ONLY
from services.ingest.front_page.tables import front_page
from services.ingest.kit.tables import outbox
from services.ingest.ops.expected import ExpectedVersion
from services.ingest.sections.tables import sections
from services.ingest.tags import store as tags
from shared import outbox as events
from shared.contracts.events import (
    AddressRulesChanged,
    AppearanceChanged,
    Event,
    FrontPageChanged,
    SectionSaved,
    TagsMerged,
)
from shared.contracts.queues import Queue
from shared.database import write

_ROWS_A_TRANSACTION = 1_000


def resend(source: Engine, wanted: Sequence[ExpectedVersion], queues: Sequence[Queue], bulk: bool) -> int:
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


def resend_sections(connection: Connection) -> int:
    """Every section, then the front page, the site's look, the rules about former addresses and the merged tags."""
    pointers: list[tuple[str | int, int]] = [
        (id_, version) for id_, version in connection.execute(select(sections.c.id, sections.c.version))
    ]
    events.add(connection, outbox, SectionSaved, pointers)
    front = connection.execute(select(front_page.c.version)).scalar()
    if front is not None:
        events.add(connection, outbox, FrontPageChanged, [(ONLY, front)])
    look = appearance.payload(connection)
    if look is not None:
        events.add(connection, outbox, AppearanceChanged, [(appearance.ONLY, look.version)])
    rules = former_addresses.payload(connection)
    if rules is not None:
        events.add(connection, outbox, AddressRulesChanged, [(former_addresses.ONLY, rules.version)])
    merges = tags.payload(connection)
    if merges is not None:
        events.add(connection, outbox, TagsMerged, [(tags.ONLY, merges.version)])
    return len(pointers) + sum(one is not None for one in (front, look, rules, merges))
