"""A real redis-server, reached over connections that fail as they are told; it may come back older, or empty.

Its Lua and its memory are Redis' own. Only what it would do by its own clock (let keys run out) it does not do: a
schedule takes milliseconds of its time.
"""

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import UnixDomainSocketConnection
from redis.exceptions import OutOfMemoryError
from redis.retry import Retry

from tests.simulation.world import World

_ANSWERS, _HINTS = "ts:answer:", "ts:hint:"


class Counters:
    """`connect` makes the house's clients (shared.redis_client.connect)."""

    def __init__(self, world: World, socket: str) -> None:
        self.world = world
        self.answers: dict[str, bytes] = {}
        """Question -> what was answered."""
        self.fault = ""
        """ "away", "full", or "unsaid" for one answer that is lost."""
        self.fails_until = -1.0
        self._socket = socket
        self._plain = redis.Redis(unix_socket_path=socket)

    def connect(self, _url: str, **_options: Any) -> redis.Redis:
        pool = redis.ConnectionPool(connection_class=_Link, path=self._socket, counters=self)
        client = _Client(connection_pool=pool, retry=Retry(NoBackoff(), 1))
        client.counters = self
        return client

    def clear(self) -> None:
        self._plain.flushall()
        self._plain.script_flush()
        self.answers.clear()
        self.heal()

    def heal(self) -> None:
        self.fault, self.fails_until = "", -1.0

    def save(self) -> dict[bytes, bytes]:
        found = self._plain.keys()
        names = [name for name in found if isinstance(name, bytes)]
        with self._plain.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.dump(name)
            return dict(zip(names, pipe.execute(), strict=True))

    def restart(self, saved: dict[bytes, bytes]) -> None:
        """It comes back as it was when this was saved."""
        with self._plain.pipeline(transaction=False) as pipe:
            pipe.flushall()
            pipe.script_flush()
            for name, value in saved.items():
                pipe.restore(name, 0, value)
            pipe.execute()

    def take(self, channel: str, data: Any) -> bool:
        """What is published: answers are heard here, hints by nobody (each has a look behind it)."""
        if channel.startswith(_ANSWERS):
            self.world.step()
            self.answers[channel.removeprefix(_ANSWERS)] = data if isinstance(data, bytes) else data.encode()
            return True
        return channel.startswith(_HINTS)

    def before(self) -> None:
        self.world.step()
        if not self.world.someone_acts or self.world.elapsed >= self.fails_until:
            return
        if self.fault == "away":
            self._say("does not answer")
            raise redis.ConnectionError("Connection refused")
        if self.fault == "full":
            self._say("says OOM")
            raise OutOfMemoryError("OOM command not allowed when used memory > 'maxmemory'.", status_code="OOM")

    def loses_answer(self) -> bool:
        if self.fault != "unsaid" or not self.world.someone_acts or self.world.elapsed >= self.fails_until:
            return False
        self.fault = ""
        self._say("does it, and its answer is lost")
        return True

    def _say(self, what: str) -> None:
        self.world.tell(f"{self.world.who()}: the counters' Redis {what}")


class _Link(UnixDomainSocketConnection):
    def __init__(self, counters: Counters, **options: Any) -> None:
        UnixDomainSocketConnection.__init__(self, **options)
        self.counters = counters
        self._greeted = False

    def on_connect_check_health(self, check_health: bool = True) -> None:
        self._greeted = False
        super().on_connect_check_health(check_health)
        self._greeted = True

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        if self._greeted:
            self.counters.before()
        UnixDomainSocketConnection.send_packed_command(self, command, check_health)

    def read_response(self, *arguments: Any, **options: Any) -> Any:
        answer = super().read_response(*arguments, **options)
        if self._greeted and self.counters.loses_answer():
            UnixDomainSocketConnection.disconnect(self)
            raise redis.ConnectionError("Connection closed by server.")
        return answer


class _Client(redis.Redis):
    counters: Counters

    def publish(self, channel: Any, message: Any, **options: Any) -> Any:
        return 1 if self.counters.take(str(channel), message) else super().publish(channel, message, **options)
