"""A journal whose files were harmed: what is whole in them is held, the rest is put aside, nothing stops."""

import os
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import structlog
from structlog.testing import capture_logs

from services.web import viewjournal
from services.web.viewjournal import Journal
from shared import telemetry

DAMAGES = 10_000
SEGMENTS = 40
SEGMENT_BYTES = 800


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger that no test before has used: one that was keeps the processors of that time."""
    monkeypatch.setattr(viewjournal, "log", structlog.get_logger())


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.views"))


def everything(journal: Journal) -> dict[str, bytes | None]:
    names = [*journal.sent_before(float("inf"), 10**6), *journal._unsent]
    return {name: journal.read(name) for name in names}


def written(folder: Path, segments: int, chance: random.Random) -> dict[str, bytes]:
    """Fill a journal, some batches in each of its segments; returns what it holds."""
    held: dict[str, bytes] = {}
    journal = Journal(folder, 0.0, segment_bytes=SEGMENT_BYTES)
    producer = f"{chance.getrandbits(64):016x}"
    while journal._number < segments or journal._writer is not None:
        name = f"{producer}-{len(held)}"
        views = [[chance.randrange(1, 10**6), "k" * 11, 1_700_000_000, "vd.vn"]] * chance.randrange(3)
        held[name] = orjson.dumps({"batch_id": name, "views": views, "rejected": {}})
        journal.append(name, held[name])
    journal.close()
    return held


def flip_bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 1, 1, 8])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def zero_some(data: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(data))
    last = min(len(data), first + chance.choice([1, 4, 10, 64, 512]))
    data[first:last] = bytes(last - first)


def zero_the_tail(data: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(data))
    data[first:] = bytes(len(data) - first)


def grow_by_zeros(data: bytearray, chance: random.Random) -> None:
    data += bytes(chance.choice([1, 9, 10, 11, 20, 4096]))


def truncate(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def cut_out(data: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(data))
    del data[first : first + chance.randrange(1, 200)]


def put_in(data: bytearray, chance: random.Random) -> None:
    where = chance.randrange(len(data) + 1)
    data[where:where] = chance.randbytes(chance.randrange(1, 40))


def swap(data: bytearray, chance: random.Random) -> None:
    length = chance.randrange(1, len(data) // 2)
    first = chance.randrange(len(data) - 2 * length + 1)
    second = chance.randrange(first + length, len(data) - length + 1)
    data[first : first + length], data[second : second + length] = (
        data[second : second + length],
        data[first : first + length],
    )


def repeat(data: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(data))
    data += data[first : first + chance.randrange(1, len(data))]


def twice(data: bytearray, _chance: random.Random) -> None:
    data += bytes(data)


HARMS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_bits,
    zero_some,
    zero_the_tail,
    grow_by_zeros,
    truncate,
    cut_out,
    put_in,
    swap,
    repeat,
    twice,
)


def harm(folder: Path, chance: random.Random) -> None:
    """One damage to each segment; sometimes the records of two of them are exchanged as well."""
    paths = files(folder)
    for path in paths:
        data = bytearray(path.read_bytes())
        if data:
            chance.choice(HARMS)(data, chance)
        path.write_bytes(data)
    one, other = chance.sample(paths, 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(first[: len(first) // 2] + second[len(second) // 2 :])
    other.write_bytes(second[: len(second) // 2] + first[len(first) // 2 :])


def framed_in(folder: Path, held: dict[str, bytes], frames: dict[str, bytes]) -> set[str]:
    """The batches that some file holds whole."""
    whole: set[str] = set()
    for path in files(folder):
        data = path.read_bytes()
        near = {name.decode() for name in re.findall(rb"[0-9a-f]{16}-[0-9]{1,4}", data)} & held.keys()
        whole |= {name for name in near if frames[name] in data}
    return whole


def frames_of(folder: Path, held: dict[str, bytes]) -> dict[str, bytes]:
    """The bytes of each batch as they stand in the undamaged files."""
    whole = b"".join(path.read_bytes() for path in files(folder))
    frames, end = {}, 0
    for name, record in held.items():
        begin, end = end, whole.index(record, end) + len(record)
        frames[name] = whole[begin:end]
    assert end == len(whole)
    return frames


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder without a disk behind it, where there is one: thousands of renames take a minute on some disks."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def test_ten_thousand_damages_lose_nothing_that_is_whole_and_stop_nothing(in_memory: Path) -> None:
    for seed in range(DAMAGES // SEGMENTS):
        chance = random.Random(seed)
        folder = in_memory / str(seed)
        held = written(folder, SEGMENTS, chance)
        frames = frames_of(folder, held)
        harm(folder, chance)
        whole = framed_in(folder, held, frames)

        journal = Journal(folder, 5.0)
        found = everything(journal)
        assert whole <= found.keys(), f"seed {seed}: whole batches are lost"
        assert found.items() <= held.items(), f"seed {seed}: batches that nobody wrote"
        journal.close()

        with capture_logs() as logs:
            journal = Journal(folder, 5.0)
        assert everything(journal) == found, f"seed {seed}"
        assert logs == [], "what is put aside is put aside once"
        for name in found:
            journal.counted(name)
        assert (len(journal), journal.size, files(folder)) == (0, 0, []), f"seed {seed}: stuck"
        journal.close()


@pytest.mark.parametrize("harmed", HARMS[:-2], ids=lambda harmed: harmed.__name__)
def test_damage_is_put_aside_with_one_line_and_a_count(
    tmp_path: Path, harmed: Callable[[bytearray, random.Random], None]
) -> None:
    held = written(tmp_path, 1, random.Random(1))
    (path,) = files(tmp_path)
    data = bytearray(path.read_bytes())
    harmed(data, random.Random(3))
    path.write_bytes(data)
    before = telemetry.views_damaged_bytes_total._value.get()

    with capture_logs() as logs:
        journal = Journal(tmp_path, 5.0)

    aside = sorted(tmp_path.rglob("*.damaged"))
    kept = sum(path.stat().st_size for path in files(tmp_path))
    assert everything(journal).items() <= held.items()
    counted = telemetry.views_damaged_bytes_total._value.get() - before
    assert len(logs) == len(aside) == 1
    assert sum(path.stat().st_size for path in aside) == counted == len(data) - kept
    assert logs[0]["file"] == aside[0].name and logs[0]["bytes"] == counted


def test_whole_batches_that_stand_there_twice_are_no_damage(tmp_path: Path) -> None:
    held = written(tmp_path, 1, random.Random(1))
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes() * 2)

    with capture_logs() as logs:
        journal = Journal(tmp_path, 5.0)

    assert (everything(journal), logs) == (held, [])
    for name in held:
        journal.counted(name)
    assert files(tmp_path) == []


def test_zeros_at_the_end_of_a_file_are_no_batch_without_a_name(tmp_path: Path) -> None:
    held = written(tmp_path, 1, random.Random(1))
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes() + bytes(4096))

    journal = Journal(tmp_path, 5.0)

    assert everything(journal) == held


def test_a_batch_that_rots_while_the_process_lives_is_put_aside(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0.0)
    journal.append("aaaaaaaa-0", b"rots")
    journal.append("aaaaaaaa-1", b"stays")
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"rots", b"rotz"))

    with capture_logs() as logs:
        assert journal.read("aaaaaaaa-0") is None

    assert len(logs) == 1
    assert journal.first_unsent() == "aaaaaaaa-1"
    assert journal.read("aaaaaaaa-1") == b"stays"
    journal.counted("aaaaaaaa-1")
    assert (len(journal), files(tmp_path)) == (0, [])


def test_a_segment_that_vanishes_costs_only_what_was_in_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0.0, segment_bytes=40)
    journal.append("aaaaaaaa-0", b"x" * 30)
    journal.append("aaaaaaaa-1", b"y" * 30)
    files(tmp_path)[0].unlink()

    assert journal.read("aaaaaaaa-0") is None
    assert (journal.first_unsent(), journal.read("aaaaaaaa-1")) == ("aaaaaaaa-1", b"y" * 30)


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    held = written(tmp_path, 1, random.Random(1))
    strange = files(tmp_path)[0].parent / "copy of 1.views"
    strange.write_bytes(b"by hand")

    journal = Journal(tmp_path, 5.0)

    assert len(journal) == len(held)
    assert strange.read_bytes() == b"by hand"


def test_what_is_put_aside_does_not_fill_the_disk(tmp_path: Path) -> None:
    for number in range(60):
        journal = Journal(tmp_path, 0.0)
        journal.append(f"aaaaaaaa-{number}", b"x" * 40)
        journal.close()
        path = files(tmp_path)[-1]
        path.write_bytes(path.read_bytes()[:-1])
    Journal(tmp_path, 5.0).close()

    assert 0 < len(list(tmp_path.rglob("*.damaged"))) <= 50
