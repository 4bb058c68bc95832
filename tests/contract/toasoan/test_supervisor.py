"""The supervisor over small made-up processes and a real redis-server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.contract.toasoan import fake_house
from tests.servers import free_port
from tests.wait import until
from toasoan import processes, status

Row = dict[str, Any]


class FakeHouse:
    def __init__(self, folder: Path, *extra: str) -> None:
        self.ports = free_port(), free_port()
        self.place = fake_house.make_place(folder / "data", *self.ports)
        self.log_path = folder / "log"
        self.extra = extra
        self.process = self.start()

    def start(self, stdout: int | None = None) -> subprocess.Popen[bytes]:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.contract.toasoan.fake_house",
                    str(self.place.data_dir),
                    *map(str, self.ports),
                    *self.extra,
                ],
                stdout=stdout or log,
                stderr=subprocess.STDOUT,
                preexec_fn=self._prepare(os.getpid()),
            )
        return self.process

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @staticmethod
    def _prepare(parent: int) -> Callable[[], None]:
        die = processes.die_with_parent(parent)

        def prepare() -> None:
            die()
            # Whoever runs the tests in the background has SIGINT ignored, and so would the house.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        return prepare

    def rows(self, monkeypatch: pytest.MonkeyPatch | None = None) -> dict[str, Row]:
        return {row["role"]: row for row in report(self)}

    def ready(self) -> bool:
        rows = self.rows()
        return bool(rows) and all(row["ready"] for row in rows.values())

    def everybody(self) -> list[int]:
        return [pid for pid in processes.marked(self.place.run_dir) if processes.start_ticks(pid)]


def report(house: FakeHouse) -> list[Row]:
    table = fake_house.roles(house.place, *house.extra)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(status, "house_roles", lambda _place: table)
        return status.report(house.place)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., FakeHouse]]:
    """Start a fake house with extra processes and wait until it is ready."""
    started: list[FakeHouse] = []

    def make(*extra: str, wait: bool = True) -> FakeHouse:
        house = FakeHouse(tmp_path, *extra)
        started.append(house)
        if wait:
            until(house.ready, 20, "the fake house is ready")
        return house

    yield make
    for house in started:
        house.process.kill()
        house.process.wait()
        processes.end(house.everybody(), 0.1)


def test_status_tells_the_truth(start: Callable[..., FakeHouse]) -> None:
    house = start()
    rows = house.rows()
    assert set(rows) == {"supervisor", "redis.broker", "front.http", "back.worker"}
    assert rows["supervisor"]["pid"] == house.process.pid
    assert rows["supervisor"]["rss_bytes"] < 35_000_000
    worker = rows["back.worker"]
    assert (worker["service"], worker["restarts"]) == ("back", 0)
    assert worker["metrics_url"] == "http://metrics/back.worker"
    assert worker["rss_bytes"] > 1_000_000
    assert Path(f"/proc/{worker['pid']}").exists()
    url = rows["redis.broker"]["url"]
    assert redis.Redis.from_url(url).info()["process_id"] == rows["redis.broker"]["pid"]

    house.process.kill()
    house.process.wait()
    assert house.place.state_file.exists()
    assert report(house) == []


def test_a_killed_process_comes_back_and_is_counted(start: Callable[..., FakeHouse]) -> None:
    house = start()
    first = house.rows()["back.worker"]["pid"]
    os.kill(first, signal.SIGKILL)
    row = until(lambda: (r := house.rows()["back.worker"])["ready"] and r["pid"] != first and r, 10)
    assert row["restarts"] == 1
    assert "back.worker was ended by SIGKILL, starting it again" in house.log
    assert house.rows()["front.http"]["restarts"] == 0


def test_a_killed_process_takes_its_own_children_with_it(start: Callable[..., FakeHouse]) -> None:
    house = start()
    worker = house.rows()["back.worker"]["pid"]
    children = Path(f"/proc/{worker}/task/{worker}/children")
    child = int(until(lambda: children.read_text().split(), 5)[0])
    os.kill(worker, signal.SIGKILL)
    until(lambda: processes.start_ticks(child) is None, 5, "the grandchild is gone")


def test_pauses_grow_while_a_process_keeps_ending(start: Callable[..., FakeHouse]) -> None:
    house = start("crash", wait=False)
    until(lambda: house.log.count("crash.worker exited with 3") >= 5, 20)
    pauses = [
        float(line.rpartition("pause_s=")[2]) for line in house.log.splitlines() if "crash.worker exited with 3" in line
    ]
    assert pauses[:5] == [0.1, 0.2, 0.4, 0.8, 1.6]
    row = house.rows()["crash.worker"]
    assert not row["ready"]
    assert row["restarts"] >= 5
    assert not house.rows()["supervisor"]["ready"]


def test_pauses_begin_anew_after_a_stable_time(start: Callable[..., FakeHouse]) -> None:
    house = start()

    def kill_back_worker() -> None:
        row = until(lambda: (r := house.rows()["back.worker"])["ready"] and r, 10)
        os.kill(row["pid"], signal.SIGKILL)
        until(lambda: house.rows()["back.worker"]["restarts"] > row["restarts"], 5)

    kill_back_worker()
    kill_back_worker()
    assert "restarts=2 pause_s=0.2" in house.log
    worker = until(lambda: (r := house.rows()["back.worker"])["ready"] and r, 10)
    born = time.monotonic()
    until(lambda: time.monotonic() - born > 4.2, 8, "the stable time has passed")
    os.kill(worker["pid"], signal.SIGKILL)
    until(lambda: "restarts=3 pause_s=0.1" in house.log, 5)


def test_a_process_that_stands_still_is_replaced(start: Callable[..., FakeHouse]) -> None:
    house = start()
    first = house.rows()["back.worker"]["pid"]
    freeze = house.place.data_dir / "back.worker.freeze"
    freeze.touch()
    until(lambda: "back.worker stands still" in house.log, 15)
    freeze.unlink()
    until(lambda: (r := house.rows()["back.worker"])["ready"] and r["pid"] != first, 10)


def test_a_frozen_redis_is_replaced(start: Callable[..., FakeHouse]) -> None:
    house = start()
    first = house.rows()["redis.broker"]["pid"]
    os.kill(first, signal.SIGSTOP)
    until(lambda: (r := house.rows()["redis.broker"])["ready"] and r["pid"] != first, 20)


def test_redis_keeps_its_data_over_kill_and_stop(start: Callable[..., FakeHouse]) -> None:
    house = start()
    row = house.rows()["redis.broker"]
    client = redis.Redis.from_url(row["url"])
    client.set("kept", "1")
    os.kill(row["pid"], signal.SIGKILL)
    until(lambda: client.get("kept") == b"1", 10)
    client.set("kept too", "2")
    house.process.terminate()
    assert house.process.wait(15) == 0
    house.start()
    until(lambda: client.get("kept too") == b"2", 10)


def test_stop_ends_everybody_in_order(start: Callable[..., FakeHouse]) -> None:
    house = start()
    began = time.monotonic()
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(15) == 0
    assert time.monotonic() - began < 5
    assert (house.place.data_dir / "ended").read_text().split() == ["front.http", "back.worker"]
    assert "bye bye" in house.log
    assert house.log.index("bye bye") > house.log.index("stopping")
    assert house.everybody() == []
    assert not house.place.state_file.exists()


def test_stop_is_over_in_time_although_one_does_not_listen(start: Callable[..., FakeHouse]) -> None:
    house = start("deaf")
    began = time.monotonic()
    house.process.terminate()
    assert house.process.wait(20) == 0
    assert time.monotonic() - began < 15
    assert "killed, it did not stop role=deaf.worker" in house.log
    assert house.everybody() == []


def test_nothing_stays_when_the_supervisor_is_killed(start: Callable[..., FakeHouse]) -> None:
    house = start("deaf")
    pids = [row["pid"] for row in house.rows().values()]
    house.process.kill()
    house.process.wait()
    until(lambda: not any(processes.start_ticks(pid) for pid in pids), 5, "all processes are gone")


def test_strays_of_a_killed_house_are_ended_at_the_next_start(start: Callable[..., FakeHouse]) -> None:
    house = start()
    # The worker's own child is nobody's child after this kill, and the next start finds it by its mark.
    house.process.kill()
    house.process.wait()
    strays = until(house.everybody, 5)
    house.start()
    until(house.ready, 20)
    assert "ended processes of an earlier run" in house.log
    assert not set(strays) & set(house.everybody())


def test_a_redis_left_on_our_socket_is_ended(start: Callable[..., FakeHouse]) -> None:
    house = start()
    house.process.terminate()
    house.process.wait(15)
    command = fake_house.roles(house.place)[0].command
    stray = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    socket_path = house.place.broker_socket
    assert socket_path
    until(lambda: processes.listener(socket_path) == stray.pid, 10)
    house.start()
    assert stray.wait(10) == 0
    until(house.ready, 20)


def test_a_second_house_on_the_same_data_is_refused(start: Callable[..., FakeHouse]) -> None:
    house = start()
    second = subprocess.run(
        [sys.executable, "-m", "tests.contract.toasoan.fake_house", str(house.place.data_dir), "1", "2"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == f"a house already runs on {house.place.data_dir} (pid {house.process.pid})"
    assert house.ready()


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.contract.toasoan.fake_house",
                str(tmp_path / "data"),
                str(port),
                str(free_port()),
            ],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in refused.stderr
    assert "TOASOAN_WEB_PORT" in refused.stderr


def test_a_reader_that_does_not_read_stops_nothing(start: Callable[..., FakeHouse], tmp_path: Path) -> None:
    house = start("crash", wait=False)
    house.process.kill()
    house.process.wait()
    reader, writer = os.pipe()
    # A pipe that is full from the first line on.
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    house.start(stdout=writer)
    try:
        until(lambda: house.rows().get("crash.worker", {}).get("restarts", 0) >= 3, 20)
        house.process.terminate()
        assert house.process.wait(15) == 0
    finally:
        os.close(reader)
        os.close(writer)
