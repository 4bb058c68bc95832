"""Which paragraphs of a page's bare text are captions of photos.

Copied text has lost its pictures and its styles: a caption stands there as one more paragraph. People still see it,
because it says what a picture shows, in one short sentence without time, between paragraphs that tell a story. Each
such sign has a weight below; a paragraph whose signs sum up to THRESHOLD is a caption. No single sign of the wording
is enough, and signs of a story (time, numbers, speech, "đã", "sẽ") outweigh a caption's look, since a story's
paragraph set as a caption is the worse mistake: readers would miss it.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from shared.vietnamese.text import fold

THRESHOLD = 5
_CAPITAL = "[A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ]"
_LONGEST_WORDS = 60

# "… trao quà cho các hộ nghèo. Ảnh: Văn Bình", "(Ảnh: Văn Bình)", "Ảnh do nhân vật cung cấp".
_CREDIT = re.compile(r"(?:Ảnh|Ảnh chụp|Photo)\s?(?::[^.:]{2,62}+|(?:do|của|từ) [^.:]{2,62}+|minh họa\s?[)\]]?)\s?\.?$")
_BEFORE_CREDIT = " \t.,;(["
_LONGEST_CREDIT = 100
_MARKED = re.compile(
    r"^(?:\[?ảnh\s*(?:\d+\s*)?[:\]]|chú thích(?: ảnh)?\s*:|trong ảnh\s*[:,]?|hình\s*(?:\d+\s*)?:)|"
    r"\((?:(?:hàng|thứ|đứng|ngồi|người|áo|bìa|giữa|bên|từ|ngoài cùng)\s[^()]{0,60})?"
    r"(?:trái|phải|giữa|đầu tiên|hàng đầu|hàng trước|hàng sau|ngồi giữa)(?:\s[^()]{0,30})?\)|"
    r"\btừ (?:trái|phải) (?:sang|qua)\b|\btrong ảnh\b|\bảnh tư liệu\b"
)
_VIEW = re.compile(
    r"^(?:toàn cảnh|quang cảnh|khung cảnh|một góc|một đoạn|cận cảnh|hình ảnh|hiện trường|phối cảnh)\b|"
    r"\bnhìn từ (?:trên cao|xa|phía)\b"
)
_WHO = re.compile(
    r"^(?:(?:các|những|đông đảo|đoàn|một số|ban|tập thể|hàng trăm|hàng nghìn|hai|ba|nhiều|từng|một|các em|đội|tổ|"
    r"nhóm)\s{1,2})*"
    r"(?:đồng chí|đại biểu|lãnh đạo|ông|bà|anh|chị|cô|chú|bác|cụ|em|cháu|thầy|già làng|trưởng bản|trưởng thôn|"
    r"người|bà con|nhân dân|dân|hộ|gia đình|nông dân|nông hộ|công nhân|thợ|tiểu thương|học sinh|học viên|sinh viên|"
    r"giáo viên|trẻ|phụ huynh|cán bộ|chiến sĩ|bộ đội|dân quân|công an|cảnh sát|lực lượng|đoàn viên|hội viên|"
    r"thanh niên|phụ nữ|cựu chiến binh|tình nguyện viên|du khách|khách|nghệ nhân|nghệ sĩ|diễn viên|thiếu nữ|"
    r"bác sĩ|y sĩ|điều dưỡng|nhân viên|kỹ sư|kỹ thuật viên|vận động viên|cầu thủ|trọng tài|thí sinh|phóng viên|"
    r"bí thư|phó bí thư|chủ tịch|phó chủ tịch|giám đốc|phó giám đốc|trưởng|phó|đại tá|thượng tá|trung tá|thiếu tá|"
    r"đại úy|thượng úy|đoàn công tác|ban tổ chức|ban giám khảo|đội|ngành)\b"
)
_THING = re.compile(
    r"^(?:mô hình|tiết mục|gian hàng|sản phẩm|phiên chợ|chợ phiên|ruộng|nương|vườn|đồi|rừng|cây|con đường|tuyến|"
    r"công trình|cây cầu|cầu|ngôi nhà|lớp học|tiết học|giờ học|trường|trạm|khu|bản|màn|điệu|lễ|trận|pha|đàn|cánh đồng|"
    r"máy|xe|hồ|thác|dòng)\b"
)
_SCENE = re.compile(
    r"\b(?:chủ trì|điều hành|phát biểu|tham luận|tham gia ý kiến|nêu ý kiến|thảo luận|trao đổi|trao|tặng|nhận|kiểm tra|"
    r"thăm|động viên|chúc mừng|chúc tết|tiếp|làm việc|chụp ảnh|lưu niệm|tham quan|trải nghiệm|thu hoạch|thu hái|gặt|"
    r"cấy|gieo|trồng|chăm sóc|bón|tưới|hướng dẫn|giới thiệu|biểu diễn|trình diễn|múa|hát|thổi|dâng hương|dâng hoa|"
    r"thắp hương|cắt băng|khởi công|bấm nút|ký kết|ký|bỏ phiếu|biểu quyết|tuyên truyền|vận động|phát tờ rơi|khám|tiêm|"
    r"tư vấn|dạy|học|luyện tập|tập luyện|thi đấu|tranh bóng|ăn mừng|về đích|nấu|gói|dệt|thêu|đan|rèn|bán|mua|"
    r"vận chuyển|thi công|lắp đặt|sửa chữa|dọn|vệ sinh|tuần tra|bàn giao|ra quân|diễu hành|xem|tham gia|"
    r"đọc|vui chơi|đón|thao tác|phun|cho cá ăn|cho (?:bò|trâu|lợn|gà|dê) ăn)\b"
)
_PLACE = re.compile(r"\b(?:tại|ở|trong|trên|bên|trước|vào mùa)\b")

# "Ông học nghề từ năm …": who is meant was said before. A caption names people or says what they are.
_PRONOUN = re.compile(
    r"^(?i:ông|bà|anh|chị|cô|chú|bác|cụ|em|cháu|thầy|các em|các anh|các chị|các cô|các bác|các cụ|họ|hai người|cả hai|"
    rf"vợ chồng (?:anh|chị|ông|bà))\s+(?!{_CAPITAL}|(?:giáo|y tá)\b)"
)
# A story says when and how much, reports speech, judges and links its sentences; a picture shows none of these.
_TENSE = re.compile(
    r"\b(?:đã|sẽ|từng|vừa qua|mới đây|hiện nay|hiện,|đến nay|tới đây|sắp tới|từ đó|nhờ đó|"
    r"bây giờ|ngày nay|lâu nay|xưa nay|ngày ấy|hôm ấy|năm ấy|khi ấy|suốt|hằng ngày|hàng ngày|thường|bắt đầu|"
    r"từ (?:khi|năm|ngày|lúc|thuở|nhỏ))\b"
)
_LINK = re.compile(
    r"^(?:tuy nhiên|tuy vậy|bên cạnh|ngoài ra|đồng thời|theo|nhân dịp|dự|tham dự|cùng dự|đến dự|sau|trước|từ|trong|tại|"
    r"về|với|để|nhờ|do|vì|nếu|khi|đây|đó|qua|cùng với|cũng|mặc dù|dù|thế nhưng|nhưng|và|còn|song|ngay|dịp|năm|ngày|"
    r"tháng|sáng|chiều|tối|trưa|hôm|hiện|đến|vậy|thật|không|phát biểu|kết luận|được biết|có)\b"
)
_SPEECH = re.compile(
    r"\b(?:cho biết|chia sẻ|khẳng định|nhấn mạnh|đề nghị|yêu cầu|ghi nhận|cho hay|nói|bày tỏ|tâm sự|kể|đánh giá cao|"
    r"thông tin|cho rằng|mong muốn|hy vọng)\b"
)
_AMOUNT = re.compile(
    r"\d[.,]?\s?(?:%|phần trăm|tỷ|triệu|nghìn|đồng|ha\b|tấn|tạ|kg|hộ|người|trường hợp|lượt|m2|m3|km|tuổi|bàn|điểm)|"
    r"\d/\d|\bnăm \d{4}"
)
_JUDGEMENT = re.compile(
    r"\b(?:rất|khá|hơn|nhất|càng|cần|phải|nên|không|chưa|chẳng|được|bị|là|cũng|đang được|vẫn|mỗi|góp phần|nhằm|"
    r"có thể)\b"
)
_FIRST_PERSON = re.compile(
    r"\b(?:tôi|chúng tôi|chúng ta|gia đình em|kính gửi|kính mong|kính thưa|thân gửi|trân trọng|xin cảm ơn)\b"
)
_LIST = re.compile(r"^(?:[-–—+•*·“\"'‘]|\d{1,2}[.)]\s|[a-zđ]\)\s|[IVX]+\.\s|Điều \d)")
_SENTENCE_INSIDE = re.compile(rf"(?<!\bTP)(?<!\b[A-ZĐ])(?<!\b[Tt]h[sS])(?<!TS)[.!?…]\s+{_CAPITAL}")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a paragraph may be a caption: (sign, weight) in the order they were looked for."""

    signs: tuple[tuple[str, int], ...]

    @property
    def score(self) -> int:
        """Sum of the weights."""
        return sum(weight for _, weight in self.signs)

    @property
    def is_caption(self) -> bool:
        """Whether the signs suffice."""
        return self.score >= THRESHOLD


