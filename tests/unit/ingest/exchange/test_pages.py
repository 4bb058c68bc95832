"""Articles read back from the text of their pages."""

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.articles import byline
from services.ingest.articles.content import prepare
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.sanitise import to_text
from services.ingest.exchange.importers.captions import evidence
from services.ingest.exchange.importers.page_head import PageError
from services.ingest.exchange.importers.text import parse_page, read_page
from services.ingest.kit.json_input import read_fields
from tests.pages import PAGES

# Stories as they look when copied from a page, a line a paragraph; MARK stands before what is a photo's caption.
MARK = "[ảnh] "
STORIES = {
    name: story.strip()
    for name, _, story in (
        part.partition("\n") for part in Path(__file__).with_name("stories.txt").read_text("utf-8").split("## ")[1:]
    )
}
SECTION = {"section": "Thời sự"}
TIME = "17:59 - Thứ Hai, 09/01/2023"
HEAD = f"Đường lên Pú Sang đã thông\n\n{TIME} Lượt xem: 5546 In bài viết\n\n"
FOOT = "\n\nTin, ảnh: Mai Hoa\nBình luận\n\nTin khác\n\nBack To Top"
LEAD = (
    "BM - Tuyến đường dài 17 km nối trung tâm xã với ba bản vùng cao đã được mở rộng, đổ bê tông và thông xe vào "
    "sáng nay, sau hơn một năm thi công giữa địa hình dốc và mưa nhiều."
)
SECOND = (
    "Từ nay, xe tải nhỏ có thể vào tận bản thu mua nông sản, học sinh không phải nghỉ học những ngày mưa, và bà con "
    "đi khám bệnh ở trung tâm huyện rồi về trong ngày."
)


def page_of(story: str) -> str:
    """A page with a story whose lines are paragraphs."""
    return HEAD + "\n\n".join(line.removeprefix(MARK) for line in story.strip().split("\n")) + FOOT


# ---------------------------------------------------------------- captions


@pytest.mark.parametrize("name", STORIES)
def test_captions_are_told_from_paragraphs(name: str) -> None:
    lines = STORIES[name].strip().split("\n")
    page = read_page(page_of(STORIES[name]))
    captions = [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]
    assert [caption.removesuffix(" (Ảnh: Thu Hà)") for caption in page.captions] == captions


@pytest.mark.parametrize("name", STORIES)
def test_every_word_of_the_story_stays_in_its_place(name: str) -> None:
    text = page_of(STORIES[name])
    written = " ".join(STORIES[name].replace(MARK, "").replace("BM - ", "").split())
    assert " ".join(block.text for block in read_page(text).blocks) == written
    assert " ".join(to_text(prepare(read_fields(ArticleInput, parse_page(text) | SECTION)).body).split()) == written


def test_every_sign_is_weighed_and_named() -> None:
    story = [LEAD, "Công nhân đổ bê tông tại dốc Háng Lìa.", SECOND]
    found = evidence(story, 1)
    assert found.is_caption
    assert dict(found.signs).keys() >= {"begins with who is shown", "between long paragraphs"}
    told = evidence([LEAD, "Công nhân đã đổ bê tông xong từ tháng trước.", SECOND], 1)
    assert not told.is_caption
    assert ("tells a time", -2) in told.signs


def test_a_caption_keeps_its_place_as_a_figure_and_its_image_has_no_file() -> None:
    caption = "Công nhân đổ bê tông tại dốc Háng Lìa."
    fields = parse_page(HEAD + f"{LEAD}\n\n{caption}\n\n{SECOND}" + FOOT)
    assert fields["images"] == [{"caption": caption}]
    content = prepare(read_fields(ArticleInput, fields | SECTION))
    figure = f"<figure><figcaption>{caption}</figcaption></figure>"
    assert content.body.index("Tuyến đường") < content.body.index(figure) < content.body.index("Từ nay")
    assert content.summary.startswith("Tuyến đường dài 17 km")


# ---------------------------------------------------------------- the head of the page


@pytest.mark.parametrize(
    ("head", "views"),
    [
        (f"Tiêu đề bài\n\n{TIME} Lượt xem: 5546 In bài viết\n\n", 5546),
        (f"Tiêu đề bài\n{TIME}\nLượt xem: 5.546\nIn bài viết\n\n", 5546),
        (f"Tiêu đề bài\n\n{TIME}\n\nLượt xem:\n5546\n\nIn bài viết\n\n", 5546),
        ("Tiêu đề bài\n\n17:59 -\nThứ Hai,\n09/01/2023\n\nLượt xem: 12\n\n", 12),
        (f"Tiêu đề bài\n{TIME} | 1.204.550 lượt xem | Chia sẻ | Facebook | Zalo\n", 1204550),
        (f"Tiêu đề bài\n{TIME}\n", None),
        ("Tiêu đề bài\nThứ Hai: 17:59 ngày 09/01/2023 Lượt đọc: 0\n", 0),
        ("Tiêu đề bài\nCập nhật lúc: 17:59, 09/01/2023 (GMT+7)\nBản in\nCỡ chữ A- A+\n", None),
        (f"{TIME}\nTiêu đề bài\nLượt xem: 7\n", 7),
        (f"Trang chủ\nTiêu đề bài\n{TIME} Lượt xem: 7\n", 7),
        (f"\ufeff\r\n  Tiêu đề bài  \r\n\r\n{TIME} Lượt xem: 7\r\n\r\n", 7),
    ],
)
def test_headline_time_and_views(head: str, views: int | None) -> None:
    page = read_page(f"{head}{LEAD}\n\n{SECOND}{FOOT}")
    assert page.title == "Tiêu đề bài"
    assert page.published_at == datetime(2023, 1, 9, 10, 59, tzinfo=UTC)
    assert page.views == views
    assert [block.text for block in page.blocks] == [LEAD.removeprefix("BM - "), SECOND]


