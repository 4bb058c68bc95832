"""What readers see where there is no page."""

from functools import lru_cache

from services.web.page import Page, Site
from services.web.pages.frame import message
from services.web.render import make_renderer
from services.web.theme.look import Look, newest
from shared.settings import get_settings

RETRY_SECONDS = 10


def not_found(site: Site) -> Page:
    words = "Địa chỉ có thể đã gõ sai, hoặc bài đã được chuyển. Bạn có thể tìm theo tên bài."
    return message(site, "error", "Không tìm thấy trang", words, 404, latest=True)


def gone(site: Site) -> Page:
    words = "Bài viết này từng được đăng và nay tòa soạn đã rút khỏi trang."
    return message(site, "error", "Bài viết không còn trên trang", words, 410, latest=True)


def unavailable(site: Site | None) -> Page:
    """503; without `site` it needs no database."""
    headers = (("Retry-After", str(RETRY_SECONDS)),)
    if site is None:
        return Page("error", _without_database(503, _AWAY, _AWAY_WORDS), status=503, headers=headers)
    made = message(site, "error", _AWAY, _AWAY_WORDS, 503)
    return Page(made.kind, made.body, made.depends, status=503, headers=headers)


def busy() -> Page:
    """429; it needs no database."""
    body = _without_database(429, _BUSY, _BUSY_WORDS)
    return Page("error", body, status=429, headers=(("Retry-After", str(RETRY_SECONDS)),))


_AWAY = "Trang tạm thời chưa mở được"
_AWAY_WORDS = "Hệ thống đang bận hoặc đang được bảo trì. Xin bạn thử lại sau ít phút; những trang đã mở vẫn đọc được."

_BUSY = "Yêu cầu quá nhanh"
_BUSY_WORDS = "Có quá nhiều yêu cầu từ địa chỉ mạng của bạn. Mời bạn đọc chờ vài giây rồi thử lại."


def _without_database(number: int, name: str, words: str) -> str:
    return _in_look(newest(get_settings()), number, name, words)


@lru_cache(maxsize=4)
def _in_look(look: Look, number: int, name: str, words: str) -> str:
    render = make_renderer(get_settings())
    return render("unavailable.html", **look.context(), number=number, name=name, words=words)
