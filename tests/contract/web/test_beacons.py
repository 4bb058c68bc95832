"""POST /api/views in web: what counts, what is refused and why, and that 204 means "held"."""

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from kombu.exceptions import OperationalError

from services.web import beacons, groupcommit
from services.web.asked_pages import MANY, Noted, head_of, noting
from services.web.beacons import RATE, ViewSink, referrer_domain
from services.web.groupcommit import ViewTransport
from services.web.viewjournal import Journal
from shared.ask import NoAnswer
from shared.contracts.commands import CountSearches, CountViews
from shared.limits import Bound
from shared.settings import get_settings
from shared.views.definition import TOKEN_SECONDS
from shared.views.token import ViewTokens
from tests.conftest import forget_settings
from tests.servers import RedisServer
from tests.wait import until_async

CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
READER = {
    b"user-agent": CHROME,
    b"host": b"127.0.0.1:8000",
    b"origin": b"http://127.0.0.1:8000",
    b"sec-fetch-site": b"same-origin",
}
HOME = "14.160.25.9"

pytestmark = pytest.mark.usefixtures("counters_redis")


class Broker(ViewTransport):
    """Stands in for the broker and the counter behind it: keeps what it was sent, loses it, or is away."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.away = False
        self.loses = 0
        self.counts = True
        self.holds = True
        """Whether what was applied is in SQL, too."""

    def send(self, command: CountViews | CountSearches) -> None:
        if self.away:
            raise OperationalError("away")
        if self.loses:
            self.loses -= 1
        else:
            self.messages.append(command.model_dump(mode="json"))

    def queue_is_empty(self) -> bool:
        return self.counts

    def close(self) -> None:
        self.away = True

    def applied(self, names: list[str]) -> tuple[set[str], set[str]]:
        if not self.counts:
            raise NoAnswer("list_applied_batches")
        known = {message["batch_id"] for message in self.messages} & set(names)
        return (known if self.holds else set()), known

    @property
    def views(self) -> list[list[Any]]:
        return [view for message in self.messages for view in message["views"]]

    @property
    def rejected(self) -> dict[str, int]:
        sums: dict[str, int] = {}
        for message in self.messages:
            for reason, number in message["rejected"].items():
                sums[reason] = sums.get(reason, 0) + number
        return sums


@asynccontextmanager
async def running(broker: Broker, folder: Path, asked: "deque[Noted] | None" = None) -> AsyncIterator[ViewSink]:
    sink = ViewSink(folder, line=broker, asked=asked)
    await sink.start()
    try:
        yield sink
    finally:
        await sink.close()


def beacon(article: int = 7, *, issued: float | None = None, **more: object) -> bytes:
    return orjson.dumps({"token": ViewTokens(get_settings().secret_key).issue(article, issued), **more})


def run(tmp_path: Path, work: Callable[[ViewSink, Broker], Any]) -> Broker:
    """Run `work(sink, broker)` on a loop; everything is sent when this returns."""
    broker = Broker()

    async def whole() -> None:
        async with running(broker, tmp_path / "journal") as sink:
            await work(sink, broker)

    asyncio.run(whole())
    return broker


def test_a_readers_beacon_is_taken(tmp_path: Path) -> None:
    async def work(sink: ViewSink, broker: Broker) -> None:
        assert await sink.accept(READER, HOME, beacon(7, referrer="https://www.google.com/search?q=bi+mat")) == 204
        assert len(broker.views) == 1, "204 was said before the broker held it"

    article, visitor, at, referrer = run(tmp_path, work).views[0]

    assert (article, referrer) == (7, "google.com")
    assert abs(at - time.time()) < 5
    assert HOME not in visitor and len(visitor) in (15, 31)


def test_two_browsers_behind_one_address_are_two_visitors(tmp_path: Path) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        for agent in (CHROME, FIREFOX, CHROME):
            assert await sink.accept({**READER, b"user-agent": agent}, HOME, beacon()) == 204

    assert len({visitor for _article, visitor, _at, _referrer in run(tmp_path, work).views}) == 2


def test_who_asked_for_a_page_is_told_by_the_same_name_as_who_saw_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOASOAN_TRUSTED_PROXIES", "127.0.0.1")
    forget_settings()
    broker, asked = Broker(), noting()
    heads = [
        b"GET /x-7.html HTTP/1.1\r\nHost: x\r\nUSER-AGENT: \t%b\r\nX-Forwarded-For: %b\r\n\r\n"
        % (CHROME, HOME.encode()),
        head_of([(b"x-forwarded-for", HOME.encode()), (b"user-agent", CHROME)]),
    ]

    async def whole() -> None:
        async with running(broker, tmp_path / "journal", asked) as sink:
            asked.extend((7, ("127.0.0.1", 5), head) for head in heads)
            asked.append((7, ("10.1.2.3", 5), heads[0]))
            asked.append((8, ("14.160.25.10", 5), heads[1]))
            assert await sink.accept(READER, HOME, beacon(7)) == 204

    asyncio.run(whole())

    visitor = broker.views[0][1].partition(".")[0]
    told = [tuple(one) for message in broker.messages for one in message["asked"]]
    # Shortly before midnight each is told by tomorrow's name as well.
    assert (7, visitor) in told and {article for article, _ in told} == {7, 8}
    assert len(told) in (2, 4)


def test_pages_without_views_are_told_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "LOOK_SECONDS", 0.05)
    broker, asked = Broker(), noting()

    async def whole() -> None:
        async with running(broker, tmp_path / "journal", asked):
            asked.extend((7, (f"14.160.{n % 200}.9", n), b"\r\nuser-agent: %d" % n) for n in range(MANY + 1))
            await until_async(lambda: bool(broker.messages), 10, "many do not wait")
            monkeypatch.setattr(groupcommit, "TALLY_SECONDS", 0.1)
            asked.append((9, ("14.160.1.9", 1), b""))
            await until_async(lambda: len(broker.messages) == 2, 10, "few wait a little")

    asyncio.run(whole())

    assert broker.views == []
    assert {article for article, _ in broker.messages[1]["asked"]} == {9}


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ({b"user-agent": b"Googlebot/2.1 (+http://www.google.com/bot.html)"}, None, "bot"),
        ({b"user-agent": b""}, None, "bot"),
        ({b"origin": b"https://xau.vn"}, None, "origin"),
        ({b"origin": b"null"}, None, "origin"),
        ({b"sec-fetch-site": b"cross-site"}, None, "origin"),
        ({b"sec-fetch-site": b"none"}, None, "origin"),
        ({b"sec-purpose": b"prefetch;prerender"}, None, "prefetch"),
        ({b"purpose": b"prefetch"}, None, "prefetch"),
        ({}, b'{"token": "7.498756.AAAAAAAAAAAAAAAA"}', "token"),
        ({}, b'{"token": ""}', "token"),
    ],
)
def test_what_does_not_count_is_answered_alike_and_noted(
    tmp_path: Path, headers: dict[bytes, bytes], body: bytes | None, reason: str
) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        assert await sink.accept({**READER, **headers}, HOME, beacon() if body is None else body) == 204

    broker = run(tmp_path, work)

    assert broker.views == []
    assert broker.rejected == {reason: 1}


def test_a_page_older_than_a_day_does_not_count(tmp_path: Path) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        now = time.time()
        assert await sink.accept(READER, HOME, beacon(1, issued=now - TOKEN_SECONDS + 3700)) == 204
        assert await sink.accept(READER, HOME, beacon(2, issued=now - TOKEN_SECONDS - 1)) == 204
        assert await sink.accept(READER, HOME, beacon(3, issued=now + 7200)) == 204

    broker = run(tmp_path, work)

    assert [article for article, *_ in broker.views] == [1]
    assert broker.rejected == {"expired": 2}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"{}", b'{"token": 5}', b"\xff\xfe", b"token=abc"])
def test_what_is_not_a_beacon_is_said_so(tmp_path: Path, body: bytes) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        assert await sink.accept(READER, HOME, body) == 400

    assert run(tmp_path, work).rejected == {"malformed": 1}


def test_an_endless_body_is_refused(tmp_path: Path) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        assert await sink.accept(READER, HOME, beacon(7, referrer="x" * 5000)) == 413

    assert run(tmp_path, work).rejected == {"too_large": 1}


def test_browsers_without_fetch_metadata_and_the_sites_own_name_count(tmp_path: Path) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        old = {b"user-agent": FIREFOX, b"host": b"127.0.0.1:8000"}
        named = {**READER, b"host": b"bao.example", b"origin": b"https://bao.example"}
        assert await sink.accept(old, HOME, beacon(1)) == 204
        assert await sink.accept(named, HOME, beacon(2)) == 204

    assert [article for article, *_ in run(tmp_path, work).views] == [1, 2]


def test_one_address_cannot_make_views_without_end(tmp_path: Path) -> None:
    wanted = RATE.burst + 200

    async def work(sink: ViewSink, _broker: Broker) -> None:
        body = beacon()
        answers = await asyncio.gather(
            *(sink.accept({**READER, b"user-agent": b"Firefox/%d" % n}, HOME, body) for n in range(wanted))
        )
        assert set(answers) == {204}
        assert await sink.accept(READER, "14.160.25.10", body) == 204

    broker = run(tmp_path, work)

    assert RATE.burst < len(broker.views) < wanted
    assert len(broker.views) + broker.rejected["rate"] == wanted + 1


def test_a_48_cannot_make_views_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beacons, "SITE_RATE", Bound(50, 3600))

    async def work(sink: ViewSink, _broker: Broker) -> None:
        body = beacon()
        houses = (f"2001:ee0:7:{n:x}::9" for n in range(80))
        assert set(await asyncio.gather(*(sink.accept(READER, house, body) for house in houses))) == {204}
        assert await sink.accept(READER, "2001:ee0:8::9", body) == 204

    broker = run(tmp_path, work)

    assert (len(broker.views), broker.rejected["rate"]) == (51, 30)


def test_many_beacons_travel_in_few_messages_under_different_names(tmp_path: Path) -> None:
    async def work(sink: ViewSink, _broker: Broker) -> None:
        body = beacon()
        answers = await asyncio.gather(
            *(sink.accept({**READER, b"user-agent": b"Firefox/%d" % n}, f"10.0.{n % 200}.1", body) for n in range(5000))
        )
        assert set(answers) == {204}

    broker = run(tmp_path, work)

    assert len(broker.views) == 5000
    assert len(broker.messages) < 50
    assert max(len(message["views"]) for message in broker.messages) <= 2000
    assert len({message["batch_id"] for message in broker.messages}) == len(broker.messages)


def on_disk(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "journal").rglob("*.views"))


def test_a_broker_away_costs_nobody_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "CHECK_SECONDS", 0.1)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.away = True
        for number in range(1, 6):
            assert await sink.accept(READER, HOME, beacon(number)) == 204
        broker.away = False
        await until_async(lambda: len(broker.views) == 5, 10)
        assert await sink.accept(READER, HOME, beacon(6)) == 204
        await until_async(lambda: not on_disk(tmp_path), 10, "what is counted leaves the disk")

    broker = run(tmp_path, work)

    assert [article for article, *_ in broker.views] == [1, 2, 3, 4, 5, 6]


def test_what_the_broker_lost_is_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(groupcommit, "LOST_SECONDS", 0.3)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.loses = 1
        assert await sink.accept(READER, HOME, beacon(1)) == 204
        assert await sink.accept(READER, HOME, beacon(2)) == 204
        await until_async(lambda: len(broker.views) == 2 and not on_disk(tmp_path), 10)

    assert [article for article, *_ in run(tmp_path, work).views] == [2, 1]


def test_a_batch_that_rots_on_disk_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.away = True
        for number in range(1, 6):
            assert await sink.accept(READER, HOME, beacon(number)) == 204
        (path,) = on_disk(tmp_path)
        data = path.read_bytes()
        path.write_bytes(data.replace(b'"views":[[1,', b'"views":[[9,').replace(b'"views":[[3,', b'"views":[[9,'))
        broker.away = False
        await until_async(lambda: len(broker.views) == 3, 10)

    assert [article for article, *_ in run(tmp_path, work).views] == [2, 4, 5]


def test_what_is_applied_stays_on_disk_until_it_is_held_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groupcommit, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(groupcommit, "LOST_SECONDS", 0.05)
    asked = []
    answer = Broker.applied

    def ask(broker: Broker, names: list[str]) -> tuple[set[str], set[str]]:
        asked.append(names)
        return answer(broker, names)

    monkeypatch.setattr(Broker, "applied", ask)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.holds = False
        assert await sink.accept(READER, HOME, beacon(1)) == 204
        await until_async(lambda: len(asked) > 3, 10)
        assert on_disk(tmp_path) and len(broker.messages) == 1, "applied: nothing to send again, nothing to forget"
        broker.messages.clear()  # the counter's Redis came back empty
        await until_async(lambda: len(broker.messages) == 1, 10)
        broker.holds = True
        await until_async(lambda: not on_disk(tmp_path), 10)

    run(tmp_path, work)


def test_what_redis_has_had_for_long_leaves_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(groupcommit, "LEFT_TO_REDIS_SECONDS", 0.2)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.holds = False
        assert await sink.accept(READER, HOME, beacon(1)) == 204
        await until_async(lambda: not on_disk(tmp_path), 10)

    assert len(run(tmp_path, work).messages) == 1


def test_while_messages_wait_nothing_is_sent_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(groupcommit, "LOST_SECONDS", 0.05)
    asked: list[float] = []

    def queue_is_empty() -> bool:
        asked.append(time.monotonic())
        return False

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.counts = False
        monkeypatch.setattr(broker, "queue_is_empty", queue_is_empty)
        assert await sink.accept(READER, HOME, beacon(1)) == 204
        await until_async(lambda: len(asked) > 2, 10)

    assert len(run(tmp_path, work).messages) == 1
    assert len(on_disk(tmp_path)) == 1


def test_views_on_disk_survive_the_process_under_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(groupcommit, "LOST_SECONDS", 0.3)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.away = True
        assert await sink.accept(READER, HOME, beacon(1)) == 204

    run(tmp_path, work)
    assert len(on_disk(tmp_path)) == 1

    async def later(_sink: ViewSink, _broker: Broker) -> None:
        await until_async(lambda: not on_disk(tmp_path), 10)

    assert [article for article, *_ in run(tmp_path, later).views] == [1]


def test_a_view_is_on_the_disk_itself_before_it_is_thanked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the broker up as well: a power cut takes its last moments too."""
    synced: list[int] = []
    sync = os.fdatasync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fdatasync", noted)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.counts = False
        for number in range(1, 4):
            assert await sink.accept(READER, HOME, beacon(number)) == 204
            (segment,) = (tmp_path / "journal").glob("*/*.views")
            assert synced[-1:] == [segment.stat().st_size]

    run(tmp_path, work)


