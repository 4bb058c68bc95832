"""Health check of a container: exit code 0 when its process works.

python health.py http PORT   GET /healthz answers 200
python health.py beat ROLE   the process touched its heartbeat file in the last 20 s

Liveness alone: a store that is away must not restart the fleet. Only the standard library, so that it starts quickly.
"""

import os
import socket
import sys
import time
from pathlib import Path

FRESH_SECONDS = 20.0
TIMEOUT_SECONDS = 4.0


def http(port: str) -> bool:
    with socket.create_connection(("127.0.0.1", int(port)), TIMEOUT_SECONDS) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(64).split(b" ")[1:2] == [b"200"]


def beat(role: str) -> bool:
    file = Path(os.environ.get("TOASOAN_DATA_DIR", "data")) / "run" / f"{role}.alive"
    return abs(time.time() - file.stat().st_mtime) < FRESH_SECONDS


def main(arguments: list[str]) -> int:
    try:
        kind, *rest = arguments
        return 0 if {"http": http, "beat": beat}[kind](*rest) else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyError, TypeError, ValueError):
        print(__doc__, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
