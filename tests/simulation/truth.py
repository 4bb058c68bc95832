"""What was promised to people, and what must therefore be so once everything has come to rest."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from sqlalchemy import select

from services.counter.tables import articles as counted_articles
from services.counter.tables import daily, totals, trending_rules
from services.ingest.articles.store.revisions import SHOWN
from services.ingest.articles.tables import articles, revisions
from services.ingest.comments.tables import comments
from services.ingest.front_page import store as front_page
from services.ingest.kit import generation
from services.ingest.kit.tables import dead_letters
from services.ingest.sections.tables import sections
from services.ingest.statistics import store as statistics
from services.web import model
from services.web.reading import Reading, reading
from services.web.tables import related
from shared.contracts.articles import ArticleState
from shared.contracts.envelope import stamped
from shared.database import read
from tests.simulation.databases import REFUSED
from tests.simulation.house import House


@dataclass
class Truth:
    """Who was told what. `unsure` is what somebody began and was never answered: done or not, both are right."""

    saved: dict[int, int] = field(default_factory=dict)
    """Article -> the last version that ingest acknowledged."""
    views: Counter[int] = field(default_factory=Counter)
    unsure: Counter[int] = field(default_factory=Counter)
    comments: set[str] = field(default_factory=set)
    """Texts that readers were thanked for."""
    trending: dict[int, int] = field(default_factory=dict)
    """Article -> the place that the desk's last pin was to give it."""
    readers: int = 0
    """The most readers of the day that the statistics have shown."""

    def copy(self) -> "Truth":
        return deepcopy(self)


def faults(house: House, truth: Truth) -> Iterator[str]:
    """What is not as it must be, with everything at rest. Each rule stands in docs/simulation.md under its number."""
    yield from _at_ingest(house, truth)
    yield from _at_web(house)
    yield from _at_search(house)
    yield from _at_counter(house, truth)
    yield from _dead(house)


def _at_ingest(house: House, truth: Truth) -> Iterator[str]:
    with read(house.ingest) as connection:
        own = dict(connection.execute(select(articles.c.id, articles.c.version)).tuples().all())
        texts = set(connection.execute(select(comments.c.text)).scalars())
    for article, version in truth.saved.items():
        if own.get(article, 0) < version:
            yield f"1 lost: article {article} was acknowledged at version {version}, ingest has {own.get(article)}"
    for text in truth.comments - texts:
        yield f"2 lost: the comment “{text}” never came to the moderators"


def _expected(house: House) -> dict[int, tuple[int, bool, str, str, str]]:
    """Article -> (stamped public version, shown, title, section, the section's name now)"""
    at = (revisions.c.article_id == articles.c.id) & (revisions.c.version == articles.c.public_version)
    query = select(articles.c.id, articles.c.public_version, revisions.c.effect, revisions.c.state).join(revisions, at)
    with read(house.ingest) as connection:
        number = generation.current(connection)
        names = dict(connection.execute(select(sections.c.slug, sections.c.name)).tuples().all())
        return {
            row.id: (
                stamped(number, row.public_version),
                row.effect == SHOWN,
                row.state["title"],
                row.state["section_slug"],
                names[row.state["section_slug"]],
            )
            for row in connection.execute(query)
        }


def _at_web(house: House) -> Iterator[str]:
    wanted = _expected(house)
    # What the store refuses while it does may be there or not.
    either = {article for article, (_, _, title, *_) in wanted.items() if REFUSED in title}
    shown = {article for article, one in wanted.items() if one[1]} - either
    with reading(house.web) as site:
        for article, (_, public, title, slug, name) in wanted.items():
            if article in either:
                continue
            found = site.article(article)
            here = (found.title, found.section_slug, found.section_name) if isinstance(found, ArticleState) else None
            if public and here != (title, slug, name):
                yield f"3 web: article {article} should read {(title, slug, name)}, and is {here or found}"
            if not public and here is not None:
                yield f"4 web: article {article} is withdrawn and shown"
            cards = [(card.title, card.section_name) for card in site.cards([article])]
            if public and cards != [(title, name)]:
                yield f"3 web: the card of article {article} says {cards}, should {(title, name)}"
        for slug in {section for _, _, _, section, _ in wanted.values()}:
            listed = [card.id for card in site.listed(model.of_section(slug), 1, 500).cards if card.id not in either]
            own = {article for article in shown if wanted[article][3] == slug}
            if sorted(listed) != sorted(own):
                yield f"5 web: list of {slug} has {sorted(listed)}, should have {sorted(own)}"
        everything = [card.id for card in site.listed(model.ALL, 1, 500).cards if card.id not in either]
        if sorted(everything) != sorted(shown):
            yield f"5 web: the list of all has {sorted(everything)}, should have {sorted(shown)}"
        pinned = [card.id for card in site.pinned() if card.id not in either]
        if pinned != (own_pins := [one for one in front_page.pinned(house.ingest) if one in shown]):
            yield f"6 web: the front page leads with {pinned}, should with {own_pins}"
        yield from _comments_at_web(house, site, shown)
    with read(house.web) as connection:
        known = dict(connection.execute(select(related.c.article_id, related.c.version)).tuples().all())
    for article in shown:
        if article not in known:
            yield f"7 web: nothing is known of what is related to {article}"