def test_a_full_disk_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(folder: Path, now: float) -> Journal:
        return Journal(folder, now, limit_bytes=300)

    monkeypatch.setattr("services.web.beacons.Journal", small)

    async def work(sink: ViewSink, broker: Broker) -> None:
        broker.counts = False
        assert [await sink.accept(READER, HOME, beacon(number)) for number in range(1, 6)] == [204] * 5
        broker.away = True
        assert await sink.accept(READER, HOME, beacon(6)) == 503

    run(tmp_path, work)


def test_the_real_broker_gone_frozen_and_back(tmp_path: Path, broker: RedisServer) -> None:
    """With Celery: every 204 is on the broker or on disk, and nobody waits long."""
    import signal

    async def whole() -> list[float]:
        sink = ViewSink(tmp_path / "journal")
        await sink.start()
        waits = []
        try:
            for step, change in enumerate((None, broker.kill, broker.start, "stop", "go")):
                if callable(change):
                    change()
                elif change is not None:
                    broker.signal(signal.SIGSTOP if change == "stop" else signal.SIGCONT)
                began = time.monotonic()
                assert await sink.accept(READER, HOME, beacon(step + 1)) == 204
                waits.append(time.monotonic() - began)
            with broker.client() as client:
                # kill -9 can take what the broker had not yet written; the disk has it.
                await until_async(lambda: client.llen("ts:count") >= 4, 20)
        finally:
            await sink.close()
        return waits

    waits = asyncio.run(whole())

    assert max(waits) < 6
    with broker.client() as client:
        # The message that met the frozen broker may stand there twice: its name makes it count once.
        assert 4 <= int(client.llen("ts:count")) <= 6
    journal = Journal(tmp_path / "journal", time.monotonic())
    assert len(journal) == 5, "nobody has counted them yet"
    journal.close()


@pytest.mark.parametrize(
    ("referrer", "domain"),
    [
        ("https://www.google.com.vn/search?q=x", "google.com.vn"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("https://M.FACEBOOK.com:443/l.php?u=secret", "m.facebook.com"),
        ("zalo.me", "zalo.me"),
        ("https://www.bao.vn/thoi-su", ""),
        ("https://bao.vn/", ""),
        ("http://localhost/", ""),
        ("https://[::1", ""),
        ("https://a b.vn/", ""),
        ("https://x\u0000.vn/", ""),
        ("https://" + "a" * 70 + ".vn", ""),
        ("", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_only_the_host_of_a_referrer_is_kept(referrer: object, domain: str) -> None:
    assert referrer_domain(referrer, "bao.vn") == domain
