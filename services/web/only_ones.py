"""Writing what the paper has one of: front page, look, figures, portraits, rules of addresses, merged tags, authors.

Each function as those of services.web.store.
"""

from collections.abc import Sequence

from sqlalchemy import Engine, delete, insert

from services.web import keys, media_uses, people, tags
from services.web.tables import (
    address_rules,
    appearance,
    appearance_files,
    authors,
    figures,
    front_page,
    portraits,
    tag_merges,
)
from services.web.writing import writing
from shared.contracts.envelope import Delivered
from shared.contracts.events import (
    AddressRulesChanged,
    AppearanceChanged,
    AuthorsChanged,
    FiguresChanged,
    FrontPageChanged,
    PortraitsChanged,
    TagsMerged,
)
from shared.database import insert_newer, write
from shared.media_files import names_in


def set_front_page(engine: Engine, events: Sequence[Delivered[FrontPageChanged]]) -> None:
    rows = [
        {
            "id": event.payload.id,
            "version": event.version,
            "pinned": list(event.payload.pinned),
            "breaking": [(one.article_id, int(one.until.timestamp())) for one in event.payload.breaking],
            "sections": {slug: list(ids) for slug, ids in event.payload.sections.items()},
        }
        for event in events
    ]
    with writing(engine) as (connection, changed):
        if insert_newer(connection, front_page, rows):
            changed.keys.add(keys.FRONT)


def set_figures(engine: Engine, events: Sequence[Delivered[FiguresChanged]]) -> None:
    rows = [
        {
            "id": event.payload.id,
            "version": event.version,
            "figures": [one.model_dump() for one in event.payload.figures],
            "until": int(event.payload.until.timestamp()) if event.payload.until else 0,
        }
        for event in events
    ]
    with writing(engine) as (connection, changed):
        if insert_newer(connection, figures, rows):
            changed.keys.add(keys.FIGURES)


def set_portraits(engine: Engine, events: Sequence[Delivered[PortraitsChanged]]) -> None:
    rows = [{**event.payload.model_dump(mode="json"), "version": event.version} for event in events]
    with writing(engine) as (connection, changed):
        if insert_newer(connection, portraits, rows):
            newest = max(events, key=lambda event: event.version).payload
            shown = names_in(newest.model_dump_json())
            changed.keys |= {keys.PORTRAITS} | media_uses.note(connection, {media_uses.OF_THE_PAPER: shown})


def set_appearance(engine: Engine, events: Sequence[Delivered[AppearanceChanged]]) -> None:
    rows = [
        {"id": event.payload.id, "version": event.version, "chosen": event.payload.appearance.model_dump(mode="json")}
        for event in events
    ]
    with writing(engine) as (connection, changed):
        if insert_newer(connection, appearance, rows):
            newest = max(events, key=lambda event: event.version).payload
            connection.execute(delete(appearance_files))
            files = [{"name": name, "data": data} for name, data in newest.data.items()]
            if files:
                connection.execute(insert(appearance_files), files)
            changed.keys.add(keys.APPEARANCE)


def set_address_rules(engine: Engine, events: Sequence[Delivered[AddressRulesChanged]]) -> None:
    """Where addresses of a former site lead. No page is made from them."""
    rows = [
        {"id": event.payload.id, "version": event.version, "rules": [one.model_dump() for one in event.payload.rules]}
        for event in events
    ]
    with write(engine) as connection:
        insert_newer(connection, address_rules, rows)


def merge_tags(engine: Engine, events: Sequence[Delivered[TagsMerged]]) -> None:
    """Bring the articles of merged tags to the others' lists, and those of tags that are none any more back."""
    rows = [
        {"id": event.payload.id, "version": event.version, "merges": [one.model_dump() for one in event.payload.merges]}
        for event in events
    ]
    with writing(engine) as (connection, changed):
        before = tags.merged(connection)
        # Whoever says the same again makes no page anew.
        if insert_newer(connection, tag_merges, rows) and (after := tags.merged(connection)) != before:
            changed.keys |= {keys.TAGS, *map(keys.listing, tags.move(connection, before, after))}


def set_authors(engine: Engine, events: Sequence[Delivered[AuthorsChanged]]) -> None:
    """Bring articles to the lists of those whose names stand under them."""
    rows = [
        {
            "id": event.payload.id,
            "version": event.version,
            "authors": [one.model_dump() for one in event.payload.authors],
        }
        for event in events
    ]
    with writing(engine) as (connection, changed):
        before = people.signing(connection)
        if insert_newer(connection, authors, rows) and (after := people.signing(connection)) != before:
            changed.keys |= {keys.AUTHORS, *map(keys.listing, people.move(connection, before, after))}
