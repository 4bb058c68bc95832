"""The paper about itself: how it counts, who publishes it, what it does with readers' data, what it says offline."""

from services.web.page import Page, Site
from services.web.pages.frame import Head, page
from services.web.pages.paper import paper_of
from shared.contracts.from_readers import TIP_DAYS
from shared.views import definition


def how_we_count(site: Site) -> Page:
    return _notice(site, "how-we-count", definition.TITLE, definition.PARAGRAPHS)


def about(site: Site) -> Page:
    """The imprint that holds, and those before it with their days."""
    paper = paper_of(site.settings)
    head = _head(site, f"Giới thiệu {site.settings.site_name}", paper.about[0] if paper.about else "")
    name = f"Giới thiệu {site.settings.site_name}"
    return page(site, "about", "about.html", head, name=name, paragraphs=paper.about, trail=_trail(site, "Giới thiệu"))


def privacy(site: Site) -> Page:
    return _notice(site, "privacy", "Quyền riêng tư", _PRIVACY)


def offline(site: Site) -> Page:
    """What the service worker shows where the network is gone and the page is not kept: what is."""
    words = "Máy của bạn đang không có mạng và trang này chưa được lưu."
    return _in_browser(
        site, "offline", "Không có mạng", words, "Còn đọc được trên máy này", "trang-1", "Chưa có trang nào."
    )


def saved(site: Site) -> Page:
    """What the reader put aside. The list stands in the browser alone."""
    words = (
        "Muốn lưu một bài, bấm dấu trang “Lưu đọc sau” ở đầu bài; muốn theo dõi một chuyên mục, từ khóa hay tác giả, "
        "bấm “Theo dõi” ở trang ấy. Tất cả chỉ nằm trong trình duyệt này; bài đã lưu đọc được cả khi không có mạng."
    )
    return _in_browser(site, "saved", "Đọc sau", words, "Bài đã lưu", "doc-sau", "Bạn chưa lưu bài nào.")


def _in_browser(site: Site, kind: str, name: str, words: str, list_name: str, cache: str, nothing: str) -> Page:
    head = Head(title=f"{name} - {site.settings.site_name}")
    return page(
        site, kind, "kept.html", head, name=name, words=words, list_name=list_name, cache=cache, nothing=nothing
    )


_PRIVACY = (
    "Trang này không dùng cookie, không có quảng cáo theo dõi và không tải bất cứ tệp nào từ máy chủ của bên thứ ba "
    "khi bạn đọc báo.",
    "Lượt xem được đếm bằng một mã băm đổi mỗi ngày; tòa soạn không lưu địa chỉ mạng của bạn để đếm. Cách đếm được "
    "công bố ở trang “Cách tính lượt xem”.",
    "Để bạn đọc dễ tìm hơn, báo đếm những từ được nhiều người tìm, bao nhiêu người không thấy bài và bao nhiêu người "
    "mở một bài. Mã băm nói trên chỉ dùng để không đếm hai lần và không được ghi cạnh từ tìm, nên không biết được ai "
    "đã tìm gì. Từ tìm chỉ được lưu và hiện ở tòa soạn, trong 31 ngày, khi ít nhất sáu bạn đọc khác nhau cùng tìm "
    "trong một ngày; từ ít người tìm hơn mất đi sau nhiều nhất hai ngày. Từ trông như số điện thoại hay địa chỉ thư "
    "điện tử thì không được đếm.",
    "Chế độ sáng, tối và cỡ chữ bạn chọn, bài bạn lưu đọc sau, chủ đề bạn theo dõi, bình luận đang viết dở, cùng những "
    "trang vừa đọc để xem lại khi mất mạng, chỉ nằm trong trình duyệt của bạn và xóa được bất cứ lúc nào.",
    "Khi bạn gửi bình luận, tòa soạn nhận tên, nội dung và thư điện tử nếu bạn điền. Thư điện tử chỉ để tòa soạn liên "
    "lạc khi cần và không bao giờ được công bố. Bình luận được duyệt trước khi đăng. Địa chỉ mạng của người gửi, "
    "báo hoặc thích bình luận chỉ được giữ dưới dạng một mã băm trong 30 ngày, để chặn người quấy rối và để một người "
    "báo hay thích nhiều lần chỉ tính một.",
    f"Khi bạn gửi tin cho tòa soạn, chúng tôi nhận lời kể, ảnh, tên và cách liên lạc nếu bạn điền; chỉ thư ký tòa soạn "
    f"và lãnh đạo báo xem được. Của ảnh chỉ giữ hình, không giữ nơi chụp và tên máy. Tất cả bị xóa sau {TIP_DAYS} "
    "ngày.",
    "Video, bài đăng ở YouTube, Vimeo, Facebook, TikTok, X chỉ được tải sau khi bạn bấm xem; từ lúc đó quy định của "
    "các trang ấy được áp dụng.",
    "Bạn có quyền yêu cầu xem, sửa hoặc xóa dữ liệu của mình: hãy viết thư cho tòa soạn theo địa chỉ ở trang "
    "“Giới thiệu”.",
)


def _notice(site: Site, kind: str, title: str, paragraphs: tuple[str, ...]) -> Page:
    head = _head(site, title, paragraphs[0])
    return page(site, kind, "notice.html", head, name=title, paragraphs=paragraphs, trail=_trail(site, title))


def _head(site: Site, title: str, description: str) -> Head:
    return Head(title=f"{title} - {site.settings.site_name}", description=description, canonical=site.path)


def _trail(site: Site, name: str) -> list[tuple[str, str]]:
    return [("Trang chủ", "/"), (name, site.path)]
