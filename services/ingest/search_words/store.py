"""What editors say of readers' words: all of it is one versioned thing, like the front page."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from services.ingest.articles.store.listing import titles
from services.ingest.kit import audit, only_one
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.search_words.rules import read as read_rules
from services.ingest.search_words.tables import search_words
from shared import outbox as events
from shared.contracts.events import SearchRulesChanged
from shared.database import AdvisoryLock, read, take_lock, write


@dataclass(frozen=True, slots=True)
class Said:
    """All of it. `places`: provinces and communes are found by their names before and after the mergers of 2025."""

    lines: tuple[str, ...] = ()
    places: bool = True


def said(engine: Engine) -> tuple[Said, int]:
    """What was said last, and its version; 0 for nothing yet."""
    with read(engine) as connection:
        return _last(connection)


def save(engine: Engine, actor: Actor, said: Said, version: int) -> None:
    """Say this instead of what `version` said. Raises Invalid, Conflict."""
    wanted = {rule.article_id for rule in read_rules(said.lines) if rule.article_id}
    if strange := wanted - titles(engine, wanted).keys():
        raise Invalid.of("lines", f"Không có bài số {min(strange)}.")
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.search_words)
        before, held = _last(connection)
        if version != held:
            raise Conflict("Có người vừa sửa danh sách này; hãy mở lại trang rồi sửa tiếp.")
        if before == said:
            return
        values = {"version": version + 1, "lines": list(said.lines), "places": said.places}
        connection.execute(only_one.setting(connection, search_words, values))
        only_one.tell(connection, SearchRulesChanged, version + 1)
        changes: dict[str, object] = {
            "added": [line for line in said.lines if line not in before.lines],
            "removed": [line for line in before.lines if line not in said.lines],
        }
        if before.places != said.places:
            changes["places"] = said.places
        audit.append(connection, actor.name, "search_words.changed", "search_words", changes)
    events.wake("ingest")


def payload(connection: Connection) -> SearchRulesChanged | None:
    said, version = _last(connection)
    if not version:
        return None
    return SearchRulesChanged(version=version, rules=read_rules(said.lines), places=said.places)


def _last(connection: Connection) -> tuple[Said, int]:
    row = connection.execute(select(search_words.c.lines, search_words.c.places, search_words.c.version)).first()
    if row is None:
        return Said(), 0
    lines, places, version = row
    return Said(tuple(lines), places), version
