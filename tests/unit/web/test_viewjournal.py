"""Views on disk: whole, bounded, gone once counted, taken over from the dead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.web.viewjournal import Journal, JournalFull

ROOT = Path(__file__).resolve().parents[3]


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.views"))


def everything(journal: Journal) -> dict[str, bytes | None]:
    names = [*journal.sent_before(float("inf"), 10**6), *journal._unsent]
    return {name: journal.read(name) for name in names}


def test_batches_are_unsent_then_sent_then_gone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0.0)
    journal.append("aaaaaaaa-0", b"first")
    journal.append("aaaaaaaa-1", b"second")
    assert (journal.first_unsent(), journal.read("aaaaaaaa-0")) == ("aaaaaaaa-0", b"first")

    journal.sent("aaaaaaaa-0", 10.0)
    assert journal.first_unsent() == "aaaaaaaa-1"
    journal.sent("aaaaaaaa-1", 20.0)
    assert journal.first_unsent() is None
    assert journal.sent_before(15.0, 10) == ["aaaaaaaa-0"]
    assert journal.sent_before(25.0, 10) == ["aaaaaaaa-0", "aaaaaaaa-1"]

    journal.counted("aaaaaaaa-0")
    assert journal.sent_before(25.0, 10) == ["aaaaaaaa-1"]
    assert (journal.read("aaaaaaaa-0"), journal.read("aaaaaaaa-1")) == (None, b"second")
    journal.counted("aaaaaaaa-1")
    journal.counted("aaaaaaaa-1")
    assert (len(journal), journal.size, files(tmp_path)) == (0, 0, [])
    journal.append("aaaaaaaa-2", b"third")
    assert journal.read("aaaaaaaa-2") == b"third"


def test_segments_go_when_all_in_them_is_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0.0, segment_bytes=200)
    for number in range(40):
        journal.append(f"aaaaaaaa-{number}", b"x" * 30)
    many = len(files(tmp_path))
    assert many > 5
    for number in range(1, 40):
        journal.counted(f"aaaaaaaa-{number}")

    assert len(files(tmp_path)) <= 2
    assert journal.read("aaaaaaaa-0") == b"x" * 30
    journal.counted("aaaaaaaa-0")
    assert files(tmp_path) == []


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["append", "sent", "counted", "again"]), st.integers(0, 30), st.binary(max_size=40)),
        max_size=60,
    )
)
def test_it_holds_what_is_not_counted_through_any_life(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, 1.0, segment_bytes=100)
    held: dict[str, bytes] = {}
    used: set[str] = set()
    for step, number, record in steps:
        name = f"abcdef01-{number}"
        if step == "append" and name not in used:
            journal.append(name, record)
            held[name] = record
            used.add(name)
        elif step == "sent":
            journal.sent(name, 2.0)
        elif step == "counted":
            journal.counted(name)
            held.pop(name, None)
        elif step == "again":
            journal.close()
            journal = Journal(folder, 1.0, segment_bytes=100)
            # A counted batch whose segment is still there comes back; the counter will say that it has it.
            back = everything(journal)
            assert held.items() <= back.items()
            held = {name: record for name, record in back.items() if record is not None}
        assert everything(journal) == held
    assert journal.size == sum(path.stat().st_size for path in files(folder))
    journal.close()


def test_a_full_journal_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0.0, limit_bytes=120)
    journal.append("aaaaaaaa-0", b"x" * 80)
    with pytest.raises(JournalFull):
        journal.append("aaaaaaaa-1", b"y" * 80)

    assert everything(journal) == {"aaaaaaaa-0": b"x" * 80}
    journal.counted("aaaaaaaa-0")
    journal.append("aaaaaaaa-1", b"y" * 80)


def test_a_torn_record_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0.0)
    journal.append("aaaaaaaa-0", b"whole")
    journal.append("aaaaaaaa-1", b"torn by a crash")
    journal.close()
    (segment,) = files(tmp_path)
    os.truncate(segment, segment.stat().st_size - 3)

    again = Journal(tmp_path, 5.0)
    again.append("bbbbbbbb-0", b"later")

    assert everything(again) == {"aaaaaaaa-0": b"whole", "bbbbbbbb-0": b"later"}


def test_two_processes_keep_apart_and_the_living_take_over_from_the_dead(tmp_path: Path) -> None:
    one, other = Journal(tmp_path, 0.0), Journal(tmp_path, 0.0)
    one.append("aaaaaaaa-0", b"one")
    other.append("bbbbbbbb-0", b"other")
    other.close()

    third = Journal(tmp_path, 5.0)
    assert everything(third) == {"bbbbbbbb-0": b"other"}
    third.close()
    one.close()
    assert everything(Journal(tmp_path, 5.0)) == {"aaaaaaaa-0": b"one", "bbbbbbbb-0": b"other"}


def test_kill_in_the_middle_of_writing_loses_nothing_that_was_said_to_be_held(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from services.web.viewjournal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), 1.0, segment_bytes=2000)\n"
        "for number in range(10**5):\n"
        "    journal.append(f'aaaaaaaa-{number}', b'%d' % number); print(number, flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(300)]
        process.kill()
        said += [int(line) for line in process.stdout.read().splitlines() if line]

    held = everything(Journal(tmp_path, 1.0))

    assert [held[f"aaaaaaaa-{number}"] for number in said] == [str(number).encode() for number in said]
    assert len(held) - len(said) <= 1
