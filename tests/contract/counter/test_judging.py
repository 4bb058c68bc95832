"""Which views are made up: a carrier's thousands of readers are none of them, a machine's are, also at one address."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import redis
from sqlalchemy import Engine, select

from services.counter import judging, store
from services.counter.drain import drain
from services.counter.hot import Hot
from services.counter.judging import INVENTED, UNASKED, judge
from services.counter.tables import SITE, daily, hourly, referrers, slots, spans, tallies
from shared.contracts.commands import CountViews
from shared.database import read
from shared.vietnamese.dates import day_start
from shared.views.definition import JUDGED_LEAST, WINDOW_SECONDS
from shared.views.visitor import Secrets, VisitorKeys
from tests.servers import RedisServer

NOON = day_start(30_000) + 12 * 3600 + 900  # in 2052, far from midnight and in the middle of a half hour
CARRIER, HOUSE, FARM = "171.224.8.9", "14.160.25.9", "45.76.1.2"

Beacon = tuple[str, str, int, float]
"""(address, agent, article, seconds before NOON)"""


class Paper:
    """The counter, and readers whose page requests and beacons web would have told it."""

    def __init__(self, client: "redis.Redis", source: Engine) -> None:
        self.source = source
        self.hot = Hot(client, lambda: store.stored_batches(source))
        days = Secrets(client)
        days.refresh(NOON)
        self.keys = VisitorKeys("https://bao.vn", days)

    def beacons(self, beacons: list[Beacon], *, asked: float = 1.0, seed: int = 1, referrer: str = "") -> int:
        """Send them, with a request for the page behind the share `asked`; returns how many views they make."""
        dice = random.Random(seed)
        counted = 0
        for first in range(0, len(beacons), 1000):
            sent = [
                (article, self.keys.key(address, agent, NOON), int(NOON - before), referrer)
                for address, agent, article, before in beacons[first : first + 1000]
            ]
            pages = [(article, key) for article, key, _at, _referrer in sent if dice.random() < asked]
            # Web tells of pages up to ten seconds after the views.
            counted += self.hot.apply(CountViews(batch_id=f"{uuid4().hex[:16]}-0", views=tuple(sent)))[0]
            self.hot.seen.note_asked(pages, NOON)
        return counted

    def judge(self) -> int:
        drain(self.hot, self.source)
        taken = judge(self.hot, NOON)
        drain(self.hot, self.source)
        return taken

    @property
    def totals(self) -> dict[int, int]:
        return {article: views for article, (views, _) in store.totals_of(self.source, range(1, 500)).items()}

    @property
    def reasons(self) -> dict[str, int]:
        with read(self.source) as connection:
            rows = connection.execute(select(tallies.c.reason, tallies.c.number)).all()
        found: Counter[str] = Counter()
        for reason, number in rows:
            found[reason] += number
        return dict(found)


@pytest.fixture
def paper(counters_redis: RedisServer, source: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    monkeypatch.setattr(time, "time", lambda: float(NOON))
    with counters_redis.client() as client:
        yield Paper(client, source)


def common_agents(number: int) -> list[tuple[str, float]]:
    """(name, weight): browsers as a country has them, the first as common as the next three together."""
    names = [f"Mozilla/5.0 (Linux; Android 10; K) Chrome/{131 - n % 40}.0.0.0 Mobile [{n}]" for n in range(number)]
    return [(name, 1 / (place + 1)) for place, name in enumerate(names)]


def crowd(address: Callable[[int], str], readers: int, *, agents: int = 300, articles: int = 12) -> list[Beacon]:
    """Readers on their phones over twenty minutes, most of them at one article."""
    dice = random.Random(readers)
    names, weights = zip(*common_agents(agents), strict=True)
    found = []
    for reader, agent in enumerate(dice.choices(names, weights, k=readers)):
        article = 1 if dice.random() < 0.6 else dice.randrange(2, articles + 1)
        found.append((address(reader), agent, article, dice.uniform(30, 1200)))
    return found


def farm(address: Callable[[int], str], number: int, *, articles: int = 1, seconds: float = 600) -> list[Beacon]:
    """A machine that makes up a browser for each view."""
    return [
        (address(n), f"Mozilla/5.0 (X11; Linux) made-up/{n}", 100 + n % articles, 20 + seconds * n / number)
        for n in range(number)
    ]


def test_a_carriers_readers_behind_one_address_stay(paper: Paper) -> None:
    views = paper.beacons(crowd(lambda _: CARRIER, 4000), asked=0.98)

    assert views > 1000
    assert paper.judge() == 0
    assert sum(paper.totals.values()) == views
    assert not {UNASKED, INVENTED} & paper.reasons.keys()


def test_a_machine_beside_them_at_the_same_address_goes_and_they_stay(paper: Paper) -> None:
    real = paper.beacons(crowd(lambda _: CARRIER, 4000), asked=0.98)
    made = paper.beacons(farm(lambda _: CARRIER, 900, articles=3), asked=0.0)

    assert made == 900
    assert paper.judge() == 900
    assert sum(paper.totals.values()) == real
    assert not any(paper.totals.get(article) for article in (100, 101, 102))
    assert paper.reasons[UNASKED] == 900


def test_a_machine_at_the_crowds_own_article_goes(paper: Paper) -> None:
    real = paper.beacons(crowd(lambda _: CARRIER, 3000))
    beacons = [(address, agent, 1, before) for address, agent, _, before in farm(lambda _: CARRIER, 600)]
    paper.beacons(beacons, asked=0.0)

    assert paper.judge() == 600
    assert sum(paper.totals.values()) == real


@pytest.mark.parametrize("asked", [0.0, 1.0])
def test_a_machine_alone_goes_whether_it_asks_for_pages_or_not(paper: Paper, asked: float) -> None:
    paper.beacons(farm(lambda _: FARM, 900, seconds=15), asked=asked)

    assert paper.judge() == 900
    assert paper.totals[100] == 0
    assert paper.reasons[INVENTED] == 900


def test_common_browsers_that_never_asked_go(paper: Paper) -> None:
    """A list of real agents, all as frequent, over many articles: names enough for a crowd, and no page asked for."""
    beacons = [(FARM, name, article, 30.0 + article * 40) for article in range(1, 21) for name, _ in common_agents(40)]
    paper.beacons(beacons, asked=0.0)

    assert paper.judge() == 800
    assert paper.reasons[UNASKED] == 800


@pytest.mark.parametrize("asked", [0.0, 1.0])
def test_a_48_of_which_each_64_sends_one_goes(paper: Paper, asked: float) -> None:
    def house(number: int) -> str:
        return f"2001:ee0:7:{number:x}::9"

    paper.beacons([(house(n), "Mozilla/5.0 Chrome/131", 100, 30.0 + n) for n in range(900)], asked=asked)

    assert paper.judge() == 900


def test_a_carriers_48_stays_and_a_machines_64_in_it_goes(paper: Paper) -> None:
    real = paper.beacons(crowd(lambda reader: f"2402:800:61:{reader:x}::1", 3000), asked=0.98)
    paper.beacons(farm(lambda _: "2402:800:61:ffff::1", 500), asked=0.0)

    assert paper.judge() == 500
    assert sum(paper.totals.values()) == real


@pytest.mark.parametrize("share", [0.03, 0.3, 0.7])
def test_behind_a_cache_that_answers_for_us_readers_stay(paper: Paper, share: float) -> None:
    """Of most requests for pages nothing is known then: of a crowd's, and of everybody's."""
    views = paper.beacons(crowd(lambda _: CARRIER, 4000), asked=share)
    views += paper.beacons(crowd(lambda reader: f"27.{reader % 250}.{reader // 250}.7", 2000), asked=share)

    assert paper.judge() == 0
    assert sum(paper.totals.values()) == views


def test_a_crowd_alone_behind_a_cache_stays(paper: Paper) -> None:
    """Nobody else reads, and only the first of each two seconds asks us."""
    beacons = crowd(lambda _: CARRIER, 2000)
    known: set[tuple[int, int]] = set()
    first: list[Beacon] = []
    others: list[Beacon] = []
    for one in beacons:
        moment = (one[2], int(NOON - one[3]) // 2)
        (others if moment in known else first).append(one)
        known.add(moment)
    views = paper.beacons(first, asked=1.0) + paper.beacons(others, asked=0.0)

    assert paper.judge() == 0
    assert sum(paper.totals.values()) == views


def test_readers_inside_an_app_with_many_names_stay(paper: Paper) -> None:
    """Apps say model, build and version: some thousand names, of which the common ones are common still."""
    dice = random.Random(5)
    names = [f"Mozilla/5.0 (iPhone) [FBAN/FBIOS;FBDV/iPhone{n};FBAV/4{n % 90}]" for n in range(2000)]
    weights = [1 / (place + 1) ** 0.8 for place in range(len(names))]
    beacons = [(CARRIER, name, 1, dice.uniform(30, 1200)) for name in dice.choices(names, weights, k=1500)]
    views = paper.beacons(beacons, asked=0.97)

    assert views > 500
    assert paper.judge() == 0


def test_small_numbers_are_left_alone(paper: Paper) -> None:
    paper.beacons(farm(lambda _: HOUSE, JUDGED_LEAST - 1), asked=0.0)

    assert paper.judge() == 0


def test_private_addresses_are_not_judged(paper: Paper) -> None:
    """All readers may stand behind one proxy that nobody told us to trust."""
    paper.beacons(farm(lambda _: "10.1.2.3", 900), asked=0.0)

    assert paper.judge() == 0
    assert paper.totals[100] == 900


def test_what_was_taken_back_is_gone_everywhere_and_does_not_count_again(paper: Paper) -> None:
    beacons = farm(lambda _: FARM, 900)
    paper.beacons(beacons, asked=0.0, referrer="zalo.me")
    paper.beacons([(HOUSE, "Firefox", 100, 60.0)], referrer="zalo.me")
    assert paper.judge() == 900

    again = paper.beacons(beacons, asked=0.0, referrer="zalo.me")

    assert again == 0
    assert paper.judge() == 0
    with read(paper.source) as connection:
        for table in (slots, hourly, daily):
            for of in (SITE, 100):
                assert sum(connection.execute(select(table.c.views).where(table.c.article_id == of)).scalars()) == 1
        assert list(connection.execute(select(spans.c.views)).scalars()) == [1]
        assert set(connection.execute(select(referrers.c.views)).scalars()) == {1}


def test_a_total_that_falls_is_told_as_newer(paper: Paper) -> None:
    """Totals never fall within an epoch: web would take the lower one for the older one."""
    paper.beacons(farm(lambda _: FARM, 900), asked=0.0)
    drain(paper.hot, paper.source)
    before = store.totals_of(paper.source, [100])
    paper.judge()

    assert before == {100: (900, 0)}
    assert store.totals_of(paper.source, [100]) == {100: (0, 1)}


def test_a_machine_that_works_over_the_turn_of_a_half_hour_is_seen_whole(paper: Paper) -> None:
    turn = NOON % WINDOW_SECONDS
    beacons = [(FARM, f"made-up/{n}", 100, float(turn - 200 + n)) for n in range(400)]
    paper.beacons(beacons, asked=0.0)

    assert paper.judge() == 400


def test_views_are_judged_when_requests_for_their_pages_must_be_known(paper: Paper) -> None:
    paper.beacons([(FARM, f"made-up/{n}", 100, float(n % judging.RIPE_SECONDS)) for n in range(900)], asked=0.0)

    assert paper.judge() == 0


def test_many_networks_are_looked_at_in_turns(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_HELD", 500)

    def at(address: str) -> Callable[[int], str]:
        return lambda _: address

    for number in range(4):
        paper.beacons(farm(at(f"45.76.1.{number}"), 400), asked=0.0)

    assert paper.judge() == 1600
