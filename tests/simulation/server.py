"""The redis-server behind the played counters."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from toasoan.processes import die_with_parent
from toasoan.roles import redis_command


@contextmanager
def redis_server(socket: str, folder: str) -> Iterator[None]:
    """Ends with the block, and with this process whatever happens to it."""
    command = [*redis_command(Path(socket), Path(folder), "no"), "--appendonly", "no", "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent(os.getpid()))
    try:
        client = redis.Redis(unix_socket_path=socket)
        for _ in range(500):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.01)
        yield
    finally:
        server.kill()
        server.wait()
