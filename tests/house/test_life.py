"""A whole house: it starts, says the truth about itself, heals, stops, and can be moved to another place."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.house import ROOT, House
from tests.wait import until
from toasoan.processes import start_ticks

pytestmark = [pytest.mark.house, pytest.mark.timeout(300)]

ROLES = {
    "supervisor",
    "redis.broker",
    "redis.counters",
    "ingest.http",
    "ingest.worker",
    "search.index",
    "search.query",
    "counter.worker",
    "web.http",
    "web.worker",
}
WORKERS = ["ingest.worker", "search.index", "search.query", "counter.worker", "web.worker"]


def test_status_shows_every_process(house: House) -> None:
    rows = {row["role"]: row for row in orjson.loads(house.toasoan("status", "--json").stdout)}
    assert set(rows) == ROLES
    for row in rows.values():
        assert row["ready"], row
        assert row["restarts"] == 0, row
        assert Path(f"/proc/{row['pid']}").exists()
    for name in ROLES - {"supervisor", "redis.broker", "redis.counters"}:
        metrics = house.get(rows[name]["metrics_url"])
        assert metrics.status_code == 200
        assert "process_resident_memory_bytes" in metrics.text


def in_memory(pid: int) -> int:
    """Bytes of a process, with its share of what it has in common with others (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


@pytest.mark.timeout(420)
def test_a_new_house_with_the_demo_paper_fits_into_600_mb(tmp_path: Path) -> None:
    house = House(tmp_path / "house", TOASOAN_DEMO="1")
    try:
        house.start()
        until(lambda: "The demo paper comes in" in house.log, 20)
        until(lambda: house.get("/api/search", params={"q": "người"}).json()["total"] > 20, 120, "the demo is there")
        # What indexing needed is given back soon after, and who plays the demo's live coverage ends with it.
        until(lambda: sum(map(in_memory, house.pids())) < 600_000_000, 240, "the house is small")
        assert house.role("supervisor")["rss_bytes"] < 35_000_000
    finally:
        house.close()


def test_status_for_people_names_every_role(house: House) -> None:
    printed = house.toasoan("status").stdout
    for role in ROLES:
        assert role in printed


def test_nobody_else_on_the_machine_reads_the_house(house: House) -> None:
    def open_to_others() -> list[Path]:
        found = [house.data_dir, *house.data_dir.rglob("*")]
        return [path for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]

    assert open_to_others() == []
    assert "can be read by others" not in house.toasoan("status").stderr
    secret = house.data_dir / "secret.key"
    secret.chmod(0o644)
    try:
        assert f"{secret} first: chmod" in house.toasoan("status").stderr
    finally:
        secret.chmod(0o600)


def test_the_first_start_gives_an_editor_a_password(house: House) -> None:
    assert f"Tòa Soạn is ready: readers {house.web_url}/  desk {house.ingest_url}/desk/" in house.log
    until(lambda: "one-time password: " in house.log, 20)


def test_a_new_paper_is_asked_who_publishes_it(house: House) -> None:
    until(lambda: "names no publisher and no licence yet" in house.log, 20)
    assert "TOASOAN_PAPER_FILE" in house.log


def test_a_second_house_on_this_data_is_refused(house: House) -> None:
    refused = house.toasoan("up", check=False)
    assert refused.returncode == 1
    assert "a house already runs on" in refused.stderr
    assert all(row["ready"] for row in house.status())


def test_killed_processes_come_back_and_stories_still_travel(harmed_house: House) -> None:
    before = {name: harmed_house.signal_role(name, signal.SIGKILL) for name in [*WORKERS, "web.http", "ingest.http"]}
    harmed_house.wait_ready()
    for name, pid in before.items():
        row = harmed_house.role(name)
        assert row["pid"] != pid
        assert row["restarts"] >= 1
    saved = harmed_house.push(title="Sau khi khởi động lại")
    harmed_house.until_page(saved["url"], "Sau khi khởi động lại")


def test_a_killed_redis_loses_no_story(harmed_house: House) -> None:
    harmed_house.signal_role("redis.broker", signal.SIGKILL)
    harmed_house.signal_role("redis.counters", signal.SIGKILL)
    saved = harmed_house.push(title="Không mất tin nào")
    harmed_house.until_page(saved["url"], "Không mất tin nào", deadline_s=40)
    harmed_house.wait_ready()


def test_stop_is_quick_complete_and_loses_nothing(harmed_house: House) -> None:
    saved = [harmed_house.push(title=f"Tin số {number}") for number in range(5)]
    pids = harmed_house.pids()
    assert harmed_house.stop() < 15
    assert harmed_house.process
    assert harmed_house.process.returncode == 0
    assert not [pid for pid in pids if start_ticks(pid)]
    harmed_house.start()
    for number, story in enumerate(saved):
        harmed_house.until_page(story["url"], f"Tin số {number}")


def test_nothing_stays_after_the_supervisor_is_killed_and_the_next_start_works(harmed_house: House) -> None:
    saved = harmed_house.push(title="Trước khi mất điện")
    pids = [row["pid"] for row in harmed_house.status()]
    harmed_house.kill()
    until(lambda: not [pid for pid in pids if start_ticks(pid)], 10, "every process is gone")
    assert harmed_house.toasoan("status", check=False).returncode == 1
    harmed_house.start()
    harmed_house.until_page(saved["url"], "Trước khi mất điện")


def test_a_backup_moves_the_paper_to_another_house(harmed_house: House, tmp_path: Path) -> None:
    saved = harmed_house.push(title="Chuyển nhà", body="Tòa soạn chuyển sang máy khác.")
    harmed_house.until_page(saved["url"], "Chuyển nhà")
    copy = tmp_path / "copy"
    harmed_house.toasoan("backup", str(copy))
    refused = harmed_house.toasoan("restore", str(copy), check=False)
    assert refused.returncode == 1
    harmed_house.stop()

    other = House(tmp_path / "other")
    try:
        other.toasoan("restore", str(copy))
        other.start()
        path = saved["url"].removeprefix(harmed_house.web_url)
        other.until_page(path, "Tòa soạn chuyển sang máy khác.")
        until(lambda: other.get("/api/search", params={"q": "chuyển nhà"}).json()["total"] == 1, 30)
    finally:
        other.close()


def test_make_run_hands_sigterm_on_and_everything_ends(tmp_path: Path) -> None:
    if Path(sys.executable).parent != ROOT / ".venv" / "bin" or not (ROOT / ".state" / "base").exists():
        pytest.skip("not set up by make")
    house = House(tmp_path / "house")
    environment = {name: value for name, value in house.environment.items() if not name.startswith("MAKE")}
    with (house.folder / "house.log").open("wb") as log:
        house.process = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        house.wait_ready(120)
        pids = house.pids()
        assert house.stop() < 15
        assert not [pid for pid in pids if start_ticks(pid)]
    finally:
        for pid in house.pids():
            os.kill(pid, signal.SIGKILL)
        house.close()
