"""A made newspaper: enough different Vietnamese sentences for tests that need many articles."""

import random

from services.search.documents import IndexDocument
from tests.contract.search.conftest import article

_WHO = """Ủy ban nhân dân tỉnh Điện Biên|Sở Giáo dục và Đào tạo Hà Nội|Bộ Y tế|Công an thành phố Huế|Bà con xã Thanh Nưa
Đội tuyển bóng đá nữ|Ngân hàng Nhà nước|Cảng Hải Phòng|Trường Đại học Bách khoa|Đồn biên phòng Tây Trang
Hợp tác xã chè Phình Hồ|Bệnh viện Bạch Mai|Nhà máy thủy điện Sơn La|Hội Chữ thập đỏ|Câu lạc bộ cờ vua""".replace(
    "\n", "|"
)
_DID = """đón Tết cùng đồng bào vùng cao|bổ sung điểm sàn xét tuyển|khánh thành cây cầu mới|tiêm vắc xin cho trẻ em
hạ lãi suất cho vay mua nhà|thu hoạch vụ lúa mùa|khởi công tuyến đường sắt|trao học bổng cho sinh viên nghèo
bỏ quy định cũ về giấy phép|cứu hộ tàu cá gặp nạn|mở phiên chợ hoa đào|phát hiện đường dây buôn lậu
tuyển thêm hai trăm bác sĩ|giành huy chương vàng|trồng mười nghìn cây thông""".replace("\n", "|")
_HOW = """trong sáng mùng một|sau nhiều tháng chờ đợi|bất chấp mưa lũ|với sự giúp đỡ của bộ đội|trước kỳ nghỉ dài
theo kế hoạch đã công bố|giữa mùa khô hạn|cùng hàng trăm tình nguyện viên|dưới thời tiết giá rét|nhờ nguồn vốn vay
lần đầu tiên trong mười năm|tại quảng trường trung tâm""".replace("\n", "|")
_DETAIL = """Nhiều người dân cho biết họ rất phấn khởi|Kinh phí lấy từ ngân sách địa phương|Việc này kéo dài
Lãnh đạo tỉnh yêu cầu bảo đảm an toàn|Các hộ nghèo được ưu tiên trước|Con đường cũ đã xuống cấp nghiêm trọng
Bò, dê và ngựa được chăm sóc trong chuồng ấm|Học sinh nghỉ học để tránh rét|Giá xăng dầu vẫn ổn định
Khách du lịch tăng gấp đôi năm ngoái|Đoàn xe chở gạo, chăn và áo ấm|Hoa ban nở trắng các sườn đồi
Tiếng khèn vang lên bên bếp lửa|Chuyên gia khuyên nên kiểm tra sức khỏe|Hàng hóa ùn ứ ở cửa khẩu""".replace("\n", "|")
_SECTIONS = [("thoi-su", "Thời sự"), ("giao-duc", "Giáo dục"), ("kinh-te", "Kinh tế"), ("the-thao", "Thể thao")]


def made_paper(size: int, seed: int = 7) -> list[IndexDocument]:
    """`size` articles with different headlines, ids from 1, over three years, in four sections, by five authors."""
    dice = random.Random(seed)
    who, did, how, detail = (part.split("|") for part in (_WHO, _DID, _HOW, _DETAIL))
    heads = [(a, b, c) for a in who for b in did for c in how]
    dice.shuffle(heads)
    made = []
    for number, (a, b, c) in enumerate(heads[:size], start=1):
        slug, name = dice.choice(_SECTIONS)
        author = dice.randrange(5)
        made.append(
            article(
                number,
                f"{a} {b} {c}",
                "\n".join(f"{part}." for part in dice.sample(detail, 5)),
                summary=f"{a} {dice.choice(did)}, {dice.choice(how)}.",
                section_slug=slug,
                section_name=name,
                authors=((f"tac-gia-{author}", f"Tác giả {author}"),),
                published_at=1_609_434_000 + dice.randrange(3 * 365) * 86_400,
            )
        )
    assert len(made) == size
    return made
