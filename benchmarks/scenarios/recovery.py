"""A machine is lost at a moment of steady writing, and its paper goes on elsewhere from the copy that followed it."""

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from benchmarks import making, tools
from benchmarks.figures import Figure, Report
from benchmarks.fill import fill
from benchmarks.scenarios.newsroom import Pusher
from tests.house import House
from tests.wait import until

_WRITTEN_SECONDS = 20.0


def run(report: Report, place: Path, short: bool) -> None:
    many = 2_000 if short else 100_000
    copy = place / "copy"
    fill(place / "lost" / "data", many)
    with tools.house(place / "lost", TOASOAN_COPY_DIR=str(copy)) as house:
        began = time.monotonic()
        until(lambda: _noted(house)["copied_at"], 900, "there is a whole copy", 0.5)
        whole_s = time.monotonic() - began
        written = _written(house)
        lost_at = time.time()
        house.kill()
        for pid in house.pids():
            os.kill(pid, signal.SIGKILL)
        (place / "lost" / "data").rename(place / "gone")
    began = time.monotonic()
    other = House(place / "found", TOASOAN_SECRET_KEY=tools.SECRET, TOASOAN_LOG_LEVEL="warning")
    other.toasoan("restore", str(copy))
    restored_s = time.monotonic() - began
    try:
        other.start(300)
        _serves(other, many)
        serving_s = time.monotonic() - began
        until(lambda: _agree(other), 1800, "every store agrees with ingest", 5)
        whole_again_s = time.monotonic() - began
        kept = [at for at, path in written if other.get(path).status_code == 200]
    finally:
        other.close()
    report.figures.append(
        Figure("recovery", f"a machine lost, its paper serves again, {many:,} articles", "s", [serving_s],
               "of it restoring files", [restored_s], better="lower", wanted=60.0, of="value",
               note=f"the first whole copy took {whole_s:.0f} s; the other stores agree after {whole_again_s:.0f} s")
    )  # fmt: skip
    report.figures.append(
        Figure("recovery", "work that is lost", "s", [lost_at - kept[-1]], "written for", [_WRITTEN_SECONDS],
               better="lower", wanted=10.0, of="value", note=f"{len(kept)} of {len(written)} stories are there")
    )  # fmt: skip


def _written(house: House) -> list[tuple[float, str]]:
    """(when it was acknowledged, path) of stories pushed one after another until the machine is lost."""
    pusher, dice = Pusher(house), random.Random(7)
    made: list[tuple[float, str]] = []
    ends = time.monotonic() + _WRITTEN_SECONDS
    while time.monotonic() < ends:
        url, _word, _sent = pusher.push()
        made.append((time.time(), url.removeprefix(house.web_url)))
        time.sleep(dice.random() * 0.3)
    return made


def _noted(house: House) -> dict[str, Any]:
    note = house.data_dir / "copy.json"
    return dict(json.loads(note.read_text())) if note.is_file() else {"copied_at": None}


def _serves(house: House, many: int) -> None:
    """Readers have home and any article, editors their desk."""
    for path in ("/", *making.addresses(many)["article"][:5]):
        assert house.get(path).status_code == 200, path
    assert house.client.get(f"{house.ingest_url}/desk/dang-nhap").status_code == 200


def _agree(house: House) -> bool:
    compared = json.loads(house.toasoan("reconcile", "--json").stdout)
    return set(compared) == {"web", "search", "counter"} and not any(compared.values())
