"""What readers type, and what they find."""

import unicodedata

import pytest

from services.search.engines import tantivy_queries
from services.search.engines.base import SearchEngine
from tests.contract.search.conftest import Reader, article, put

STORIES = [
    article(1, "Điện Biên Phủ đón Tết sớm", "Hoà bình về trên lòng chảo Mường Thanh, bà con trẩy hội hoa ban."),
    article(2, "Bổ sung điểm sàn đại học", "Nhiều trường đại học bổ sung điểm sàn xét tuyển đợt hai."),
    article(3, "Người dân bỏ phố về quê", "Sau dịch, nhiều gia đình bỏ phố thị để về quê làm vườn."),
    article(4, "Nuôi bò sữa ở Mộc Châu", "Đàn bò sữa cho thu nhập cao, mỗi con bò cho ba mươi lít mỗi ngày."),
    article(5, "Giá thuỷ sản tăng", "Thuỷ sản xuất khẩu sang châu Âu tăng mạnh nhờ hoá đơn điện tử."),
    article(6, "Messi giúp Argentina thắng trận", "Đội bóng áo sọc gặp Croatia ở bán kết World Cup tại Qatar."),
]


@pytest.fixture(autouse=True)
def _paper(engine: SearchEngine) -> None:
    put(engine, STORIES)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("điện biên phủ đón tết", 1),
        ("dien bien phu don tet", 1),
        ("ĐIỆN BIÊN PHỦ", 1),
        ("điện bien phủ don tết", 1),  # half the marks
        ("điên biên phu đón têt", 1),  # tones lost
        (unicodedata.normalize("NFD", "điện biên phủ"), 1),  # as a Mac writes it
        ("diện biên phủ", 1),  # d for đ
        ("hòa bình mường thanh", 1),  # the other place of the tone
        ("bo sung diem san", 2),
        ("bổ xung điểm sàn đại học", 2),  # a common misspelling
        ("bô sungg điểm sàn", 2),  # a slip of a finger
        ("thủy sản", 5),
        ("hóa đơn điện tử", 5),
        ("messi argentina", 6),
        ("argentina messi qatar", 6),  # far apart, in another order
        ("khi nào bổ sung điểm sàn vậy", 2),  # a question
    ],
)
def test_the_right_article_comes_first(reader: Reader, typed: str, first: int) -> None:
    assert reader.ids(typed)[0] == first


def test_marks_that_were_typed_decide(engine: SearchEngine, reader: Reader) -> None:
    more = [article(10 + number, f"Chuyện bò {number}", "Con bò gặm cỏ bên bò mẹ, bò con.") for number in range(5)]
    put(engine, more)
    assert reader.ids("bỏ")[0] == 3
    assert reader.ids("bò")[0] != 3
    assert reader.ids("bỏ phố")[0] == 3
    assert set(reader.ids("bo")) >= {3, 4, 10, 11, 12, 13, 14}  # "bổ" and "bỏ" and "bò": all there is


def test_in_a_large_index_what_every_second_article_says_hides_nothing(
    engine: SearchEngine, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tantivy_queries, "_LARGE_INDEX", 0)
    put(engine, [article(20 + number, f"Họp báo ngày {number}", "Cuộc họp báo thường kỳ.") for number in range(20)])
    assert set(reader.ids("họp báo", size=50)) == set(range(20, 40))
    assert reader.ids("họp báo điện biên phủ đón tết")[0] == 1
    assert reader.ids("hop bao don tet")[0] == 1
    assert reader.ids("họp báo thường kỳ ngày 7")[0] == 27


def test_a_phrase_in_quotes_is_exact(reader: Reader) -> None:
    assert reader.ids('"bổ sung điểm sàn"') == [2]
    assert reader.ids('"bo sung diem san"') == [2]  # unmarked: any marks
    assert reader.search('"bò sung điểm sàn"').total == 0  # marked: these marks
    assert reader.search('"sung bổ"').total == 0
    assert reader.ids('"thủy sản" "hóa đơn"') == [5]
    assert reader.ids("“phố thị” quê") == [3]
    # A phrase does not reach from the headline into the text.
    assert reader.search('"đại học nhiều trường"').total == 0


def test_a_minus_leaves_out(reader: Reader) -> None:
    assert set(reader.ids("bo")) == {2, 3, 4}
    assert set(reader.ids("bo -sữa")) == {2, 3}
    assert set(reader.ids('bo -"xét tuyển" -quê')) == {4}
    assert reader.search("-bò").total == 0  # only what to leave out: nothing is asked for
    assert reader.ids("world-cup") == [6]  # inside a word it is no minus


def test_words_the_paper_never_printed_hide_nothing(reader: Reader) -> None:
    assert reader.ids("messi zzqx argentina")[0] == 6
    assert reader.ids("zzqx croatia")[0] == 6
    assert reader.search("zzqx").total == 0


def test_nothing_typed_is_everything(reader: Reader) -> None:
    assert reader.search("").total == len(STORIES)
    assert reader.ids("   ") == [6, 5, 4, 3, 2, 1]
    assert reader.search("?!…").total == 0


def test_a_headline_counts_more_than_the_text(engine: SearchEngine, reader: Reader) -> None:
    put(engine, [article(20, "Chuyện khác", "Trong bài này có nhắc lũ quét một lần."), article(21, "Lũ quét ở Sơn La")])
    assert reader.ids("lũ quét") == [21, 20]


def test_a_fresh_article_wins_among_equals(engine: SearchEngine, reader: Reader) -> None:
    import time

    put(engine, [article(31, "Sương mù dày đặc", "Trời lạnh."), article(30, "Sương mù dày đặc", "Trời lạnh.")])
    put(engine, [article(29, "Sương mù dày đặc", "Trời lạnh.", published_at=int(time.time()) - 3600)])
    assert reader.ids("sương mù dày đặc")[0] == 29


def test_related_articles_read_alike(engine: SearchEngine, reader: Reader) -> None:
    put(
        engine,
        [
            article(40, "Lũ quét cuốn trôi cầu Bản Lầu", "Lũ quét ở suối Nậm Rốm cuốn trôi cầu Bản Lầu trong đêm."),
            article(41, "Dựng lại cầu Bản Lầu sau lũ quét", "Bộ đội dựng cầu tạm qua suối Nậm Rốm ở Bản Lầu."),
            article(42, "Nháp về cầu Bản Lầu", "Suối Nậm Rốm, cầu Bản Lầu, lũ quét.", status="draft"),
            article(43, "Quyên góp cho dân Bản Lầu", "Sau lũ quét, dân bên suối Nậm Rốm cần giúp đỡ."),
        ],
    )
    index = engine.current()
    related = index.similar(index.documents([40])[0], 6)
    assert related[0] == 41
    assert set(related) == {41, 43}  # neither the draft, nor itself, nor what only shares common words
