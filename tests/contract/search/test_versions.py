"""Late, repeated, out of order: the highest version of an article is what is found."""

import itertools

from services.search.documents import tombstone
from services.search.engines.base import SearchEngine
from tests.contract.search.conftest import Reader, article, put


def test_the_highest_version_wins_in_any_order(engine: SearchEngine, reader: Reader) -> None:
    versions = [
        article(1, "Khai mạc hội chợ", version=1),
        article(1, "Hội chợ dời ngày", version=2),
        article(1, "Hội chợ bế mạc", version=3),
    ]
    for number, order in enumerate(itertools.permutations(versions), start=1):
        for document in order:
            moved = article(number, document.title, version=document.version)
            engine.apply([moved])
            engine.apply([moved])
    assert sorted(reader.ids("hội chợ bế mạc", sort="newest")) == [1, 2, 3, 4, 5, 6]
    assert reader.search('"khai mạc"').total == 0
    assert engine.current().versions(0, 100) == [(number, 3) for number in range(1, 7)]


def test_one_batch_may_carry_several_versions(engine: SearchEngine, reader: Reader) -> None:
    engine.apply([article(5, "Bản ba", version=3), article(5, "Bản một", version=1), article(6, "Bài khác")])
    assert reader.hits("bản")[0].title == "Bản ba"
    assert engine.current().versions(0, 10) == [(5, 3), (6, 1)]


def test_apply_says_what_was_newer(engine: SearchEngine) -> None:
    assert engine.apply([article(1, version=4), article(2)]) == {1, 2}
    assert engine.apply([article(1, version=3), article(2, version=2)]) == {2}
    assert engine.apply([article(1, version=4)]) == set()


def test_a_withdrawn_article_stays_gone(engine: SearchEngine, reader: Reader) -> None:
    put(engine, [article(1, "Tin sai sự thật", "Nội dung phải gỡ")])
    assert reader.ids("tin sai") == [1]
    put(engine, [tombstone(1, 3)])
    put(engine, [article(1, "Tin sai sự thật", "Nội dung phải gỡ", version=2)])
    assert reader.search("tin sai sự thật").total == 0
    assert reader.search("").total == 0
    assert reader.search("gỡ", drafts=True).total == 0
    assert engine.current().size() == 0
    # It is still known, so that reconciliation sees that the withdrawal arrived.
    assert engine.current().versions(0, 10) == [(1, 3)]
    put(engine, [article(1, "Tin đã sửa", version=4)])
    assert reader.ids("tin đã sửa") == [1]


def test_a_withdrawal_may_come_before_the_article(engine: SearchEngine, reader: Reader) -> None:
    put(engine, [tombstone(9, 2)])
    put(engine, [article(9, "Đến muộn", version=1)])
    assert reader.search("đến muộn").total == 0


def test_versions_are_read_page_by_page(engine: SearchEngine) -> None:
    put(engine, [article(number, version=number % 3 + 1) for number in range(1, 26)])
    index = engine.current()
    pages, after = [], 0
    while page := index.versions(after, 7):
        pages.append(len(page))
        after = page[-1][0]
    assert pages == [7, 7, 7, 4]
    assert index.versions(24, 7) == [(25, 2)]
