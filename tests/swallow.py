"""A cable that can be cut without either end hearing of it: what is sent through it from then on is swallowed."""

import socket
import threading
from contextlib import suppress


class Swallower:
    """A TCP proxy on a port of its own, before a port or a Unix socket (port 0). After `swallow()` the connections that
    are open carry nothing more, in both directions, and stay open; new ones are as good as ever, unless it is `cut`.
    Use as a context manager."""

    def __init__(self, address: str, port: int = 0) -> None:
        self._to: tuple[str, int] | str = (address, port) if port else address
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._links: list[socket.socket] = []
        self._dead: set[socket.socket] = set()
        self.cut = False

    def __enter__(self) -> "Swallower":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in accept() is not woken by close().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for link in [self._listener, *self._links]:
            with suppress(OSError):
                link.close()

    def swallow(self) -> None:
        self._dead |= set(self._links)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = self._connected()
                self._links += [near, far]
                if self.cut:
                    self.swallow()
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _connected(self) -> socket.socket:
        if isinstance(self._to, tuple):
            return socket.create_connection(self._to)
        far = socket.socket(socket.AF_UNIX)
        far.connect(self._to)
        return far

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if one not in self._dead:
                    other.sendall(data)
            if one not in self._dead:
                other.shutdown(socket.SHUT_WR)
