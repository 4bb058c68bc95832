"""Reading the read model for one page: every method also notes what the page depends on (services.web.keys)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, select

from services.web import coverages, discussions, keys, model, people, tags
from services.web import page_statements as sql
from services.web.listings import OTHERS
from services.web.model import (
    Around,
    Card,
    Coverage,
    Discussion,
    Listed,
    LiveEntry,
    Order,
    Ranked,
    Section,
    Story,
    Tombstone,
    image_of,
)
from services.web.people import Signing
from services.web.section_tree import SectionTree
from services.web.tables import totals
from shared.contracts.articles import ArticleState, Image
from shared.contracts.events import AddressRule
from shared.contracts.former_addresses import picture_key
from shared.database import read
from shared.media_files import name_of
from shared.vietnamese.dates import day_bounds, vietnam_day
from shared.vietnamese.matching import name_key

RELATED = 6


@contextmanager
def reading(engine: Engine) -> Iterator["Reading"]:
    """One consistent view of the read model."""
    with read(engine) as connection:
        yield Reading(connection)


class Reading:
    """`depends` grows with every call; a page made from this view is anew when one of these keys changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tree: SectionTree | None = None
        self._merged_tags: tags.Merged | None = None
        self._signing: Signing | None = None
        self.depends: set[str] = set()

    # ---------------------------------------------------------------- articles

    def article(self, article_id: int) -> ArticleState | Tombstone | None:
        """The public state, the tombstone, or None for an id that was never public."""
        self.depends.add(keys.article(article_id))
        row = self._connection.execute(sql.ARTICLE, {"id": article_id}).first()
        if row is None:
            return None
        public, reason_kind, state = row
        return self._state(state) if public else Tombstone(article_id, reason_kind)

    def story(self, state: ArticleState, discussion: Discussion) -> Story:
        """All that stands on an article's page."""
        tree = self.section_tree()
        return Story.of(
            state,
            self.around(state),
            related=self.related(state),
            discussion=discussion,
            section=tree.get(state.section_slug),
            ancestors=tree.ancestors(state.section_slug),
        )

    def around(self, state: ArticleState) -> Around:
        """The neighbours of an article in its section."""
        self.depends.add(keys.around(state.id))
        here = {
            "list": model.of_section(state.section_slug),
            "at": int((state.published_at or state.updated_at).timestamp()),
            "id": state.id,
            "offset": 0,
            "limit": OTHERS,
        }
        older = list(self._connection.execute(sql.OLDER, here).scalars())
        newer = list(self._connection.execute(sql.NEWER, here).scalars())
        # The oldest articles of a section have few behind them: then the next newer ones fill the list.
        others = [*older, *newer[1:]][:OTHERS]
        cards = {card.id: card for card in self.cards([*older, *newer])}
        return Around(
            older=cards.get(older[0]) if older else None,
            newer=cards.get(newer[0]) if newer else None,
            others=tuple(cards[one] for one in others if one in cards),
        )

    def related(self, state: ArticleState) -> tuple[Card, ...]:
        """ "Tin liên quan": what was chosen, then articles that read alike, nearest first."""
        self.depends.add(keys.related(state.id))
        alike = self._connection.execute(sql.RELATED, {"id": state.id}).scalar()
        ids = dict.fromkeys([*state.related, *(alike or [])])
        return tuple(self.cards([one for one in ids if one != state.id])[:RELATED])

    def comments(self, article_id: int, order: Order = "oldest", page: int = 1) -> Discussion:
        """A page of the approved comments."""
        self.depends.add(keys.comments(article_id))
        return discussions.page_of(self._connection, article_id, order, page)

    def thread(self, article_id: int, comment_id: int, page: int = 1) -> Discussion:
        """A comment with a page of the replies to it; none where readers see no such comment."""
        self.depends.add(keys.comments(article_id))
        return discussions.thread(self._connection, article_id, comment_id, page)

    def shows_comment(self, article_id: int, comment_id: int) -> bool:
        """Whether readers see this comment under this article."""
        return discussions.shows(self._connection, article_id, comment_id)

    def live_version(self, state: ArticleState) -> tuple[int, int]:
        """(version of a live coverage, number of its entries, gone ones too)"""
        self.depends |= {keys.live(state.id), keys.article(state.id)}
        versions, number = self._connection.execute(coverages.VERSION, {"article": state.id}).one()
        return state.version + int(versions), number

    def coverage(self, state: ArticleState, page: int, size: int) -> Coverage:
        """A page of a live coverage's entries, and its main events."""
        here = {"article": state.id}
        places = self._connection.execute(coverages.PLACES, here).all()
        ids = [one for one, _ in places[(page - 1) * size : page * size]]
        pages = {one: place // size + 1 for place, (one, _) in enumerate(places)}
        main = [one for one, is_key in places if is_key]
        rows = self._connection.execute(coverages.ENTRIES, {"ids": [*ids, *main]})
        found = {one: LiveEntry.of(version, state, pages[one]) for one, version, state in rows}
        return Coverage(
            version=self.live_version(state)[0],
            entries=tuple(found[one] for one in ids),
            events=tuple(sorted((found[one] for one in main), key=lambda one: (one.at, one.id))),
            gone=tuple(self._connection.execute(coverages.GONE, here).scalars()),
            page=page,
            more=len(places) > page * size,
        )

    def path_of_former(self, spelled: Sequence[str]) -> str | None:
        """Where the article is now that had one of these addresses elsewhere; the first of them that one had."""
        found = {path: one for one, path in self._connection.execute(sql.FORMER, {"paths": spelled})}
        ids = list(dict.fromkeys(found[path] for path in spelled if path in found))
        cards = self.cards(ids)
        return cards[0].path if cards else None

    def former_picture(self, key: str) -> str | None:
        """Where the picture is now that had the address with this key (`picture_key`) elsewhere, if readers may have
        it."""
        found = [self.article(one) for one in self._connection.execute(sql.FORMER, {"paths": [key]}).scalars()]
        files = [
            picture.file
            for state in found
            if isinstance(state, ArticleState)
            for picture in state.old_pictures
            if picture_key(picture.path) == key
        ]
        return next((f"/media/{file}" for file in files if self.shows(name_of(file))), None)

    def address_rules(self, known: int) -> tuple[int, tuple[AddressRule, ...]] | None:
        """(version, rules) by which other addresses of a former site lead to ours; None for version `known`."""
        row = self._connection.execute(sql.RULES, {"known": known}).first()
        if row is None:
            return None
        version, rules = row
        return version, tuple(AddressRule(**rule) for rule in rules)

    def last_day(self, first: date, last: date) -> date | None:
        """The last of these days on which something was published."""
        begin, _ = day_bounds(first)
        _, end = day_bounds(last)
        between = {"first": int(begin.timestamp()), "last": int(end.timestamp()) - 1, "list": model.ALL}
        at = self._connection.execute(sql.LAST_AT, between).scalar()
        return None if at is None else vietnam_day(_utc(at))

    def shows(self, name: str) -> bool:
        """Whether a public article shows the file of this name (shared.media_files)."""
        self.depends.add(keys.media(name))
        return self._connection.execute(sql.MEDIA, {"name": name}).first() is not None

    # ---------------------------------------------------------------- lists

    def cards(self, ids: Sequence[int]) -> list[Card]:
        """The public ones of these articles, in this order."""
        if not ids:
            return []
        self.depends.update(map(keys.card, ids))
        rows = self._connection.execute(sql.CARDS, {"ids": ids})
        names = self.section_tree().names
        found = {one: Card.from_stored(_named(card, names)) for one, card in rows}
        return [found[one] for one in ids if one in found]

    def listed(self, name: str, page: int = 1, size: int = 20) -> Listed:
        """A page of a list (`model.ALL`, `model.of_section(slug)`, …), newest first."""
        self.depends.add(keys.listing(name))
        return self._listed(sql.LISTED, page, size, list=name)

    def number(self, name: str) -> int:
        """How many articles a list has; one more than `model.MOST_COUNTED` for a longer one."""
        self.depends.add(keys.listing(name))
        most = model.MOST_COUNTED + 1
        return int(self._connection.execute(sql.NUMBER, {"list": name, "most": most}).scalar_one())

    def listed_on(self, day: date, page: int = 1, size: int = 20) -> Listed:
        """All articles of a Vietnamese day."""
        self.depends.add(keys.day(day.isoformat()))
        first, end = (int(moment.timestamp()) for moment in day_bounds(day))
        return self._listed(sql.LISTED_BETWEEN, page, size, list=model.ALL, first=first, last=end - 1)

    def counts(self, days: Sequence[date]) -> dict[date, int]:
        """How many articles each of these Vietnamese days, one after another, has."""
        self.depends.update(keys.day(day.isoformat()) for day in days)
        first, end = day_bounds(days[0])[0], day_bounds(days[-1])[1]
        between = {"list": model.ALL, "first": int(first.timestamp()), "last": int(end.timestamp()) - 1}
        return dict(Counter(vietnam_day(_utc(at)) for at in self._connection.execute(sql.TIMES, between).scalars()))

    def first_day(self) -> date | None:
        """The Vietnamese day of the oldest article."""
        self.depends.add(keys.listing(model.ALL))
        at = self._connection.execute(sql.FIRST_AT, {"list": model.ALL}).scalar()
        return None if at is None else vietnam_day(_utc(at))

    def states(self, name: str, size: int) -> list[ArticleState]:
        """The newest articles of a list, whole: for feeds."""
        self.depends.add(keys.listing(name))
        ids = self._ids(sql.LISTED, 0, size, list=name)
        self.depends.update(map(keys.article, ids))
        found = {one: self._state(state) for one, state in self._connection.execute(sql.STATES, {"ids": ids})}
        return [found[one] for one in ids if one in found]

    def since(self, moment: datetime, limit: int) -> list[Card]:
        """All articles published after `moment`, newest first: for the news sitemap."""
        self.depends.add(keys.listing(model.ALL))
        return self.cards(self._ids(sql.LISTED_AFTER, 0, limit, list=model.ALL, after=int(moment.timestamp())))

    def block(self, number: int) -> list[Card]:
        """The public articles of one file of the sitemap, by id."""
        self.depends.add(keys.block(number))
        first = number * model.BLOCK
        rows = self._connection.execute(sql.BLOCK, {"first": first, "last": first + model.BLOCK - 1})
        return [Card.from_stored(card) for card in rows.scalars()]

    def blocks(self) -> int:
        """Number of files of the sitemap."""
        self.depends.add(keys.listing(model.ALL))
        last = self._connection.execute(sql.LAST_ARTICLE).scalar()
        return 0 if last is None else int(last) // model.BLOCK + 1

    def merged_tags(self) -> tags.Merged:
        """The tags that are others now, by their slugs."""
        self.depends.add(keys.TAGS)
        if self._merged_tags is None:
            self._merged_tags = tags.merged(self._connection)
        return self._merged_tags

    def signing(self) -> Signing:
        """Whose the names in bylines are."""
        self.depends.add(keys.AUTHORS)
        if self._signing is None:
            self._signing = people.signing(self._connection)
        return self._signing

    def is_signed(self, slug: str) -> bool:
        """Whether names that are spelled so stand, or once stood, in bylines."""
        return slug in self.signing().by_slug or self.name_of(model.of_author(slug)) is not None

    def _state(self, fields: dict[str, Any]) -> ArticleState:
        """An article with its section's name, its tags and its authors of today."""
        state = ArticleState.model_validate(_named(fields, self.section_tree().names))
        return self.signing().now(tags.now(state, self.merged_tags()))

    def name_of(self, name: str) -> str | None:
        """How a tag's or an author's list is written; None where there never was one."""
        self.depends.add(keys.listing(name))
        return self._connection.execute(sql.NAME, {"list": name}).scalar()

    # ---------------------------------------------------------------- the paper

    def sections(self) -> tuple[Section, ...]:
        """Those that stand under no other, with their sub-sections, in the order of their positions."""
        return self.section_tree().top()

    def section_tree(self) -> SectionTree:
        """All sections as they are now."""
        self.depends.add(keys.SECTIONS)
        if self._tree is None:
            rows = self._connection.execute(sql.SECTIONS)
            self._tree = SectionTree(Section(slug, name, parent) for slug, name, parent in rows)
        return self._tree

    def appearance(self) -> str:
        """What the newsroom has chosen of the site's look, as JSON; "" for nothing."""
        self.depends.add(keys.APPEARANCE)
        return self._connection.execute(sql.APPEARANCE).scalar() or ""

    def look_file(self, name: str) -> bytes | None:
        """A picture of that look."""
        self.depends.add(keys.APPEARANCE)
        return self._connection.execute(sql.LOOK_FILE, {"name": name}).scalar()

    def pinned(self) -> list[Card]:
        """What editors put on the front page, the first one leads."""
        self.depends.add(keys.FRONT)
        ids = self._connection.execute(sql.PINNED).scalar()
        return self.cards(ids or [])

    def pinned_in(self, section: Section) -> list[Card]:
        """What editors put on a section's front, as far as it still stands in that section or below it."""
        self.depends.add(keys.FRONT)
        ids = (self._connection.execute(sql.PINNED_IN_SECTIONS).scalar() or {}).get(section.slug, [])
        within = {one.slug for _, one in section.all()}
        return [card for card in self.cards(ids) if card.section_slug in within]

    def portrait(self, names: Iterable[str]) -> Image | None:
        """The first one of these names has; what it shows is the name."""
        self.depends.add(keys.PORTRAITS)
        shown = {name_key(one["alt"]): one for one in (self._connection.execute(sql.PORTRAITS).scalar() or {}).values()}
        found = next((shown[key] for key in map(name_key, names) if key in shown), None)
        return image_of(found) if found else None

    def figures(self, at: datetime) -> tuple[list[dict[str, str]], int]:
        """(weather and prices that hold at that time, until when in unix seconds)"""
        self.depends.add(keys.FIGURES)
        row = self._connection.execute(sql.FIGURES, {"now": int(at.timestamp())}).first()
        return ([], 0) if row is None else (row.figures, row.until)

    def breaking(self, at: datetime) -> list[tuple[Card, datetime]]:
        """What editors have marked as breaking news at that time, each with the end of its mark."""
        self.depends.add(keys.FRONT)
        found = self._connection.execute(sql.BREAKING).scalar() or []
        until = {int(article_id): _utc(seconds) for article_id, seconds in found}
        cards = self.cards([article_id for article_id, end in until.items() if at < end])
        return [(card, until[card.id]) for card in cards]

    def ranking(self, window: str, section: str = "", size: int = 10) -> list[Ranked]:
        """The most read of "1h", "24h", "7d", "30d" or "trending"; of the whole paper or a section."""
        name = f"{window}:{section}"
        self.depends.add(keys.ranking(name))
        found = self._connection.execute(sql.RANKING, {"name": name}).scalar()
        views = {int(article_id): int(number) for article_id, number in found or []}
        # Some may have been withdrawn a moment ago: a few more than wanted are looked at.
        return [Ranked(card, views[card.id]) for card in self.cards(list(views)[: size + 5])][:size]

    def most_viewed(self, name: str, after: datetime, size: int) -> list[Ranked]:
        """Of a list's stories since then those with the most views in all."""
        self.depends.add(keys.listing(name))
        found = self._connection.execute(
            sql.MOST_VIEWED, {"list": name, "after": int(after.timestamp()), "limit": size}
        )
        views = {row.article_id: row.views for row in found}
        return [Ranked(card, views[card.id]) for card in self.cards(list(views))]

    def views(self, article_id: int) -> int:
        """Shown total of an article."""
        return self._connection.execute(sql.VIEWS, {"id": article_id}).scalar() or 0

    def _listed(self, which: Select[int], page: int, size: int, **of: str | int) -> Listed:
        ids = self._ids(which, (page - 1) * size, size + 1, **of)
        return Listed(tuple(self.cards(ids[:size])), page, len(ids) > size)

    def _ids(self, which: Select[int], offset: int, limit: int, **of: str | int) -> list[int]:
        return list(self._connection.execute(which, {"offset": offset, "limit": limit, **of}).scalars())


def _named(fields: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A card or a state with its section's name of today."""
    return {**fields, "section_name": names.get(fields["section_slug"], fields["section_name"])}


def totals_of(engine: Engine, ids: Iterable[int]) -> dict[int, int]:
    """Shown totals of some articles."""
    query = select(totals.c.article_id, totals.c.views).where(totals.c.article_id.in_(list(ids)))
    with read(engine) as connection:
        return dict(connection.execute(query).all())


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