def credit_of(text: str) -> int | None:
    """Where the credit at a text's end begins, with the signs before it; None without one."""
    found = _CREDIT.search(text, max(0, len(text) - _LONGEST_CREDIT))
    return None if found is None else len(text[: found.start()].rstrip(_BEFORE_CREDIT))


def captions(paragraphs: list[str], lead: int | None = None) -> set[int]:
    """Positions of the captions among a page's paragraphs; `lead` is that of the paragraph with the dateline."""
    lengths = sorted(map(len, paragraphs))
    found = {pos for pos in range(len(paragraphs)) if evidence(paragraphs, pos, lead, lengths).is_caption}
    # A page of captions alone has no story that they could stand apart from.
    return found if len(found) < len(paragraphs) else set()


def evidence(
    paragraphs: list[str], position: int, lead: int | None = None, lengths: list[int] | None = None
) -> Evidence:
    """The signs for and against the paragraph at `position`; `lengths` are all paragraphs' in order, where known."""
    lengths = lengths or sorted(map(len, paragraphs))
    text = paragraphs[position]
    signs: list[tuple[str, int]] = []

    def sign(name: str, weight: int, holds: object) -> None:
        if holds:
            signs.append((name, weight))

    credit = credit_of(text)
    words = text[:credit] if credit else text
    # Lower case here is a tenth of the time that a pattern which ignores case takes.
    low = words.lower()
    marked = credit is not None or bool(_MARKED.search(text.lower()))
    sign("says that it is one", 6, marked)
    sign("names a view", 3, _VIEW.search(low))
    sign("begins with who is shown", 2, _WHO.match(low))
    sign("begins with what is shown", 1, _THING.match(low))
    sign("says what they do", 1, _SCENE.search(low))
    sign("says where", 1, _PLACE.search(low) and not _WHO.match(low))
    for name, weight in _shape(words, marked):
        sign(name, weight, True)
    for name, weight in _surroundings(paragraphs, position, lead, lengths):
        sign(name, weight, True)
    sign("refers back to somebody", -3, _PRONOUN.match(words))
    sign("tells a time", -2, _TENSE.search(low))
    sign("links to what was said", -3, _LINK.match(low))
    sign("reports speech", -2, _SPEECH.search(low))
    sign("counts", -2, _AMOUNT.search(low))
    sign("judges or explains", -1, _JUDGEMENT.search(low))
    sign("speaks as I or we", -4, _FIRST_PERSON.search(low))
    return Evidence(tuple(signs))


