"""A house that is copied all the while loses its machine, and goes on from the copy alone."""

import io
import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(300)]

_PROMISED_SECONDS = 10.0


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "house", TOASOAN_COPY_DIR=str(tmp_path / "copy"))
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "other", TOASOAN_COPY_DIR=str(tmp_path / "second-copy"))
    try:
        yield made
    finally:
        made.close()


def _note(house: House) -> dict[str, object]:
    return dict(json.loads((house.data_dir / "copy.json").read_text()))


def _copied_until(house: House, moment: float) -> Callable[[], bool]:
    def copied() -> bool:
        at = _note(house)["copied_at"]
        return isinstance(at, float) and at > moment

    return copied


def _lose_the_machine(house: House) -> None:
    house.kill()
    for pid in house.pids():
        os.kill(pid, signal.SIGKILL)
    until(lambda: not house.pids(), 10, "every process is gone")
    house.data_dir.rename(house.data_dir.with_name("lost"))


def test_a_paper_killed_in_mid_writing_goes_on_from_its_copy(copied: House, another: House, tmp_path: Path) -> None:
    until(lambda: _note(copied)["copied_at"], 30, "there is a whole copy")
    draw = random.Random(11)
    acknowledged: list[tuple[float, str, str]] = []
    killed = threading.Event()

    def write() -> None:
        number = 0
        while not killed.is_set():
            number += 1
            title = f"Tin thứ {number}"
            try:
                saved = copied.push(title=title, external_id=f"tin-{number}")
            except Exception:  # the machine is gone
                return
            acknowledged.append((time.time(), saved["url"].removeprefix(copied.web_url), title))
            time.sleep(draw.random() * 0.3)

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: len(acknowledged) > 30, 60, "some stories are there")
    time.sleep(draw.random() * 3)
    # What the house says of its copy, which is what an editor is told.
    copied_at = float(str(_note(copied)["copied_at"]))
    late = time.time() - copied_at
    _lose_the_machine(copied)
    killed.set()
    writer.join()

    another.toasoan("restore", str(tmp_path / "copy"))
    another.start()
    assert late < _PROMISED_SECONDS
    promised = [(path, title) for at, path, title in acknowledged if at < copied_at]
    assert promised
    for path, title in promised:
        assert title in another.until_page(path)
    until(
        lambda: another.get("/api/search", params={"q": "tin thứ"}).json()["total"] >= len(promised),
        40,
        "search has them",
    )

    def agree() -> bool:
        compared = json.loads(another.toasoan("reconcile", "--json").stdout)
        return set(compared) == {"web", "search", "counter"} and not any(compared.values())

    until(agree, 40, "every store agrees with ingest")
    another.key = copied.key  # it came along
    saved = another.push(title="Sau khi mất máy")
    another.until_page(saved["url"], "Sau khi mất máy")


def test_pictures_come_along_and_an_earlier_moment_can_be_asked_for(
    copied: House, another: House, tmp_path: Path
) -> None:
    until(lambda: _note(copied)["copied_at"], 30, "there is a whole copy")
    file = io.BytesIO()
    Image.effect_noise((900, 600), 80).convert("RGB").save(file, "JPEG")
    picture = copied.api("POST", "/api/media", files={"file": ("anh.jpg", file.getvalue())}).json()
    saved = copied.push(title="Bài còn nguyên", external_id="bai", images=[{"url": picture["url"], "caption": "Ảnh"}])
    copied.until_page(saved["url"], "Bài còn nguyên")
    until(_copied_until(copied, time.time()), 20, "the story is in the copy")
    before = datetime.now(UTC)
    time.sleep(0.1)
    copied.push(title="Bài bị sửa nhầm", external_id="bai")
    until(_copied_until(copied, time.time()), 20, "the mistake is in the copy")
    assert copied.stop() < 15
    shutil.rmtree(copied.data_dir)

    refused = another.toasoan("restore", str(tmp_path / "copy"), "--at", "2020-01-01T00:00+07:00", check=False)
    assert refused.returncode == 1
    assert "holds no copy of 2019-12-31 17:00:00 UTC or before" in refused.stderr
    another.toasoan("restore", str(tmp_path / "copy"), "--at", before.isoformat())
    another.start()
    path = saved["url"].removeprefix(copied.web_url)
    page = another.until_page(path, "Bài còn nguyên")
    assert "sửa nhầm" not in page
    assert another.get(picture["url"].replace(copied.web_url, another.web_url)).status_code == 200


def test_a_trial_of_the_copy_says_what_came_of_it(copied: House) -> None:
    copied.push(title="Bài để thử")

    def tried() -> bool:
        return bool(_note(copied)["rehearsed_at"])

    until(tried, 40, "the copy was restored for a trial")
    assert _note(copied)["rehearsal_failure"] is None
    metrics = copied.get(copied.role("copy")["metrics_url"]).text
    assert "copy_rehearsal_failed 0.0" in metrics
    assert "copy_timestamp_seconds 0.0" not in metrics
