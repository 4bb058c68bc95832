"""`toasoan up`: starts the processes of a house, keeps them running, stops them in order.

One asyncio loop and one `_Child` a process. What it promises: a process that dies or stands still is started
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
from dataclasses import dataclass

from toasoan import probes, processes
from toasoan.output import Output
from toasoan.place import OperatorError, Place
from toasoan.preflight import Lock, check_ports, end_leftovers, make_folders
from toasoan.roles import Phase, ProcessRole, Proof, python_environment

STOP_SECONDS = 14.0
# Shares of STOP_SECONDS after which a phase that has not ended is killed.
_PHASE_ENDS = {Phase.http: 0.35, Phase.workers: 0.7, Phase.redis: 0.85, Phase.copy: 1.0}


@dataclass(frozen=True)
class Patience:
    """Times in seconds; tests use shorter ones."""

    first_pause: float = 0.2
    longest_pause: float = 30.0
    stable_after: float = 30.0
    """A process that ran for this long starts with the first pause again."""
    stuck_after: float = 30.0
    """No heartbeat for this long: killed and started again."""
    start_within: float = 180.0
    """A process that has never been ready is given this long."""
    redis_ready: float = 300.0
    """A long append-only file takes its time to load."""
    look_every: float = 2.0


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
        self._children = [_Child(role, self) for role in roles]
        self._environment = {**os.environ, **python_environment()}
        # Processes that keep no compiled code compile it at every start, and stay larger for it.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
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

    async def _until_ready(self, children: list["_Child"], within: float | None) -> None:
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
        if self._place.demo:
            await self._helper("demo", "toasoan.first_steps", "demo")

    async def _helper(self, name: str, module: str, *arguments: str) -> tuple[int, bytes]:
        """Run a module of ours to its end; its stderr joins the log. Returns its exit code and its stdout."""
        process = await self.spawn((sys.executable, "-m", module, *arguments), {}, stdout=asyncio.subprocess.PIPE)
        self._helpers.add(process)
        try:
            assert process.stdout and process.stderr
            answer, _ = await asyncio.gather(process.stdout.read(), self.copy_lines(process.stderr, name))
            return await process.wait(), answer
        finally:
            self._helpers.discard(process)
            if process.returncode is None:
                processes.kill_group(process.pid)

    # ------------------------------------------------------------ for the children

    @property
    def patience(self) -> Patience:
        return self._patience

    @property
    def place(self) -> Place:
        return self._place

    def say(self, event: str, **values: object) -> None:
        self._output.say(event, **values)

    async def spawn(
        self, command: Sequence[str], environment: dict[str, str], stdout: int = asyncio.subprocess.STDOUT
    ) -> asyncio.subprocess.Process:
        """Start a process that cannot outlive this one, leading its own group so that Ctrl-C reaches only us."""
        merge = stdout == asyncio.subprocess.STDOUT
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT if merge else asyncio.subprocess.PIPE,
            start_new_session=True,
            preexec_fn=processes.die_with_parent(os.getpid()),
            limit=1 << 18,
            env={
                **self._environment,
                "TOASOAN_DATA_DIR": str(self._place.data_dir),
                processes.HOUSE_MARK: str(self._place.run_dir),
                **environment,
            },
        )

    async def copy_lines(self, stream: asyncio.StreamReader, name: str) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # a line longer than the limit: what was read of it is gone, the rest follows
                continue
            if not line:
                return
            if line.strip():
                self._output.line(name, line)

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


class _Child:
    """One role's process, over all its restarts."""

    def __init__(self, role: ProcessRole, house: Supervisor) -> None:
        self.role = role
        self.ready = False
        self.restarts = 0
        self._house = house
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep(), name=self.role.name)

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process and process.returncode is None else None

    def describe(self) -> dict[str, object]:
        pid = self.pid
        return {
            "role": self.role.name,
            "service": self.role.service,
            "pid": pid,
            "start_ticks": processes.start_ticks(pid) if pid else None,
            "restarts": self.restarts,
        }

    async def is_ready(self) -> bool:
        pid = self.pid
        self.ready = pid is not None and await probes.ready(self.role, pid, self._house.place)
        return self.ready

    async def stop(self, deadline: float) -> None:
        """SIGTERM, wait until `deadline` (monotonic), SIGKILL."""
        self._stopping.set()
        if self._process and self._process.returncode is None:
            self._process.terminate()
        if self._keeper is None:
            return
        try:
            await asyncio.wait_for(asyncio.shield(self._keeper), max(0.1, deadline - time.monotonic()))
        except TimeoutError:
            self._house.say("killed, it did not stop", role=self.role.name)
            if self._process:
                processes.kill_group(self._process.pid)
            await self._keeper

    async def _keep(self) -> None:
        patience = self._house.patience
        pause = patience.first_pause
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                told = await self._run_once()
            except OSError as error:
                told = f"could not be started: {error}"
            if self._stopping.is_set():
                return
            if time.monotonic() - began > patience.stable_after:
                pause = patience.first_pause
            self.restarts += 1
            self._house.write_state()
            self._house.say(
                f"{self.role.name} {told}, starting it again", restarts=self.restarts, pause_s=round(pause, 1)
            )
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                pause = min(pause * 2, patience.longest_pause)

    async def _run_once(self) -> str:
        """From start to exit; returns what happened."""
        for left in (".json", ".alive"):
            (self._house.place.run_dir / f"{self.role.name}{left}").unlink(missing_ok=True)
        process = self._process = await self._house.spawn(self.role.command, self.role.environment)
        if self._stopping.is_set():
            process.terminate()
        self._house.write_state()
        assert process.stdout
        lines = asyncio.create_task(self._house.copy_lines(process.stdout, self.role.name))
        watch = asyncio.create_task(self._watch(process))
        try:
            await processes.exit_of(process.pid)
        finally:
            watch.cancel()
            processes.kill_group(process.pid)  # whatever it started itself
        try:
            # asyncio calls it over only when its pipe is closed too: a stray that left its group may hold that.
            await asyncio.wait_for(asyncio.gather(process.wait(), lines), 1.0)
        except TimeoutError:
            pass
        code = process.returncode
        if code is None:
            return "ended"
        if code >= 0:
            return f"exited with {code}"
        return f"was ended by {signal.Signals(-code).name}"

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Kill a process that is alive but stands still.

        Counts the time since its heartbeat last changed by our own monotonic clock: a jump of the wall clock,
        or a machine that slept, makes nobody look dead.
        """
        patience = self._house.patience
        seen: object = None
        last = time.monotonic()
        while self.role.proof is not Proof.running:
            await asyncio.sleep(patience.look_every)
            was_ready = seen is not None
            sign = await self._sign_of_life(process.pid)
            if sign is not None and sign != seen:
                seen, last = sign, time.monotonic()
                continue
            silent = time.monotonic() - last
            if silent > (patience.stuck_after if was_ready else max(patience.start_within, patience.stuck_after)):
                self._house.say(f"{self.role.name} stands still, killing it", silent_s=round(silent))
                process.send_signal(signal.SIGUSR1 if self._dumps_on_usr1(was_ready) else signal.SIGTERM)
                await asyncio.sleep(0.3)  # time for its stack to reach the log
                processes.kill_group(process.pid)
                return

    def _dumps_on_usr1(self, was_ready: bool) -> bool:
        return was_ready and self.role.proof is not Proof.ping

    async def _sign_of_life(self, pid: int) -> object | None:
        """Something that differs from the last time when the process is alive; None when there is nothing (yet)."""
        if self.role.proof is Proof.ping:
            assert self.role.socket
            try:
                async with asyncio.timeout(2):
                    return time.monotonic() if await probes.ping(self.role.socket) else None
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                return None
        if not probes.noted(self.role.name, pid, self._house.place):
            return None
        return probes.beat(self.role.name, self._house.place) or None


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
