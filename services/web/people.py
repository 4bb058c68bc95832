"""Whose the names in bylines are: an author's page stands under a number, with all that they signed; a name that
nobody has given an author keeps the page of its slug."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Text, select, type_coerce

from services.web import listings, model
from services.web.tables import authors
from shared.contracts.articles import ArticleState
from shared.contracts.events import SigningAuthor
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import slug

_AUTHORS = select(type_coerce(authors.c.authors, Text))


@dataclass(frozen=True, slots=True)
class Person:
    """An author; `names` are those that readers know to be theirs, the first one heads the page."""

    id: int
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def slug(self) -> str:
        """ "12/hoa": what no name's slug is, so that nobody stands under another one's address."""
        return f"{self.id}/{slug(self.name) or 'tac-gia'}"


@dataclass(frozen=True)
class Signing:
    """Who signs with which names."""

    people: tuple[Person, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Person]:
        """By `name_key` of each name."""
        return {name_key(name): one for one in self.people for name in one.names}

    @cached_property
    def slugs(self) -> Mapping[str, str]:
        """Key of a name -> the slug under which it stood while it was nobody's."""
        return {name_key(name): slug(name) or "tac-gia" for one in self.people for name in one.names}

    @cached_property
    def by_id(self) -> Mapping[int, Person]:
        return {one.id: one for one in self.people}

    @cached_property
    def by_slug(self) -> Mapping[str, tuple[Person, ...]]:
        """By the slug of a name: those whose names differ in their marks alone share one."""
        found: dict[str, tuple[Person, ...]] = {}
        for key, spelled in self.slugs.items():
            others = found.get(spelled, ())
            one = self.by_key[key]
            found[spelled] = others if one in others else (*others, one)
        return found

    def of(self, name: str) -> Person | None:
        return self.by_key.get(name_key(name)) if self.people else None

    def meant(self, typed: str) -> tuple[str, ...]:
        """The names that are looked for by an author's number or by a name; none by a slug, which several may share."""
        if typed.isascii() and typed.isdigit() and (one := self.by_id.get(int(typed[:9]))):
            return one.names
        if not typed or typed == slug(typed):
            return ()
        found = self.of(typed)
        return found.names if found else (typed,)

    def now(self, state: ArticleState) -> ArticleState:
        """An article whose bylines lead to the pages of today."""
        if not self.people or all(self.of(author.name) is None for author in state.authors):
            return state
        signed = ((author, self.of(author.name)) for author in state.authors)
        own = tuple(author if one is None else author.model_copy(update={"slug": one.slug}) for author, one in signed)
        return state.model_copy(update={"authors": own})


def signing(connection: Connection) -> Signing:
    return _read(connection.execute(_AUTHORS).scalar() or "[]")


@lru_cache(maxsize=4)
def _read(text: str) -> Signing:
    """One an age: pages are made from it all the time, and it changes some times a week."""
    known = (SigningAuthor(**one) for one in orjson.loads(text))
    return Signing(tuple(Person(one.id, one.names) for one in known if one.names))


def move(connection: Connection, before: Signing, after: Signing) -> set[str]:
    """Bring articles from the lists of whose they were to those of whose they are; returns which lists changed."""
    places = {
        key: (_list(key, before, after.slugs), _list(key, after, before.slugs))
        for key in {*before.by_key, *after.by_key}
    }
    lists = {one for was, now in places.values() if was != now for one in (was, now)}

    def stands(state: dict[str, Any]) -> dict[str, str]:
        signed = [(author, after.of(author["name"])) for author in state["authors"]]
        return {
            model.of_author(one.slug if one else author["slug"]): "" if one else author["name"]
            for author, one in signed
        }

    listings.rearrange(connection, lists, model.of_author(""), stands)
    return lists


def _list(key: str, signing: Signing, slugs: Mapping[str, str]) -> str:
    """The list where articles stand that are signed with this name; `slugs` knows those that are nobody's."""
    one = signing.by_key.get(key)
    return model.of_author(one.slug if one else slugs.get(key) or signing.slugs[key])