def test_a_long_headline_over_two_lines_and_a_summary_before_the_time() -> None:
    page = read_page(
        "Đường lên Pú Sang\nđã thông\n\nSau hơn một năm, con đường về bản đã thành hình.\n\n"
        f"{TIME}\n\n{LEAD}\n\n{SECOND}"
    )
    assert page.title == "Đường lên Pú Sang đã thông"
    assert page.summary == "Sau hơn một năm, con đường về bản đã thành hình."


def test_the_breadcrumb_names_the_section() -> None:
    page = read_page(f"Trang chủ > Kinh tế > Nông nghiệp\nTiêu đề bài\n{TIME}\n{LEAD}\n{SECOND}")
    assert (page.section, page.title) == ("Nông nghiệp", "Tiêu đề bài")


def test_a_headline_may_begin_like_a_time() -> None:
    assert read_page(f"Chủ nhật ở Pú Sang\n{TIME}\n{LEAD}\n{SECOND}").title == "Chủ nhật ở Pú Sang"


@pytest.mark.parametrize(
    ("lead", "dateline", "rest"),
    [
        ("ĐBP - Chiều nay, tuyến", "ĐBP", "Chiều nay, tuyến"),
        ("(BTN) - Chiều nay, tuyến", "(BTN)", "Chiều nay, tuyến"),
        ("QBĐT – Chiều nay, tuyến", "QBĐT", "Chiều nay, tuyến"),
        ("BLC.VN - Chiều nay, tuyến", "BLC.VN", "Chiều nay, tuyến"),
        ("Mường Sáng (BM) - Chiều nay, tuyến", "Mường Sáng (BM)", "Chiều nay, tuyến"),
        ("BM - “Chiều nay”, tuyến", "BM", "“Chiều nay”, tuyến"),
        ("Chiều nay, tuyến Pú Sang - Nà Ngam", "", "Chiều nay, tuyến Pú Sang - Nà Ngam"),
        ("HĐND - UBND huyện họp, tuyến", "", "HĐND - UBND huyện họp, tuyến"),
        ("Nhiệm kỳ 2020 - 2025, tuyến", "", "Nhiệm kỳ 2020 - 2025, tuyến"),
    ],
)
def test_dateline(lead: str, dateline: str, rest: str) -> None:
    tail = " đường đã thông sau hơn một năm thi công giữa địa hình dốc và mưa nhiều của vùng cao."
    page = read_page(f"{HEAD}{lead}{tail}\n\n{SECOND}{FOOT}")
    assert (page.dateline, page.blocks[0].text) == (dateline, rest + tail)


# ---------------------------------------------------------------- the foot of the page


@pytest.mark.parametrize(
    ("foot", "printed"),
    [
        ("Tin, ảnh: Quang Long\nBình luận\n\nTin khác\n\nBack To Top", "Tin, ảnh: Quang Long"),
        ("Quang Long\n\nBình luận (0)", "Quang Long"),
        ("Bài: Hà Linh\nẢnh: Văn Bình\n\nTin liên quan\nMột tin khác nữa", "Bài: Hà Linh; Ảnh: Văn Bình"),
        ("Theo TTXVN", "Theo TTXVN"),
        ("Lan Anh (tổng hợp)", "Lan Anh (tổng hợp)"),
        ("Hà Linh - Văn Bình\nTừ khóa: đường, Pú Sang", "Hà Linh - Văn Bình"),
        ("Tin, ảnh: Mai Hoa\n\nTin khác\nẢnh: Mùa lúa chín trên Pú Sang\nBài: Học trò vượt suối", "Tin, ảnh: Mai Hoa"),
        ("Chia sẻ\nFacebook\n\nCác tin khác:\n", ""),
        ("", ""),
    ],
)
def test_byline_and_furniture(foot: str, printed: str) -> None:
    page = read_page(f"{HEAD}{LEAD}\n\n{SECOND}\n\n{foot}")
    assert page.byline == printed
    assert [block.text for block in page.blocks] == [LEAD.removeprefix("BM - "), SECOND]