def _shape(words: str, marked: bool) -> list[tuple[str, int]]:
    """Signs of the paragraph alone: length, sentences, how it ends and begins."""
    signs = []
    count = len(words.split())
    if count > _LONGEST_WORDS:
        signs.append(("long", -8))
    if _SENTENCE_INSIDE.search(words):
        signs.append(("more than one sentence", -4))
    if _LIST.match(words):
        signs.append(("a list or a quotation", -5))
    if words.endswith((":", "?", "!", "…", "...", "”", '"')):
        signs.append(("ends like an introduction, an outcry or speech", -5))
    elif not words.endswith(".") and not marked:
        signs.append(("no full stop: a subhead", -2))
    if words.upper() == words:
        signs.append(("capitals: a subhead", -5))
    if ";" in words and not re.match(r"^[^.]{0,40}:", words):
        signs.append(("clauses", -1))
    return signs


def _surroundings(paragraphs: list[str], position: int, lead: int | None, lengths: list[int]) -> list[tuple[str, int]]:
    """Signs of the paragraph's place: shorter than the others, between long ones, repeating the one before."""
    text = paragraphs[position]
    signs = []
    usual = _median_without(lengths, len(text))
    if usual >= 120:
        ratio = len(text) / usual
        if ratio <= 0.6:
            signs.append(("shorter than the story's paragraphs", 2 if ratio <= 0.35 else 1))
        beside = [*paragraphs[max(0, position - 1) : position], *paragraphs[position + 1 :][:1]]
        if min(map(len, beside)) >= 1.5 * len(text):
            signs.append(("between long paragraphs", 1))
    if lead is not None:
        if position < lead:
            signs.append(("above the lead", 2))
        elif position == lead:
            signs.append(("the lead", -8))
    elif position == 0:
        signs.append(("may be the lead", -2))
    if position == len(paragraphs) - 1:
        signs.append(("the end of the story", -1))
    if _repeats(text, paragraphs[max(0, position - 2) : position]):
        signs.append(("says again who was just named", 2))
    return signs


def _median_without(lengths: list[int], one: int) -> float:
    """The median of sorted lengths without one of them; 0 where none is left."""
    at, rest = bisect_left(lengths, one), len(lengths) - 1
    low, high = ((middle if middle < at else middle + 1) for middle in ((rest - 1) // 2, rest // 2))
    return (lengths[low] + lengths[high]) / 2 if rest else 0.0


def _repeats(text: str, before: list[str]) -> bool:
    """Whether most pairs of words stand in the paragraphs just before."""
    pairs = _pairs(text)
    if len(pairs) < 6:
        return False
    known = set().union(*map(_pairs, before)) if before else set()
    return len(pairs & known) >= 0.6 * len(pairs)


def _pairs(text: str) -> set[tuple[str, str]]:
    words = [fold(word) for word in _WORD.findall(text)]
    return set(pairwise(words))
