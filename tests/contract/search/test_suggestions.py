"""“Có phải bạn muốn tìm”, and headlines completed while typing."""

import pytest

from services.search.answers import Answers
from services.search.engines.base import SearchEngine
from shared.contracts.commands import SuggestTitles
from tests.contract.search.conftest import Reader, article, put


@pytest.fixture(autouse=True)
def _paper(engine: SearchEngine) -> None:
    put(
        engine,
        [
            article(1, "Bổ sung điểm sàn đại học", "Các trường bổ sung điểm sàn xét tuyển. Điểm sàn tăng."),
            article(2, "Điểm sàn nhiều trường tăng", "Thí sinh chờ điểm sàn đại học năm nay."),
            article(3, "Hòa bình trên đất Điện Biên", "Bà con Điện Biên Phủ đón Tết."),
            article(4, "Real Madrid thắng Barcelona", "Real Madrid thắng trận siêu kinh điển."),
            article(5, "Quý ông lịch lãm", "Nhà nước xử lý nghiêm. Cơ quan xử lý vi phạm, xử lý tiếp."),
            article(6, "Xử lý rác ở Huế", "Công ty môi trường xử lý rác thải."),
        ],
    )


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("bo sung diem san", "bổ sung điểm sàn"),
        ("diem sàn dai hoc", "điểm sàn đại học"),
        ("Dien Bien Phu", "Điện Biên Phủ"),
        ("DIEM SAN", "ĐIỂM SÀN"),
        ("điêm sàn đai hoc", "điểm sàn đại học"),
        ("sử lý rác", "xử lý rác"),
        ("bổ sungg điểm sàn", "bổ sung điểm sàn"),
        ("diem san, dai hoc?", "điểm sàn, đại học?"),  # signs stay
    ],
)
def test_marks_come_back_and_slips_are_mended(reader: Reader, typed: str, offered: str) -> None:
    assert reader.search(typed).suggestion == offered


@pytest.mark.parametrize(
    "typed",
    [
        "bổ sung điểm sàn",
        "real madrid",  # the paper writes it so
        "hoà bình",  # the same word, the tone elsewhere
        "zzqx wwk",  # nothing better is known
        '"diem san"',  # quotes are meant
        "diem san -dai",
        "",
        "???",
        "2023",
    ],
)
def test_what_is_right_or_unknown_is_left_alone(reader: Reader, typed: str) -> None:
    assert reader.search(typed).suggestion is None


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ủy ban nhân dân", None),  # the paper has all these words, and never "nhận dân"
        ("sĩ quan", None),  # both would have to be others
        ("công nhăn", "công nhân"),
        ("ủy ban nhânn", "ủy ban nhân"),
    ],
)
def test_what_the_paper_writes_elsewhere_is_no_slip(
    engine: SearchEngine, reader: Reader, typed: str, offered: str | None
) -> None:
    put(
        engine,
        [
            article(11, "Dân nhận quà", "Ủy ban xã trao, dân ở bản đi qua suối mà nhận."),
            article(12, "Công nhân nhà máy", "Công nhân về quê. Bác sĩ khám, cơ quan lo xe. Ủy ban hỏi thăm."),
        ],
    )
    assert reader.search(typed).suggestion == offered


def test_the_paper_teaches_new_words(engine: SearchEngine, reader: Reader) -> None:
    assert reader.search("khau trang").suggestion is None
    put(engine, [article(20, "Đeo khẩu trang nơi đông người", "Khẩu trang được phát miễn phí.")])
    assert reader.search("khau trang").suggestion == "khẩu trang"


def complete(engine: SearchEngine, typed: str, size: int = 8) -> list[str]:
    return [one.title for one in Answers(engine).complete(SuggestTitles(q=typed, size=size)).results]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("bo s", "Bổ sung điểm sàn đại học"),
        ("Bổ sung đ", "Bổ sung điểm sàn đại học"),
        ("HOÀ BÌNH TR", "Hòa bình trên đất Điện Biên"),
        ("diem san da", "Bổ sung điểm sàn đại học"),  # inside the headline
        ("dat dien bien", "Hòa bình trên đất Điện Biên"),
        ("barcelona", "Real Madrid thắng Barcelona"),
        ("barcelona ", "Real Madrid thắng Barcelona"),
    ],
)
def test_headlines_are_completed(engine: SearchEngine, typed: str, title: str) -> None:
    assert title in complete(engine, typed)


def test_completions_begin_with_headlines_that_begin_so(engine: SearchEngine) -> None:
    assert complete(engine, "diem san") == ["Điểm sàn nhiều trường tăng", "Bổ sung điểm sàn đại học"]
    assert complete(engine, "diem san ") == ["Điểm sàn nhiều trường tăng", "Bổ sung điểm sàn đại học"]
    assert complete(engine, "iem san") == []  # not in the middle of a syllable
    assert complete(engine, "bar ") == []  # a space ends the word
    assert complete(engine, "") == complete(engine, "^") == complete(engine, "_") == []


def test_completions_with_marks_put_the_same_marks_first(engine: SearchEngine) -> None:
    put(engine, [article(30, "Bò sữa vùng cao"), article(31, "Bỏ phố về quê"), article(32, "Bó hoa tươi")])
    assert complete(engine, "bò")[0] == "Bò sữa vùng cao"
    assert complete(engine, "bỏ")[0] == "Bỏ phố về quê"
    assert set(complete(engine, "bo")) == {
        "Bò sữa vùng cao",
        "Bỏ phố về quê",
        "Bó hoa tươi",
        "Bổ sung điểm sàn đại học",
    }


def test_completions_are_bounded_and_differ(engine: SearchEngine) -> None:
    put(engine, [article(100 + number, f"Tin vắn ngày {number % 12}") for number in range(30)])
    found = complete(engine, "tin van")
    assert len(found) == len(set(found)) == 8
    assert len(complete(engine, "tin van", size=3)) == 3
