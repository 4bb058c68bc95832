"""What editors say of readers' words: all of it is one versioned thing, like the front page."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from services.ingest.articles.store.listing import titles
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.tables import outbox
from services.ingest.search_words.rules import read as read_rules
from services.ingest.search_words.tables import search_words
from shared import outbox as events
from shared.contracts.events import SearchRulesChanged
from shared.database import AdvisoryLock, read, take_lock, upsert, write

ONLY = 1


def lines(engine: Engine) -> tuple[list[str], int]:
    """What was said last, and its version; 0 for nothing yet."""
    with read(engine) as connection:
        row = connection.execute(select(search_words)).first()
    return (list(row.lines), int(row.version)) if row else ([], 0)


def save(engine: Engine, actor: Actor, said: Sequence[str], version: int) -> None:
    """Say this instead of what `version` said. Raises Invalid, Conflict."""
    wanted = {rule.article_id for rule in read_rules(said) if rule.article_id}
    if strange := wanted - titles(engine, wanted).keys():
        raise Invalid.of("lines", f"Không có bài số {min(strange)}.")
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.search_words)
        row = connection.execute(select(search_words)).first()
        if version != (row.version if row else 0):
            raise Conflict("Có người vừa sửa danh sách này; hãy mở lại trang rồi sửa tiếp.")
        before = list(row.lines) if row else []
        if before == list(said):
            return
        values = {"version": version + 1, "lines": list(said)}
        statement = upsert(connection, search_words).values(id=ONLY, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
        events.add(connection, outbox, SearchRulesChanged, [(ONLY, version + 1)])
        changes = {
            "added": [line for line in said if line not in before],
            "removed": [line for line in before if line not in said],
        }
        audit.append(connection, actor.name, "search_words.changed", "search_words", changes)
    events.wake("ingest")


def payload(connection: Connection) -> SearchRulesChanged | None:
    row = connection.execute(select(search_words)).first()
    return SearchRulesChanged(version=row.version, rules=read_rules(row.lines)) if row else None
