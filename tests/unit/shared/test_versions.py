"""Which of several versions counts."""

from operator import itemgetter

from shared.versions import newest


def test_the_highest_version_of_each_counts_whatever_the_order() -> None:
    rows = [("a", 2, "x"), ("b", 1, "x"), ("a", 3, "y"), ("a", 1, "z"), ("b", 1, "later")]
    assert newest(rows, itemgetter(0), itemgetter(1)) == [("a", 3, "y"), ("b", 1, "x")]
    assert newest(rows, itemgetter(0), itemgetter(1), last=True) == [("a", 3, "y"), ("b", 1, "later")]
