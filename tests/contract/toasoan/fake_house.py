"""Small made-up processes under the real supervisor: `python -m … DATA_DIR WEB_PORT INGEST_PORT [deaf] [crash]`."""

import sys
from pathlib import Path

from toasoan.child import Patience
from toasoan.output import Output
from toasoan.place import OperatorError, Place
from toasoan.roles import Phase, ProcessRole, Proof, _redis_roles
from toasoan.supervisor import up

# Notes its pid, beats while no file "<role>.freeze" lies in the data dir, ends 0.2 s after SIGTERM unless "deaf".
WORKER = """
import json, os, pathlib, signal, subprocess, sys, threading, time
role, run, how = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
stop = threading.Event()
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in how else lambda *_: stop.set())
if "parent" in how:
    subprocess.Popen(["sleep", "1000"])
if "crash" in how:
    sys.exit(3)
print("begins", role, flush=True)
(run / f"{role}.json").write_text(json.dumps({"pid": os.getpid(), "metrics_url": f"http://metrics/{role}"}))
while not stop.wait(0.1):
    if not (run.parent / f"{role}.freeze").exists():
        (run / f"{role}.alive").touch()
with (run.parent / "ended").open("a") as file:
    file.write(role + chr(10))
"""


def worker(place: Place, name: str, *how: str, phase: Phase = Phase.workers) -> ProcessRole:
    return ProcessRole(name, (sys.executable, "-c", WORKER, name, str(place.run_dir), *how), phase, Proof.heartbeat)


def make_place(data_dir: Path, web_port: int, ingest_port: int) -> Place:
    return Place(
        data_dir=data_dir,
        socket_dir=data_dir / "run",
        host="127.0.0.1",
        web_port=web_port,
        ingest_port=ingest_port,
        site_url=f"http://127.0.0.1:{web_port}",
        ingest_url=f"http://127.0.0.1:{ingest_port}",
        demo=False,
        log_format="console",
        broker_socket=data_dir / "run" / "broker.sock",
        counters_socket=None,
    )


def roles(place: Place, *extra: str) -> list[ProcessRole]:
    made = [
        *_redis_roles(place),
        worker(place, "front.http", phase=Phase.http),
        worker(place, "back.worker", "parent"),
    ]
    if "deaf" in extra:
        made.append(worker(place, "deaf.worker", "deaf"))
    if "crash" in extra:
        made.append(worker(place, "crash.worker", "crash"))
    return made


if __name__ == "__main__":
    place = make_place(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    patience = Patience(
        first_pause=0.1, longest_pause=2, stable_after=4, stuck_after=4, start_within=20, look_every=0.2
    )
    try:
        sys.exit(up(place, roles(place, *sys.argv[4:]), Output(), patience, first_steps=False))
    except OperatorError as error:
        sys.exit(str(error))
