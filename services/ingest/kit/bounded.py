"""What others wrote is worked on in a process of its own, with bounds on processor time, memory and time of the clock.

`run(function, …)` starts `python -m services.ingest.kit.bounded`, waits for what the function returns there, and ends
the process when a bound is reached, when `halted()` says so, or when this process ends, however it ends. The function
is named by its module; arguments and result travel as JSON, so that a decoder that was taken over can hand back
nothing else.
"""

import ctypes
import importlib
import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

import orjson

from services.ingest.kit import errors
from services.ingest.kit.errors import Invalid, Refused, TooHeavy
from shared.telemetry import configure_logging

# How often `halted` is asked.
_LOOK_SECONDS = 0.2
# Until the process has come up on a full machine and the function's module is there.
_BEGIN_SECONDS = 60.0
# How often the work says that it goes on.
_TELL_SECONDS = 0.2
_RESULT_BYTES = 64_000_000
_OUT_OF_MEMORY = 4
_GOING_ON = b"\0"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds of the processor and of the clock are counted from the function's begin, anew at each `going_on()`."""

    cpu_seconds: int = 20
    memory_bytes: int = 1_000_000_000
    seconds: float = 40.0


class Halted(Exception):
    """`halted()` became true before the work was done."""


def run(
    function: Callable[..., Any], *given: Any, bounds: Bounds | None = None, halted: Callable[[], bool] = lambda: False
) -> Any:
    """What the module's function returns for these arguments, which JSON can hold.

    Raises TooHeavy at a bound or when the process dies, Refused and Invalid as the function does, RuntimeError for any
    other error of it, Halted.
    """
    bounds = bounds or Bounds()
    named = f"{function.__module__}:{function.__qualname__}"
    with tempfile.TemporaryFile() as sent:
        sent.write(orjson.dumps({"function": named, "given": given, "bounds": asdict(bounds), "parent": os.getpid()}))
        sent.seek(0)
        command = [sys.executable, "-m", __spec__.name]
        with subprocess.Popen(command, stdin=sent, stdout=subprocess.PIPE) as child:
            try:
                answer = _answer(child, bounds, halted)
            finally:
                child.kill()
    return _result(answer)


def going_on() -> None:
    """Inside the process: the work goes on, so its bounds on time begin anew. Elsewhere it does nothing."""
    global _told
    if _out is not None and (now := time.monotonic()) - _told > _TELL_SECONDS:
        _told = now
        _out.write(_GOING_ON)
        _allow_cpu(_cpu_seconds)


def _answer(child: "subprocess.Popen[bytes]", bounds: Bounds, halted: Callable[[], bool]) -> bytes:
    assert child.stdout is not None
    out, received = child.stdout.fileno(), bytearray()
    until, late = time.monotonic() + _BEGIN_SECONDS, f"did not begin within {_BEGIN_SECONDS:g} s"
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        while True:
            if halted():
                raise Halted
            if (left := until - time.monotonic()) <= 0:
                raise TooHeavy(late)
            if not selector.select(min(left, _LOOK_SECONDS)):
                continue
            part = os.read(out, 1 << 16)
            if not part:
                break
            if _GOING_ON in part:
                until, late = time.monotonic() + bounds.seconds, f"more than {bounds.seconds:g} s"
            received += part.replace(_GOING_ON, b"")
            if len(received) > _RESULT_BYTES:
                raise TooHeavy(f"a result of more than {_RESULT_BYTES} bytes")
    try:
        code = child.wait(max(_LOOK_SECONDS, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TooHeavy("did not end") from None
    if code != 0:
        raise TooHeavy(_cause(code, bounds))
    return bytes(received)


def _cause(code: int, bounds: Bounds) -> str:
    if code == -signal.SIGXCPU:
        return f"more than {bounds.cpu_seconds} s of processor time"
    if code == _OUT_OF_MEMORY:
        return f"more than {bounds.memory_bytes // 1_000_000} MB of memory"
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _result(answer: bytes) -> Any:
    told = orjson.loads(answer)
    if "error" in told:
        raise RuntimeError(told["error"])
    if "refused" not in told:
        return told["result"]
    kind = getattr(errors, told["refused"], Refused)
    if kind is Invalid:
        raise Invalid(told["errors"])
    refused = Refused(told["detail"])
    if isinstance(kind, type) and issubclass(kind, Refused) and kind not in (errors.Stale, TooHeavy):
        refused = kind(told["detail"])
    refused.errors = told["errors"]
    raise refused


# ---------------------------------------------------------------- inside the bounded process

_out: Any = None
_told = 0.0
_cpu_seconds = 0


def main() -> NoReturn:
    global _out, _cpu_seconds
    asked = orjson.loads(sys.stdin.buffer.read())
    bounds = Bounds(**asked["bounds"])
    _end_with(asked["parent"])
    configure_logging("ingest.bounded")
    _cpu_seconds = bounds.cpu_seconds
    _allow_cpu(_cpu_seconds)
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    # What the function prints is no answer.
    with os.fdopen(os.dup(1), "wb", buffering=0) as _out:
        os.dup2(2, 1)
        module, _, name = asked["function"].partition(":")
        code = _answered(module, name, asked["given"])
        # The answer is whole: what the function left behind (threads, connections) keeps nobody waiting.
        sys.stderr.flush()
        os._exit(code)


def _answered(module: str, name: str, given: list[Any]) -> int:
    # As the package's module, not as __main__: going_on() is asked there.
    sys.modules[__spec__.name] = sys.modules[__name__]
    try:
        function = getattr(importlib.import_module(module), name)
        _out.write(_GOING_ON)
        told = {"result": function(*given)}
    except Refused as refused:
        told = {"refused": type(refused).__name__, "detail": refused.detail, "errors": refused.errors}
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:
        told = {"error": repr(error)[:500]}
    answer = memoryview(orjson.dumps(told))
    while answer:
        answer = answer[_out.write(answer) :]
    return 0


def _end_with(parent: int) -> None:
    """Die when the thread that waits dies, by whatever."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _allow_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


if __name__ == "__main__":
    main()
