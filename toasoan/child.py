"""One process of a house, over all its restarts: started, watched, started again, stopped."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from toasoan import probes, processes
from toasoan.output import Output
from toasoan.place import Place
from toasoan.roles import ProcessRole, Proof, python_environment


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


class Launcher:
    """Starts processes that belong to the house at `place`, and has their lines in its log."""

    def __init__(self, place: Place, output: Output) -> None:
        self.output = output
        self._environment = {
            **os.environ,
            **python_environment(),
            "TOASOAN_DATA_DIR": str(place.data_dir),
            processes.HOUSE_MARK: str(place.run_dir),
        }
        # Processes that keep no compiled code compile it at every start, and stay larger for it.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

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
            env={**self._environment, **environment},
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
                self.output.line(name, line)


class Child:
    """One role's process, over all its restarts."""

    def __init__(
        self, role: ProcessRole, place: Place, launcher: Launcher, patience: Patience, changed: Callable[[], None]
    ) -> None:
        """`changed` is called whenever `describe` says something else."""
        self.role = role
        self.ready = False
        self.restarts = 0
        self._place = place
        self._launcher = launcher
        self._patience = patience
        self._changed = changed
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
        self.ready = pid is not None and await probes.ready(self.role, pid, self._place)
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
            self._launcher.output.say("killed, it did not stop", role=self.role.name)
            if self._process:
                processes.kill_group(self._process.pid)
            await self._keeper

    async def _keep(self) -> None:
        pause = self._patience.first_pause
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                told = await self._run_once()
            except OSError as error:
                told = f"could not be started: {error}"
            if self._stopping.is_set():
                return
            if time.monotonic() - began > self._patience.stable_after:
                pause = self._patience.first_pause
            self.restarts += 1
            self._changed()
            self._launcher.output.say(
                f"{self.role.name} {told}, starting it again", restarts=self.restarts, pause_s=round(pause, 1)
            )
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                pause = min(pause * 2, self._patience.longest_pause)

    async def _run_once(self) -> str:
        """From start to exit; returns what happened."""
        for left in (".json", ".alive"):
            (self._place.run_dir / f"{self.role.name}{left}").unlink(missing_ok=True)
        process = self._process = await self._launcher.spawn(self.role.command, self.role.environment)
        if self._stopping.is_set():
            process.terminate()
        self._changed()
        assert process.stdout
        lines = asyncio.create_task(self._launcher.copy_lines(process.stdout, self.role.name))
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
        seen: object = None
        last = time.monotonic()
        while self.role.proof is not Proof.running:
            await asyncio.sleep(self._patience.look_every)
            was_ready = seen is not None
            sign = await self._sign_of_life(process.pid)
            if sign is not None and sign != seen:
                seen, last = sign, time.monotonic()
                continue
            silent = time.monotonic() - last
            if silent > self._longest_silence(was_ready):
                self._launcher.output.say(f"{self.role.name} stands still, killing it", silent_s=round(silent))
                process.send_signal(signal.SIGUSR1 if self._dumps_on_usr1(was_ready) else signal.SIGTERM)
                await asyncio.sleep(0.3)  # time for its stack to reach the log
                processes.kill_group(process.pid)
                return

    def _longest_silence(self, was_ready: bool) -> float:
        patience = self._patience
        return patience.stuck_after if was_ready else max(patience.start_within, patience.stuck_after)

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
        if not probes.noted(self.role.name, pid, self._place):
            return None
        return probes.beat(self.role.name, self._place) or None