def test_byline_gives_people_and_what_they_did() -> None:
    people = byline.parse(read_page(f"{HEAD}{LEAD}\n\n{SECOND}{FOOT}").byline)
    assert [(person.name, person.roles) for person in people] == [("Mai Hoa", ("Tin", "ảnh"))]


def test_tags_below_the_story() -> None:
    page = read_page(f"{HEAD}{LEAD}\n\n{SECOND}\n\nTin, ảnh: Mai Hoa\nTừ khóa: giao thông, Pú Sang; #bản xa\nBình luận")
    assert page.tags == ("giao thông", "Pú Sang", "bản xa")


def test_words_of_the_furniture_inside_a_story_do_not_end_it() -> None:
    long = SECOND + " " + SECOND
    page = read_page(f"{HEAD}{LEAD}\n\nBình luận\n\n{long}\n\nTin khác thì không ai biết.\n\n{long}{FOOT}")
    texts = [block.text for block in page.blocks]
    assert texts.count(long) == 2
    assert "Tin khác thì không ai biết." in texts


def test_lines_broken_at_a_width_are_joined_to_paragraphs() -> None:
    def broken(words: str, width: int = 60) -> str:
        lines, line = [], ""
        for word in words.split():
            if len(line) + len(word) > width:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        return "\n".join([*lines, line])

    page = read_page(f"{HEAD}{broken(LEAD)}\n\n{broken(SECOND)}{FOOT}")
    assert [block.text for block in page.blocks] == [LEAD.removeprefix("BM - "), SECOND]


def test_typographic_marks_and_doubled_spaces_stay_and_letters_are_composed() -> None:
    odd = "Trưởng bản nói: “Đường ‘thông’ rồi…”  – cả bản cười, rồi ai về việc nấy, chẳng nhắc lại những ngày lầy lội."
    page = read_page(unicodedata.normalize("NFD", f"{HEAD}{LEAD}\n\n{odd}\n\n{SECOND}{FOOT}"))
    assert page.blocks[1].text == odd
    assert page.title == "Đường lên Pú Sang đã thông"


# ---------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Tệp trống"),
        (" \n\n ", "Tệp trống"),
        (f"Tiêu đề\n\n{LEAD}", "Không thấy dòng ngày giờ"),
        (f"Tiêu đề\n\n17:59 - Thứ Ba, 09/01/2023\n\n{LEAD}", "Dòng 3: .*ngày này là Thứ Hai"),
        (f"Tiêu đề\n\n17:59 - Thứ Hai, 31/02/2023\n\n{LEAD}", "Dòng 3: .*không có ngày giờ này"),
        (f"Thứ Hai đi chợ\n\n17:59 - Thứ Ba, 09/01/2023\n\n{LEAD}", "ngày này là Thứ Hai"),
        (f"Tiêu đề\n\n{TIME} Lượt xem: nhiều\n\n{LEAD}", "Dòng 3: không đọc được số lượt xem “nhiều”"),
        (f"Tiêu đề\n\n{TIME}\nLượt xem:\nnhiều\n\n{LEAD}", "Dòng 5: không đọc được số lượt xem"),
        (f"Tiêu đề\n\n{TIME}\n", "Không thấy đoạn nào"),
        (f"{TIME}\n", "Không thấy tiêu đề"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        read_page(text)


@given(st.text(alphabet=st.sampled_from("aĐ(:)-/., 0159\n\tTinảhLượtxem“”"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for page in (text, f"Tiêu đề\n{TIME}\n{text}"):
        try:
            fields = parse_page(page)
        except PageError:
            continue
        assert fields["title"]
        assert fields["body"]


# ---------------------------------------------------------------- whole pages


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text(encoding="utf-8"))


def test_a_whole_page_is_read_right_in_every_part(text: str) -> None:
    page = read_page(text)
    lines = [line for line in unicodedata.normalize("NFC", text).split("\n") if line]
    assert page.title == lines[0]
    assert page.published_at == datetime(2023, 1, 9, 10, 59, tzinfo=UTC)
    assert page.views == 5546
    assert page.dateline == lines[2].partition(" - ")[0]
    assert page.byline == lines[10]
    name = lines[10].removeprefix("Tin, ảnh: ")
    assert [(one.name, one.roles) for one in byline.parse(page.byline)] == [(name, ("Tin", "ảnh"))]
    assert [f"{page.dateline} - {page.blocks[0].text}", *(block.text for block in page.blocks[1:])] == lines[2:10]
    assert [number for number, block in enumerate(page.blocks) if block.kind == "caption"] == [1, 5]
    assert len(page.blocks) == 8


def test_a_whole_page_becomes_an_article_with_the_same_words(text: str) -> None:
    content = prepare(read_fields(ArticleInput, parse_page(text) | SECTION))
    lines = [line for line in unicodedata.normalize("NFC", text).split("\n") if line]
    story = [lines[2].partition(" - ")[2], *lines[3:10]]
    assert [line for line in to_text(content.body).split("\n") if line] == story
    assert [image.caption for image in content.images] == [lines[3], lines[7]]
