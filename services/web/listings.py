"""Where articles stand: the lists they are in, and who stands next to whom."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Delete,
    Integer,
    Text,
    bindparam,
    delete,
    exists,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
    update,
)

from services.web import keys, model
from services.web.tables import articles, entries, names, old_paths, sections
from shared.contracts.articles import ArticleState
from shared.contracts.former_addresses import former, picture_key
from shared.database import upsert

OTHERS = 6
"""Older articles of the section that an article's page lists."""

_READ_AT_ONCE = 500
_PUT = update(articles).where(articles.c.id == bindparam("article"))
_TAKE_OUT = delete(entries).where(
    entries.c.list == bindparam("name"),
    entries.c.published_at == bindparam("at"),
    entries.c.article_id == bindparam("id"),
)

Where = tuple[tuple[str, ...], int]
"""The lists an article stands in, and its time there."""


def lists_of(state: ArticleState) -> tuple[str, ...]:
    """The names of the lists that an article belongs in."""
    made = [model.ALL, model.of_section(state.section_slug)]
    made += [model.of_section(state.second_section)] if state.second_section else []
    made += [model.of_tag(tag.slug) for tag in (*state.tags, state.event) if tag]
    made += [model.of_author(author.slug) for author in state.authors]
    if state.kind != "article":
        made.append(model.of_kind(state.kind))
    if state.corrections:
        made.append(model.CORRECTED)
    return tuple(dict.fromkeys(made))


def time_of(state: ArticleState) -> int:
    """An article's time in its lists, in unix seconds."""
    return int((state.published_at or state.updated_at).timestamp())


def places(connection: Connection, ids: list[int]) -> dict[int, Where]:
    """Where public articles stand now."""
    rows = connection.execute(
        select(articles.c.id, articles.c.lists, articles.c.published_at).where(
            articles.c.id.in_(ids), articles.c.public
        )
    )
    return {article_id: (tuple(lists), at) for article_id, lists, at in rows}


def take_out(connection: Connection, before: dict[int, Where], ids: Iterable[int], parents: dict[str, str]) -> None:
    """Delete these articles from the lists they stood in; `parents` as `section_parents` tells them."""
    rows = [
        {"name": name, "at": at, "id": article_id}
        for article_id in ids
        if article_id in before
        for names_, at in [before[article_id]]
        for name in with_parents(names_, parents)
    ]
    if rows:
        # One by one: for an IN of several whole keys SQLite reads every entry that there is.
        connection.execute(_TAKE_OUT, rows)


def put_in(connection: Connection, states: list[ArticleState], parents: dict[str, str]) -> None:
    """Put articles into their lists, with the names and old addresses they bring."""
    if not states:
        return
    rows = [
        {"list": name, "published_at": time_of(state), "article_id": state.id}
        for state in states
        for name in with_parents(lists_of(state), parents)
    ]
    connection.execute(upsert(connection, entries).on_conflict_do_nothing(), rows)
    written = {model.of_tag(tag.slug): tag.name for state in states for tag in (*state.tags, state.event) if tag}
    # The page of a known author is headed by their own name, not by one of those they signed with.
    nobodys = (author for state in states for author in state.authors if "/" not in author.slug)
    written |= {model.of_author(author.slug): author.name for author in nobodys}
    if written:
        statement = upsert(connection, names)
        statement = statement.on_conflict_do_update(index_elements=["list"], set_={"name": statement.excluded.name})
        connection.execute(statement, [{"list": name, "name": how} for name, how in sorted(written.items())])
    elsewhere = {spelled: state.id for state in states for path in state.old_paths for spelled in _spelled(path)}
    elsewhere |= {key: state.id for state in states for one in state.old_pictures if (key := picture_key(one.path))}
    if elsewhere:
        statement = upsert(connection, old_paths)
        own = {"article_id": statement.excluded.article_id}
        rows = [{"path": path, "article_id": article_id} for path, article_id in sorted(elsewhere.items())]
        connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=own), rows)


def rearrange(
    connection: Connection, lists: set[str], kind: str, stands: Callable[[dict[str, Any]], dict[str, str]]
) -> None:
    """Put the articles of these lists into those that they belong in now. `kind` begins the names of all that change,
    `stands` says from an article's state which of them there are, each with how it is written ("" where that is known).
    """
    found = select(entries.c.article_id).where(entries.c.list.in_(lists)).distinct().order_by(entries.c.article_id)
    ids = list(connection.execute(found).scalars()) if lists else []
    for first in range(0, len(ids), _READ_AT_ONCE):
        _rearrange(connection, ids[first : first + _READ_AT_ONCE], kind, stands)


