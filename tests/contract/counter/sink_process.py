"""A web process with nothing but its beacon intake: `python sink_process.py SOCKET`.

One line in, `ARTICLE READER`; one line out, `STATUS ARTICLE READER`, when the intake has answered.
"""

import asyncio
import signal
import sys

from services.web.beacons import ViewSink
from shared.settings import get_settings
from shared.views.token import ViewTokens


async def main(path: str) -> None:
    sink = ViewSink()
    await sink.start()
    tokens = ViewTokens(get_settings().secret_key)
    running: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def one(article: str, name: str) -> None:
            headers = {b"user-agent": b"Firefox/" + name.encode(), b"sec-fetch-site": b"same-origin"}
            body = b'{"token":"%s"}' % tokens.issue(int(article)).encode()
            status = await sink.accept(headers, "10.1.2.3", body)
            writer.write(f"{status} {article} {name}\n".encode())

        while line := await reader.readline():
            article, name = line.decode().split()
            task = asyncio.create_task(one(article, name))
            running.add(task)
            task.add_done_callback(running.discard)

    server = await asyncio.start_unix_server(connected, path)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()
    await sink.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
