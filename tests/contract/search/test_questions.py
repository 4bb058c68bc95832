"""Whole questions: what answers them is found though it has not all their words, and totals say what has."""

import pytest

from services.search.engines.base import SearchEngine
from tests.contract.search.conftest import Reader, article, put

# Each word of the questions stands somewhere in it, none beside its neighbour.
_CHRONICLE = """Kỷ niệm ngày hội. Kế hoạch lục tìm hồ sơ. Người bắn pháo hoa là ai. Cây nỏ cũ. Con cầu thủ. Treo giải.
Dài. Nà. Lếch. Của cải. Huyện ủy. Mét vải. Nhà xa. Khám gì. Bệnh nhân. Bác. Sĩ tử. Về muộn. Bản đồ. Những điều"""


@pytest.fixture(autouse=True)
def _paper(engine: SearchEngine) -> None:
    put(
        engine,
        [
            article(1, "Cầu treo Nà Lếch thông xe", "Cây cầu 126 mét nối bốn bản, học sinh không phải lội suối."),
            article(2, "Hội thao các môn dân tộc", "Ở môn bắn nỏ, ông Chơ lập kỷ lục bắn nỏ với 94 điểm."),
            article(3, "Cam đầu vụ", "Giá cam tại vườn từ 22.000 đồng một cân."),
            article(4, "Chợ quê", "Bao nhiêu hàng cũng bán hết, ai hỏi khi nào có nữa thì bảo chờ, ở đâu cũng thế."),
            article(5, "Bác sĩ lưu động", "Đoàn bác sĩ đo huyết áp, khám mắt, khám răng cho bà con."),
            *(article(10 + number, f"Biên niên {number}", _CHRONICLE) for number in range(3)),
        ],
    )


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cầu treo nà lếch dài bao nhiêu mét?", 1),
        ("cau treo na lech dai bao nhieu met", 1),
        ("những kỷ lục bắn nỏ của huyện là gì", 2),
        ("nhung ky luc ban no cua huyen la gi", 2),
        ("bác sĩ về bản khám bệnh gì?", 5),
        ("giá cam bao nhiêu?", 3),
        ("gia cam bao nhieu", 3),
        ("bao giờ thì giá cam tăng", 3),
        ("giá cam có tăng được không", 3),
        ("ai lập kỷ lục bắn nỏ", 2),
    ],
)
def test_the_answer_comes_first_whatever_else_has_all_the_words(reader: Reader, typed: str, first: int) -> None:
    assert reader.ids(typed)[0] == first


@pytest.mark.parametrize("typed", ["mùa này nên trồng cây gì trên đất dốc", "mua nay nen trong cay gi tren dat doc"])
@pytest.mark.parametrize("has_lead", [True, False])
def test_what_says_it_in_headline_and_lead_answers_before_what_mentions_it(
    engine: SearchEngine, reader: Reader, typed: str, has_lead: bool
) -> None:
    mentions = "Đất đai, cây cối, mùa màng. Trên đồi, dưới dốc, nên hư. Trồng người. Này nọ."
    long = "Nhà nông nói chuyện suốt buổi chiều, ai cũng góp một lời. " * 4
    lead = "Này đất, này dốc: trên cao nên dừng."
    summary, body = (lead, long) if has_lead else ("", f"{lead}\n{long}")
    says = article(51, "Trồng rừng: cây và mùa", body, summary=summary)
    others = [article(50 + number, "Nhật ký", f"Ngày thường.\n{mentions}") for number in (0, 2)]
    put(engine, [says, *others])
    assert reader.ids(typed)[0] == 51


def test_totals_count_what_has_all_the_words_and_the_nearest_follow(reader: Reader) -> None:
    answer = reader.search("những kỷ lục bắn nỏ của huyện là gì")
    found = [hit.id for hit in answer.results]
    assert {2, 10, 11, 12} <= set(found)
    assert answer.total == 4  # the chronicles have all the words, the answer enough of them side by side
    assert sum(row["count"] for row in answer.facets["section"]) == answer.total
    assert answer.nearest == len(found) - answer.total
    assert reader.search("những kỷ lục bắn nỏ của huyện là gì", page=2).results == ()


def test_a_page_is_full_though_few_have_all_the_words(engine: SearchEngine, reader: Reader) -> None:
    put(engine, [article(30 + number, "Mùa cam", f"Vườn cam số {number} đang chín.") for number in range(30)])
    typed = "vườn cam nào chín sớm nhất xã Tà Ngân"
    answer = reader.search(typed, size=20)
    assert (answer.total, answer.nearest, len(answer.results)) == (0, 20, 20)
    assert answer.suggestion is None
    assert reader.search(typed, size=20, page=2).results == ()
    assert reader.search(typed, sort="newest").nearest == len(reader.ids(typed, sort="newest"))


def test_words_that_ask_are_not_looked_for(reader: Reader) -> None:
    assert reader.search("giá cam bao nhiêu").total == 1
    assert reader.search("giá cam là bao nhiêu vậy ở đâu").total <= 1
    assert 4 not in reader.ids("giá cam khi nào")
    assert 4 not in reader.ids("gia cam khi nao")


@pytest.mark.parametrize("typed", ["bao nhiêu", "bao nhieu", "ở đâu", "khi nào", '"bao nhiêu" hàng', "ở đâu khi nào"])
def test_words_that_ask_are_looked_for_where_nothing_else_is_said(reader: Reader, typed: str) -> None:
    assert 4 in reader.ids(typed)


def test_a_phrase_and_a_minus_hold_for_the_nearest_too(reader: Reader) -> None:
    assert reader.ids('"kỷ lục bắn nỏ" ở môn thi lâu đời nhất') == [2]
    assert 2 not in reader.ids("kỷ lục bắn nỏ lâu đời nhất -môn")
    assert reader.ids("kỷ lục bắn nỏ lâu đời nhất", section="khong-co") == []


def test_a_few_words_mean_each_of_them(reader: Reader) -> None:
    answer = reader.search("giá cam vườn")
    assert ([hit.id for hit in answer.results], answer.total, answer.nearest) == ([3], 1, 0)


@pytest.mark.parametrize(
    "typed", ["làm thế nào đến bản họ", "đi chợ ở đâu hả ông", "bà con trong bản của mình ăn cơm mới"]
)
def test_a_right_question_is_not_corrected(engine: SearchEngine, reader: Reader, typed: str) -> None:
    # Each has all the words of a question but one, and that with other marks.
    texts = ["Nào họ, đến làm. Bản thể.", "Hả, ông ở đầu chợ đi.", "Mới ăn. Cơm của bản. Con bà trong mỉnh."]
    put(engine, [article(40 + number, "Chuyện", text) for number, text in enumerate(texts * 9)])
    assert reader.search(typed).suggestion is None
