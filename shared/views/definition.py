"""The printed definition of a view: the only place of its numbers and its words."""

VISIBLE_SECONDS = 1
"""The article is visible in the browser for at least this long."""
WINDOW_SECONDS = 30 * 60
"""One visitor counts at most once for an article in this time."""
TOKEN_SECONDS = 24 * 3600
"""A page's view token is good for this long."""
JUDGED_LEAST = 100
"""Views of one network within an hour from which on it is judged whether they were made up."""
BEACON_BYTES = 4096
"""A longer beacon is refused unread."""

# Paragraphs of the public page "Cách tính lượt xem".
TITLE = "Cách tính lượt xem"
PARAGRAPHS: tuple[str, ...] = (
    f"Một lượt xem được tính khi bài báo thật sự hiện trên màn hình của bạn đọc ít nhất {VISIBLE_SECONDS} giây. "
    "Trang do trình duyệt tải sẵn hoặc mở ngầm mà bạn đọc chưa nhìn thấy không được tính.",
    f"Mỗi bạn đọc được tính tối đa một lượt cho một bài trong {WINDOW_SECONDS // 60} phút, dù tải lại trang bao nhiêu "
    "lần. Hai người dùng hai trình duyệt khác nhau sau cùng một địa chỉ mạng được tính là hai lượt.",
    "Máy tìm kiếm, chương trình tự động và những lượt gửi không đến từ trang của báo bị loại. "
    "Số lượt bị loại được ghi lại theo từng giờ và từng lý do để kiểm tra.",
    "Lượt xem do máy bịa ra bị thu hồi, thường trong vòng vài phút sau khi tính. Khi một mạng gửi đến từ "
    f"{JUDGED_LEAST} lượt trong một giờ, báo xem những lượt ấy có ai đã mở trang hay không, và các trình duyệt có "
    "giống của một đám đông hay không: đám đông thật dùng chung một số loại phổ biến, tên bịa ra thì mỗi lượt một "
    "khác. Hàng nghìn bạn đọc cùng chung một địa chỉ của nhà mạng vẫn được tính đủ; đông không phải là lý do thu hồi. "
    "Số lượt thu hồi được ghi lại theo từng giờ và từng lý do.",
    "Báo không dùng cookie và không lưu địa chỉ mạng để đếm. Bạn đọc được nhận ra bằng mã băm của tên báo, địa chỉ "
    "mạng và tên trình duyệt, tính với một khóa bí mật ngẫu nhiên. Khóa được thay lúc 0 giờ mỗi ngày (giờ Việt Nam) và "
    f"bị xóa sau đó {WINDOW_SECONDS // 60} phút; từ lúc ấy không ai, kể cả tòa soạn, đối chiếu được mã với người đọc.",
    "Nhiều người dùng chung một địa chỉ mạng và cùng một loại máy có thể chỉ được tính là một bạn đọc, nên số lượt xem "
    "công bố là con số thận trọng: thực tế có thể cao hơn, không thấp hơn.",
    "Số bạn đọc trong ngày ở phần thống kê là ước lượng (sai số khoảng 1%). Số lượt xem là số đếm từng lượt. "
    "Mỗi lần hiệu chỉnh bằng tay đều được lưu lại kèm lý do.",
)
