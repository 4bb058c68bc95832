"""kill -9 of the supervisor in the middle of a push: nothing stays behind, and nothing is lost at the next start."""

import threading

import pytest

from tests.chaos import PUSHES, note, since
from tests.newsroom import PATIENCE_S, Newsroom
from tests.wait import until
from toasoan.processes import start_ticks


@pytest.mark.house
@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_nothing_outlives_the_supervisor(newsroom: Newsroom) -> None:
    house = newsroom.house
    assert house.key
    # Redis writes its title over its environment, so that the mark alone does not find it.
    pids = {*house.pids(), *(row["pid"] for row in house.status())}
    assert len(pids) >= 10
    pushing = threading.Thread(target=newsroom.push, args=(PUSHES,), daemon=True)
    pushing.start()
    until(lambda: len(newsroom.stories) >= PUSHES // 2, PATIENCE_S, "half of the stories are pushed")
    with since() as recovery:
        house.kill()
        until(lambda: not [pid for pid in pids if start_ticks(pid)], 30, "every process is gone")
        assert not house.pids()
        assert pushing.is_alive()  # it still has stories to push
        house.start(PATIENCE_S)
        pushing.join(PATIENCE_S)
        newsroom.settle()
    assert len(newsroom.stories) == PUSHES
    note("kill -9 of the supervisor, started again", recovery.seconds, newsroom, "no process stayed")