def _rearrange(
    connection: Connection, ids: list[int], kind: str, stands: Callable[[dict[str, Any]], dict[str, str]]
) -> None:
    query = select(articles.c.id, articles.c.published_at, articles.c.lists, articles.c.state)
    put: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    come: list[dict[str, Any]] = []
    own: dict[str, str] = {}
    for article_id, at, held, state in connection.execute(query.where(articles.c.id.in_(ids), articles.c.public)):
        now = stands(state)
        own |= {name: how for name, how in now.items() if how}
        lists = list(dict.fromkeys([*(one for one in held if not one.startswith(kind)), *now]))
        put.append({"article": article_id, "lists": lists})
        gone += [{"name": one, "at": at, "id": article_id} for one in held if one not in lists]
        come += [{"list": one, "published_at": at, "article_id": article_id} for one in lists if one not in held]
    if put:
        connection.execute(_PUT.values(lists=bindparam("lists")), put)
    if gone:
        connection.execute(_TAKE_OUT, gone)
    if come:
        connection.execute(upsert(connection, entries).on_conflict_do_nothing(), come)
    if own:
        # What stands for itself again may have had no article of its own before.
        rows = [{"list": one, "name": name} for one, name in sorted(own.items())]
        connection.execute(upsert(connection, names).on_conflict_do_nothing(), rows)


def _spelled(path: str) -> set[str]:
    """An address of a former site as it was, and in the spelling of all its forms."""
    found = former(path)
    return {path, found.key} - {""} if found else {path}


def section_parents(connection: Connection) -> dict[str, str]:
    """Section list → its parent's list."""
    query = select(sections.c.slug, sections.c.parent_slug).where(sections.c.parent_slug != "")
    return {model.of_section(slug): model.of_section(parent) for slug, parent in connection.execute(query)}


def with_parents(lists: Iterable[str], parents: dict[str, str]) -> list[str]:
    """Lists, and all lists above them."""
    made = dict.fromkeys(lists)
    for name in list(made):
        # Events out of order can make a circle for a moment.
        while (parent := parents.get(name)) is not None and parent not in made:
            made[parent] = None
            name = parent
    return list(made)


def move_section(connection: Connection, parents: dict[str, str], slug: str, parent_slug: str) -> set[str]:
    """Note in `parents` where a section stands now, and bring its articles there; returns which lists changed."""
    before, name = dict(parents), model.of_section(slug)
    parents.pop(name, None)
    if parent_slug:
        parents[name] = model.of_section(parent_slug)
    return move_entries(connection, name, before, parents) if parents != before else set()


def move_entries(connection: Connection, name: str, before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Bring a section's list from the lists above it `before` to those `after`; returns which changed.

    Where events out of order make a circle, some of what stands in it belongs to those above it by itself, and stays.
    """
    was, now = (set(with_parents([name], parents)) - {name} for parents in (before, after))
    for other in was - now:
        below = [section for section in {*before, name} if name in with_parents([section], before)]
        staying = [section for section in below if other in with_parents([section], after)]
        connection.execute(_taken_out(other, name, staying))
    for other in now - was:
        copies = select(literal(other), entries.c.published_at, entries.c.article_id).where(entries.c.list == name)
        connection.execute(upsert(connection, entries).from_select(entries.c.keys(), copies).on_conflict_do_nothing())
    return was ^ now


def _taken_out(other: str, name: str, staying: list[str]) -> Delete:
    """The list `other` without what stands in `name` too, but for the articles of the sections `staying`."""
    here = entries.alias()
    same = (here.c.published_at == entries.c.published_at) & (here.c.article_id == entries.c.article_id)
    found = delete(entries).where(entries.c.list == other, exists().where(here.c.list == name, same))
    if staying:
        lists = type_coerce(articles.c.lists, Text)
        own = or_(*(lists.contains(f'"{section}"', autoescape=True) for section in staying))
        found = found.where(~exists().where(articles.c.id == entries.c.article_id, own))
    return found


def _section(lists: Iterable[str]) -> str:
    """Its own section, which stands before the second one."""
    return next(name for name in lists if name.startswith("s:"))


def neighbours(connection: Connection, article_id: int, was: Where | None, now: Where | None) -> set[str]:
    """Pages of articles near the place it left and the one it came to: they link to it or list it."""
    found: set[str] = {keys.around(article_id)}
    for place in (was, now):
        if place is None:
            continue
        lists, at = place
        section = _section(lists)
        near = connection.execute(_NEAR, {"section": section, "at": at, "article_id": article_id})
        found |= {keys.around(other) for other in near.scalars()}
    return found


def _near() -> CompoundSelect[int]:
    """The articles next to a place in its section: OTHERS newer ones and an older one. For an import of a thousand
    it runs a thousand times, and making it anew would cost ten times as much."""
    here = tuple_(entries.c.published_at, entries.c.article_id)
    place = tuple_(bindparam("at", type_=BigInteger), bindparam("article_id", type_=Integer))
    inside = select(entries.c.article_id).where(entries.c.list == bindparam("section"))
    newer = inside.where(here > place).order_by(entries.c.published_at, entries.c.article_id).limit(OTHERS)
    older = inside.where(here < place).order_by(entries.c.published_at.desc(), entries.c.article_id.desc()).limit(1)
    return union_all(select(newer.subquery().c.article_id), select(older.subquery().c.article_id))


_NEAR = _near()
