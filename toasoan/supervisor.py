"""`toasoan up`: starts the processes of a house, keeps them running, stops them in order.

One asyncio loop and one `Child` a process. What it promises: a process that dies or stands still is started
again, with growing pauses; SIGTERM stops everything within STOP_SECONDS; whatever happens to the supervisor,
no process of the house stays behind (the kernel ends the children with it, and the next start looks for strays).
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Sequence

from toasoan import processes
from toasoan.child import Child, Launcher, Patience
from toasoan.output import Output
from toasoan.place import OperatorError, Place
from toasoan.preflight import Lock, check_ports, end_leftovers, make_folders
from toasoan.roles import Phase, ProcessRole

STOP_SECONDS = 14.0
# Shares of STOP_SECONDS after which a phase that has not ended is killed.
_PHASE_ENDS = {Phase.http: 0.35, Phase.workers: 0.7, Phase.redis: 0.85, Phase.copy: 1.0}


class Supervisor:
    """One house. `run()` returns the exit code when it has been stopped."""

    def __init__(
        self,
        place: Place,
        roles: Sequence[ProcessRole],
        output: Output,
        patience: Patience | None = None,
        first_steps: bool = True,
    ) -> None:
        self._place = place
        self._output = output
        self._patience = patience or Patience()
        self._first_steps = first_steps
        self._launcher = Launcher(place, output)
        self._children = [Child(role, place, self._launcher, self._patience, self.write_state) for role in roles]
        self._stop = asyncio.Event()
        self._state = "starting"
        self._helpers: set[asyncio.subprocess.Process] = set()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                loop.add_signal_handler(number, self._stop.set)
        failure: OperatorError | None = None
        work = asyncio.create_task(self._start())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
                await stopped
        except OperatorError as error:
            failure = error
        finally:
            work.cancel()
            stopped.cancel()
            await self._end()
        if failure:
            self._output.say(f"the house did not start: {failure}")
            return 1
        return 0

    async def _start(self) -> None:
        stores = [child for child in self._children if child.role.phase is Phase.redis]
        for child in stores:
            child.start()
        if self._first_steps:
            await self._migrate()
        await self._until_ready(stores, self._patience.redis_ready)
        others = [child for child in self._children if child.role.phase is not Phase.redis]
        for child in others:
            child.start()
        await self._until_ready(others, None)
        self._state = "running"
        self.write_state()
        if self._first_steps:
            await self._greet()
        else:
            self._output.say("ready")

    async def _until_ready(self, children: list[Child], within: float | None) -> None:
        give_up = None if within is None else time.monotonic() + within
        while not all([await child.is_ready() for child in children]):
            if give_up is not None and time.monotonic() > give_up:
                names = ", ".join(child.role.name for child in children if not child.ready)
                raise OperatorError(f"{names} did not become ready within {within:g} s")
            await asyncio.sleep(0.1)

    # ------------------------------------------------------------ short helper processes

    async def _migrate(self) -> None:
        code, _ = await self._helper("migrations", "toasoan.first_steps", "migrate", *self._place.services_with_sql)
        if code:
            raise OperatorError("the databases could not be brought to the newest schema (see the lines above)")

    async def _greet(self) -> None:
        """Make the first editor's account, say where everything is, then fill an empty house with the demo paper."""
        code, answer = await self._helper("first steps", "toasoan.first_steps", "editor")
        self._output.plain(f"Tòa Soạn is ready: readers {self._place.site_url}/  desk {self._place.ingest_url}/desk/")
        if code == 0 and answer.strip():
            account = json.loads(answer)
            self._output.plain(f"Editor: {account['email']}  one-time password: {account['password']}")
        if not self._place.names_publisher:
            self._output.plain(
                "The foot of the pages names no publisher and no licence yet: write them down as in "
                "services/web/paper.toml, and name that file in TOASOAN_PAPER_FILE."
            )
        if self._place.demo:
            if not (self._place.data_dir / "demo.loaded").exists():
                self._output.plain("The demo paper comes in by and by: all of it is there in half a minute.")
            await self._helper("demo", "toasoan.first_steps", "demo")

    async def _helper(self, name: str, module: str, *arguments: str) -> tuple[int, bytes]:
        """Run a module of ours to its end; its stderr joins the log. Returns its exit code and its stdout."""
        process = await self._launcher.spawn(
            (sys.executable, "-m", module, *arguments), {}, stdout=asyncio.subprocess.PIPE
        )
        self._helpers.add(process)
        try:
            assert process.stdout and process.stderr
            answer, _ = await asyncio.gather(process.stdout.read(), self._launcher.copy_lines(process.stderr, name))
            return await process.wait(), answer
        finally:
            self._helpers.discard(process)
            if process.returncode is None:
                processes.kill_group(process.pid)

    # ------------------------------------------------------------ what `toasoan status` reads

    def write_state(self) -> None:
        """Note who runs, whole or not at all."""
        state = {
            "state": self._state,
            "pid": os.getpid(),
            "start_ticks": processes.start_ticks(os.getpid()),
            "processes": [child.describe() for child in self._children],
        }
        part = self._place.state_file.with_suffix(".part")
        try:
            part.write_text(json.dumps(state))
            part.replace(self._place.state_file)
        except OSError as error:  # a full disk must not end the house
            self._output.say("state not written", error=error)

    # ------------------------------------------------------------ the end

    async def _end(self) -> None:
        began = time.monotonic()
        self._output.say("stopping")
        self._state = "stopping"
        for process in self._helpers:
            processes.kill_group(process.pid)
        for phase in Phase:
            deadline = began + STOP_SECONDS * _PHASE_ENDS[phase]
            await asyncio.gather(*(child.stop(deadline) for child in self._children if child.role.phase is phase))
        self._place.state_file.unlink(missing_ok=True)
        self._output.say("stopped", seconds=round(time.monotonic() - began, 1))


def up(
    place: Place,
    roles: Sequence[ProcessRole],
    output: Output,
    patience: Patience | None = None,
    first_steps: bool = True,
) -> int:
    """Run the house in the foreground until it is told to stop; returns the exit code.

    Raises OperatorError when it cannot even begin.
    """
    lock = Lock(place)
    ended = end_leftovers(place)
    if ended:
        output.say("ended processes of an earlier run", pids=ended)
    check_ports(place)
    make_folders(place)
    if sys.version_info < (3, 12):
        # One thread for each child is the older default; pidfds need none.
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())

    async def run() -> int:
        return await Supervisor(place, roles, output, patience, first_steps).run()

    try:
        return asyncio.run(run())
    finally:
        lock.release()
