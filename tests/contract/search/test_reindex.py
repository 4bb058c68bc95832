"""`toasoan reindex` while the house runs: nothing is lost and no reader notices, whatever is killed half-way."""

import threading
import time

import pytest

from services.search.documents import IndexDocument
from services.search.engines.base import SearchEngine
from services.search.engines.choose import make_engine
from services.search.reindex import ReindexFailed, reindex, rollback
from shared.ask import NoAnswer
from tests.contract.search.conftest import put
from tests.contract.search.made_paper import made_paper
from tests.contract.search.processes import SearchHouse, state
from tests.wait import until

SIZE = 600


def _paper(engine: SearchEngine) -> list[IndexDocument]:
    paper = made_paper(SIZE)
    for first in range(0, SIZE, 100):
        engine.apply(paper[first : first + 100])
    return paper


class Newsroom(threading.Thread):
    """Publishes new versions and new articles, withdraws some, until told to stop."""

    def __init__(self, house: SearchHouse) -> None:
        super().__init__(daemon=True)
        self._house = house
        self._stopping = threading.Event()
        self.expected: dict[int, int] = {}

    def run(self) -> None:
        number = 0
        while not self._stopping.wait(0.02):
            number += 1
            changed, new = 1 + number * 7 % SIZE, SIZE + number
            version = 1 + number
            self._house.publish(state(changed, "Bài đã sửa", version=version), state(new, "Bài mới đăng"))
            self.expected |= {changed: version, new: 1}
            if number % 5 == 0:
                self._house.withdraw(new - 2, 2)
                self.expected[new - 2] = 2

    def stop(self) -> None:
        self._stopping.set()
        self.join(10)

    def arrived(self, expected: dict[int, int]) -> bool:
        """Whether search holds all of it. What a killed worker had just taken is sent again, as ingest does when it
        compares the stores."""
        held = self._house.versions()
        missing = {id: version for id, version in expected.items() if held.get(id) != version}
        for id, version in missing.items():
            if id > SIZE and version == 2:
                self._house.withdraw(id, version)
            else:
                self._house.publish(state(id, "Bài gửi lại", version=version))
        return not missing and held == expected


class Readers(threading.Thread):
    """Search for an article that is there all the time, and count when it is not found."""

    def __init__(self, house: SearchHouse) -> None:
        super().__init__(daemon=True)
        self._house = house
        self._stopping = threading.Event()
        self.asked = 0
        self.failures: list[int | str] = []

    def run(self) -> None:
        while not self._stopping.wait(0.02):
            self.asked += 1
            try:
                # A different size each time: no answer comes from the cache.
                answer = self._house.ask('"con tàu neo cố định"', 20, size=1 + self.asked % 100)
                if [hit.id for hit in answer.results] != [9_999]:
                    self.failures.append(answer.total)
            except NoAnswer:
                self.failures.append("no answer")

    def stop(self) -> None:
        self._stopping.set()
        self.join(30)


@pytest.mark.timeout(240)
def test_under_live_writes_and_killed_half_way(house: SearchHouse) -> None:
    engine = make_engine()
    assert engine.own()
    paper = _paper(engine)
    old = engine.current().name
    engine.close()
    house.index.start()
    house.query.start()
    house.publish(state(9_999, "Con tàu neo cố định"))
    until(lambda: house.ask("con tàu neo").total == 1, 30)
    newsroom, readers = Newsroom(house), Readers(house)
    newsroom.start()
    readers.start()

    # Killed while the new index is half full: both the command and the process that fills.
    command = house.command("reindex")
    watching = make_engine()
    until(lambda: 0 < _held(watching) < SIZE, 30, "the new index begins to fill", interval_s=0.005)
    house.index.kill()
    command.kill()
    assert watching.current().name == old
    time.sleep(0.3)
    house.index.start()

    again = house.command("reindex")
    assert again.wait(90) == 0, again.log
    until(lambda: watching.current().name != old, 30, "the new index is searched")
    newsroom.stop()
    readers.stop()
    expected = {one.id: one.version for one in paper} | {9_999: 1} | newsroom.expected
    until(lambda: newsroom.arrived(expected), 90, "every version is in the new index", interval_s=3)
    assert readers.asked > 5
    assert readers.failures == []

    # Back to the old one, with what was written since.
    house.publish(state(1, "Sau khi đổi", version=1_000))
    until(lambda: house.versions()[1] == 1_000, 30)
    back = house.command("reindex", "--rollback")
    assert back.wait(60) == 0, back.log
    until(lambda: watching.current().name == old, 10)
    expected[1] = 1_000
    until(lambda: house.versions() == expected, 60, "the old index has everything too")
    watching.close()


def _held(engine: SearchEngine) -> int:
    new = engine.building()
    return new.size() if new is not None else -1


def test_without_a_house_the_command_does_it_itself(settings: str) -> None:
    engine = make_engine()
    assert engine.own()
    put(engine, made_paper(30))
    old = engine.current().name
    engine.close()
    assert reindex() == 30
    engine = make_engine()
    new = engine.current()
    assert new.name != old
    assert len(new.versions(0, 100)) == 30
    assert engine.building() is None
    engine.close()
    assert rollback() == 30
    engine = make_engine()
    assert engine.current().name == old
    engine.close()


def test_there_may_be_nothing_to_go_back_to(settings: str) -> None:
    engine = make_engine()
    engine.own()
    engine.current()
    engine.close()
    with pytest.raises(ReindexFailed, match="no earlier"):
        rollback()