def _comments_at_web(house: House, site: Reading, shown: set[int]) -> Iterator[str]:
    approved = select(comments.c.article_id, comments.c.text).where(comments.c.status == "approved")
    with read(house.ingest) as connection:
        wanted = sorted((row.article_id, row.text) for row in connection.execute(approved) if row.article_id in shown)
    found = sorted((article, one.text) for article in shown for one in site.comments(article).comments)
    if found != wanted:
        yield f"8 web: comments shown are {found}, approved are {wanted}"


def _at_search(house: House) -> Iterator[str]:
    wanted = _expected(house)
    held = house.search.index.held
    for article, (version, public, title, *_) in wanted.items():
        one = held.get(article)
        if public and (one is None or not one.public or one.title != title):
            yield f"9 search: article {article} should be found as “{title}” ({version}), and is {one and one.title}"
        if not public and one is not None and one.public:
            yield f"9 search: article {article} is withdrawn and found"
    for article in set(held) - set(wanted):
        if held[article].public:
            yield f"9 search: article {article} is found, and ingest has none"


def _at_counter(house: House, truth: Truth) -> Iterator[str]:
    wanted = _expected(house)
    with read(house.counter) as connection:
        counted = dict(connection.execute(select(totals.c.article_id, totals.c.views)).tuples().all())
        public = set(connection.execute(select(counted_articles.c.id).where(counted_articles.c.public)).scalars())
        rules = connection.execute(select(trending_rules.c.rules)).scalar() or ()
        pins = {one["article_id"]: one["position"] for one in rules}
    for article in truth.views.keys() | truth.unsure.keys() | counted.keys():
        least, number = truth.views[article], counted.get(article, 0)
        if not least <= number <= least + truth.unsure[article]:
            yield f"10 counter: article {article} has {number} views, was promised {least} (+{truth.unsure[article]})"
    with reading(house.web) as site:
        for article, number in counted.items():
            if site.views(article) != number:
                yield f"11 web shows {site.views(article)} views of article {article}, the counter has {number}"
    if public != (own := {article for article, one in wanted.items() if one[1]}):
        yield f"12 counter: public are {sorted(public)}, should be {sorted(own)}"
    for article, position in truth.trending.items():
        if pins.get(article) != position:
            yield f"13 counter: article {article} was pinned at {position}, stands at {pins.get(article)}"
    with read(house.ingest) as connection:
        told = statistics.payload(connection)
    if list(rules) != (own_rules := [one.model_dump() for one in told.rules] if told else []):
        yield f"13 counter: pins are {list(rules)}, should be {own_rules}"
    if (shown := readers_shown(house)) < truth.readers:
        yield f"14 counter: {truth.readers} readers of the day were shown, now {shown}"


def readers_shown(house: House) -> int:
    """Readers of the day in the statistics."""
    with read(house.counter) as connection:
        query = select(daily.c.readers).where(daily.c.article_id == 0).order_by(daily.c.readers.desc())
        return max((number or 0 for number in connection.execute(query).scalars()), default=0)


def _dead(house: House) -> Iterator[str]:
    with read(house.ingest) as connection:
        letters = connection.execute(select(dead_letters.c.task, dead_letters.c.message, dead_letters.c.error)).all()
    buried: Counter[str] = Counter()
    for letter in letters:
        if REFUSED not in str(letter.message):
            yield f"15 dead letter without a cause: {letter.task}: {letter.error[:160]}"
        for event in letter.message.get("events", ()):
            buried[f"{letter.task} {event['key']} {event['version']}"] += 1
    for what, times in buried.items():
        # Twice where the broker doubled it, or a worker died between burying and saying so.
        if times > 3:
            yield f"16 buried {times} times: {what}"
