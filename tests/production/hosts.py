"""The production house on many hosts: network namespaces with a bridge between them, each with processes of its own.

PostgreSQL and Elasticsearch stand outside, as does who asks: that is a host more. A host is cut off by pulling its
cable: nobody gets an error, packets only stop arriving.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.production.house import Production
from tests.servers import PostgresServer, free_port
from toasoan.processes import start_ticks

HOSTS = {
    "web1": ("web@1", "web-worker@1"),
    "web2": ("web@2", "web-worker@2"),
    "web3": ("web@3", "web-worker@3"),
    "query1": ("search-query@1",),
    "query2": ("search-query@2",),
    "index": ("search-index",),
    "counter1": ("counter-worker@1",),
    "counter2": ("counter-worker@2",),
    "ingest": ("ingest", "ingest-relay", "ingest-worker"),
    "stores": ("broker", "counters"),
}
"""Host -> what runs on it, by names of the compose file."""
WEBS = ("web@1", "web@2", "web@3")
_HOST_OF = {name: host for host, names in HOSTS.items() for name in names}
_MARK = "toasoan-"


class Network:
    """A bridge with this machine on it as number 1, and a host for each name. Skips the test where it may not.

    The bridge has a namespace of its own: through one of this machine's, a Docker engine here would let nothing pass.
    """

    def __init__(self, hosts: list[str]) -> None:
        if shutil.which("ip") is None:
            pytest.skip("many hosts need ip (Debian: iproute2)")
        _remove_old()
        self._mark = f"{_MARK}{os.getpid()}-"
        # Beside other runs on this machine: another network for each.
        self._net = f"10.{200 + os.getpid() % 50}.{os.getpid() // 50 % 250}"
        self.outside = f"{self._net}.1"
        self.range = f"{self._net}.0/24"
        self._hosts = {name: number for number, name in enumerate(hosts, 11)}
        self._own_cable = f"tsb{os.getpid() % 10**8}"
        try:
            self._make()
            self._try_cable(hosts[0])
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            self.close()
            pytest.skip(f"network namespaces are not to be had here: {error} {error.stderr!r}")

    def _make(self) -> None:
        switch = self._space("switch")
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge", "up")
        _ip("link", "add", self._own_cable, "type", "veth", "peer", "name", "outside", "netns", switch)
        _ip("-n", switch, "link", "set", "outside", "master", "bridge", "up")
        _ip("addr", "add", f"{self.outside}/24", "dev", self._own_cable)
        _ip("link", "set", self._own_cable, "up")
        for name in self._hosts:
            space, cable = self._space(name), self._cable(name)
            _ip("netns", "add", space)
            _ip("-n", switch, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("-n", switch, "link", "set", cable, "master", "bridge", "up")
            _ip("-n", space, "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", space, "link", "set", device, "up")

    def _try_cable(self, host: str) -> None:
        """A machine may allow the hosts, and yet nothing to run on them or to pass between them."""
        with socket.create_server((self.outside, 0)) as door:
            knock = f"exec 3<>/dev/tcp/{self.outside}/{door.getsockname()[1]}"
            subprocess.run(
                [*self.inside(host), "bash", "-c", knock], check=True, capture_output=True, text=True, timeout=10
            )

    def address(self, host: str) -> str:
        return f"{self._net}.{self._hosts[host]}"

    def inside(self, host: str) -> list[str]:
        """What stands before a command to run it on a host."""
        return ["ip", "netns", "exec", self._space(host)]

    @contextmanager
    def cut_off(self, host: str) -> Iterator[None]:
        """Pull a host's cable, and put it back."""
        _ip("-n", self._space("switch"), "link", "set", self._cable(host), "down")
        try:
            yield
        finally:
            _ip("-n", self._space("switch"), "link", "set", self._cable(host), "up")

    def _space(self, host: str) -> str:
        return self._mark + host

    def _cable(self, host: str) -> str:
        return f"ts{os.getpid() % 10**8}x{self._hosts[host]}"

    def close(self) -> None:
        # A cable goes with the namespace at its other end.
        for name in ("switch", *self._hosts):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", self._space(name))


class ManyHosts(Production):
    """The house on the hosts of a network."""

    names = tuple(name for host, names in HOSTS.items() if host != "stores" for name in names)

    def __init__(self, folder: Path, elasticsearch_url: str, network: Network) -> None:
        self.network = network
        self._door = Door(network.outside, elasticsearch_url.removeprefix("http://"))
        for host in HOSTS:
            (folder / host / "views").mkdir(parents=True)
        super().__init__(folder, f"http://{self._door.address}")

    def address(self, name: str) -> str:
        return self.network.address(_HOST_OF[name])

    def inside(self, name: str) -> list[str]:
        return self.network.inside(_HOST_OF[name]) if name in _HOST_OF else []

    def volume(self, name: str, volume: str) -> Path:
        return self.folder / _HOST_OF[name] / "views" if volume == "views" else super().volume(name, volume)

    def trusted_proxies(self) -> str:
        return f"{self.network.outside},127.0.0.1"

    def make_postgres(self) -> PostgresServer:
        return PostgresServer(
            address=self.network.outside,
            network=self.network.range,
            password=self._environment["POSTGRES_PASSWORD"],
        )

    def url(self, name: str) -> str:
        """Where an HTTP process is reached from outside."""
        return f"http://{self.address(name)}:{self.ports[name]}"

    def ask_from_inside(self, name: str, script: str) -> str:
        """Run Python on a process's own host; what it prints."""
        command = [*self.inside(name), sys.executable, "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def close(self) -> None:
        super().close()
        self._door.close()


class Door:
    """Takes connections on an address that hosts reach, for a server that listens on this machine alone."""

    def __init__(self, address: str, leads_to: str) -> None:
        port = free_port()
        self.address = f"{address}:{port}"
        self._listen = (address, port)
        host, _, there = leads_to.partition(":")
        self._leads_to = (host, int(there))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="door", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._through, *self._listen))
        self._loop.run_forever()

    async def _through(self, came: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answer, there = await asyncio.open_connection(*self._leads_to)
        await asyncio.gather(_copy(came, there), _copy(answer, back), return_exceptions=True)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


async def _copy(came: asyncio.StreamReader, goes: asyncio.StreamWriter) -> None:
    try:
        while data := await came.read(65_536):
            goes.write(data)
            await goes.drain()
    finally:
        goes.close()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=20)


def _remove_old() -> None:
    """Namespaces of runs that were killed."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, timeout=20, check=False).stdout
    for line in listed.splitlines():
        name = line.split()[0]
        if name.startswith(_MARK) and not start_ticks(int(name.split("-")[1])):
            _ip("netns", "del", name)
