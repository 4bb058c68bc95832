"""Who acts, and when: actors in greenlets that stop before every step outside their own memory, and a time that passes
only where somebody waits.

An actor does one piece of its process's work at a time, by the process's own code. Before each call out (a transaction,
a command to Redis, a message to the broker) that code meets `World.step`, where the schedule may let others go first,
or kill the actor: what it has done stays done, what it has not done never happens.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import greenlet
import time_machine
from redis import RedisError

from shared import clock
from shared.ask import NoAnswer
from shared.away import is_away
from shared.celery_factory import TASK_SECONDS

Work = Callable[[], object]
BEGINNING = datetime(2026, 3, 2, 3, 0, tzinfo=UTC).timestamp()
# An actor that does so much in one piece of work goes round in circles.
_MOST_STEPS = 3_000
# Where nobody has anything to do, who waits is woken after this long at the earliest: fewer looks, same end.
_LONG_WAIT = 2.0


class Killed(BaseException):
    """kill -9: no handler of exceptions may see it."""


class Actor:
    """A piece of a process. `work` is None where there is nothing to do; a kill ends what is in hand."""

    def __init__(self, world: "World", name: str, begin: Callable[[], Work | None]) -> None:
        self.world = world
        self.name = name
        self.skew = 0.0
        """How far its host's clock is ahead."""
        self.began = 0.0
        self.wakes_at: float | None = None
        self.limit: float | None = None
        """Seconds after which a watchdog kills it."""
        self.dead = False
        self._begin = begin
        self._doing: greenlet.greenlet | None = None

    @property
    def busy(self) -> bool:
        return self._doing is not None

    def start(self) -> bool:
        """Take up something to do, if there is anything."""
        work = self._begin()
        if work is None:
            return False
        self.dead = False
        self.began = self.world.elapsed
        self._doing = greenlet.greenlet(lambda: self._do(work))
        return True

    def resume(self) -> None:
        """On to the next step outside."""
        assert self._doing is not None
        if self.wakes_at is not None:
            self.world.elapsed = max(self.world.elapsed, self.wakes_at)
            self.wakes_at = None
        if self.limit is not None and self.world.elapsed - self.began > self.limit:
            self.world.tell(f"the watchdog kills {self.name}")
            self.kill()
            return
        self.world.show_clock(self.skew)
        self._doing.switch()
        self._rest()

    def kill(self) -> None:
        if self._doing is None:
            return
        self.dead = True
        self._doing.throw(Killed)
        self._rest()
        self._doing = None
        self.wakes_at = None

    def _rest(self) -> None:
        self.world.show_clock(0.0)
        if self._doing is not None and self._doing.dead:
            self._doing = None

    def _do(self, work: Work) -> None:
        self.world.acting[greenlet.getcurrent()] = self
        try:
            work()
        except Killed:
            pass
        except Exception as error:
            # Every loop of the house goes on after a store that is away; anything else is a fault.
            if not (is_away(error) or isinstance(error, (NoAnswer, RedisError))):
                self.world.wrong(f"{self.name} failed: {error!r}"[:400])
        finally:
            del self.world.acting[greenlet.getcurrent()]


class World(clock.Host):
    """Time, actors, and the story of what happened."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.actors: dict[str, Actor] = {}
        self.acting: dict[greenlet.greenlet, Actor] = {}
        self.story: list[str] = []
        self.faults: list[str] = []
        self._machine = time_machine.travel(BEGINNING, tick=False)
        self._traveller: time_machine.Traveller | None = None
        self._others_go = False

    def begin(self) -> None:
        """From now on time is the world's."""
        self.elapsed, self.story, self.faults = 0.0, [], []
        if self._traveller is None:
            self._traveller = self._machine.start()
            clock.pass_by(self)
        self.show_clock(0.0)

    def end(self) -> None:
        """Real time again."""
        if self._traveller is not None:
            self._machine.stop()
            self._traveller = None
            clock.pass_by(clock.Host())

    # ------------------------------------------------------------ time, as the house's code asks for it

    def running(self) -> float:
        return 1e6 + self.elapsed

    def monotonic(self) -> float:
        return 1e6 + self.elapsed

    def sleep(self, seconds: float) -> None:
        actor = self._actor()
        if actor is None:
            self.pass_time(seconds)
            return
        actor.wakes_at = self.elapsed + seconds
        self._leave(actor)
        self.show_clock(actor.skew)

    def show_clock(self, skew: float) -> None:
        if self._traveller is not None:
            self._traveller.move_to(BEGINNING + self.elapsed + skew, tick=False)

    def pass_time(self, seconds: float) -> None:
        """Time passes while whoever is acting goes on."""
        self.elapsed += seconds
        actor = self._actor()
        self.show_clock(actor.skew if actor else 0.0)

    # ------------------------------------------------------------ what happens

    def tell(self, what: str) -> None:
        self.story.append(f"{self.elapsed:8.1f} s  {what}")

    def wrong(self, what: str) -> None:
        """Something that must not be."""
        self.tell(f"WRONG: {what}")
        self.faults.append(what)

    def who(self) -> str:
        actor = self._actor()
        return actor.name if actor else "the schedule"

    @property
    def someone_acts(self) -> bool:
        """Not the schedule itself, which no fault befalls."""
        return self._actor() is not None

    def step(self) -> None:
        """Before each call out: others may go first, or it never comes to it."""
        actor = self._actor()
        if actor is not None:
            self._leave(actor)
            self.show_clock(actor.skew)

    def run(self, name: str, most: int = 0) -> bool:
        """Let an actor go on for `most` steps (0: to the end of what it does); whether it did anything."""
        actor = self.actors[name]
        if not actor.busy and not actor.start():
            return False
        steps = 0
        while actor.busy:
            if most and steps >= most:
                return True
            if actor.wakes_at is not None:
                self._wait(actor)
            actor.resume()
            steps += 1
            if steps > _MOST_STEPS:
                self.wrong(f"{name} does not come to an end")
                actor.kill()
        return True

    def kill(self, name: str) -> bool:
        """Whether it had anything in hand."""
        actor = self.actors[name]
        was_busy = actor.busy
        actor.kill()
        return was_busy

    def _wait(self, waiting: Actor) -> None:
        """Whoever waits lets others do what there is to do."""
        if self._others_go:
            return
        self._others_go = True
        try:
            # In a list: what they do may make others busy.
            moved = [name for name, one in list(self.actors.items()) if one is not waiting and self._moves(one)]
        finally:
            self._others_go = False
        if not moved and waiting.wakes_at is not None:
            waiting.wakes_at = max(waiting.wakes_at, self.elapsed + _LONG_WAIT)

    def _moves(self, actor: Actor) -> bool:
        return actor.limit is not None and self.run(actor.name)

    def _leave(self, actor: Actor) -> None:
        if actor.dead:
            raise Killed
        greenlet.getcurrent().parent.switch()
        if actor.dead:
            raise Killed

    def _actor(self) -> Actor | None:
        return self.acting.get(greenlet.getcurrent())


WATCHDOG_SECONDS = float(TASK_SECONDS)
