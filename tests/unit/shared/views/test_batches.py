"""Names of batches: one bit each for the counter, never the same twice."""

import re

import pytest
from structlog.testing import capture_logs

from shared.views.batches import BATCHES_PER_PRODUCER, BatchNames, parse, proper


def test_a_process_numbers_its_batches_from_0_and_takes_a_new_name_when_they_are_used_up() -> None:
    names = BatchNames()
    taken = [names.take() for _ in range(BATCHES_PER_PRODUCER + 2)]
    parts = [parse(name) for name in taken]
    assert [number for _, number in parts] == [*range(BATCHES_PER_PRODUCER), 0, 1]
    producers = list(dict.fromkeys(producer for producer, _ in parts))
    assert len(producers) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", producer) for producer in producers)


def test_two_processes_never_share_a_name() -> None:
    assert BatchNames().take() != BatchNames().take()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("0123abcd-0", ("0123abcd", 0)),
        (f"{'f' * 32}-65535", ("f" * 32, 65535)),
        ("0123456789abcdef-00017", ("0123456789abcdef", 17)),
    ],
)
def test_a_name_says_its_producer_and_number(name: str, found: tuple[str, int]) -> None:
    assert parse(name) == found


FOREIGN = ["", "0123abcd", "0123abc-1", f"{'f' * 33}-1", "0123ABCD-1", "0123abcd-65536", "0123abcd-", "0123abcd-1\n"]


@pytest.mark.parametrize("name", [*FOREIGN, "x" * 70])
def test_what_is_no_name_is_refused_with_its_beginning(name: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(name)
    assert str(refused.value) == f"not a batch name: {name[:60]!r}"


def test_one_that_is_no_name_is_told_and_fails_none_of_the_others() -> None:
    with capture_logs() as logs:
        found = list(proper(["0123abcd-1", "x" * 70, "0123abcd-2"]))
    assert found == [("0123abcd-1", "0123abcd", 1), ("0123abcd-2", "0123abcd", 2)]
    assert logs == [{"event": "not a batch name", "log_level": "warning", "name": "x" * 60}]
