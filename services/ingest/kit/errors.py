"""Why something could not be done, in words for editors. The API turns each into its status code (kit.problems).

Refused
├── Invalid             422, with a sentence for each field
│   └── FetchRefused    an address that is not fetched (kit.fetching)
├── FetchFailed         a server outside that did not answer as it should (kit.fetching)
├── TooLarge            413
├── NotFound            404
├── Unauthorized        401
├── NotSignedIn         401 at the desk, or the way to its log-in (desk_kit.session)
├── PasswordWanted      403 at the desk, or the way to a new password (desk_kit.session)
├── SecondFactorMissing 403 at the desk, or the way to one's own account (desk_kit.session)
├── ProofWanted         403 at the desk, or the way to the password asked again (desk_kit.session)
├── Forbidden           403
├── Conflict            409
│   └── WrittenElsewhere  one's own other window was first
├── Stale               412
├── NoVersion           428
├── WrongType           415
├── TooMany             429
├── Busy                503
└── TooHeavy            422
"""

from math import ceil
from typing import Any


class Refused(Exception):
    """Base: nothing was stored. `detail` is a Vietnamese sentence; `errors` name fields where there are any."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = [{"field": field, "message": detail}] if field else []


class Invalid(Refused):
    """The content cannot be meant. `errors` has one {"field", "message"} for each fault."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        detail = errors[0]["message"] if len(errors) == 1 else f"Có {len(errors)} chỗ chưa đúng."
        super().__init__(detail)
        self.errors = errors

    @classmethod
    def of(cls, field: str, message: str) -> "Invalid":
        return cls([{"field": field, "message": message}])


class TooLarge(Refused):
    """Bigger than a stated limit."""


class NotFound(Refused):
    """There is no such thing."""


class Forbidden(Refused):
    """The actor may not do this."""


class Conflict(Refused):
    """The article's present status does not allow this."""


class WrittenElsewhere(Conflict):
    """What one did oneself in another window or on another machine came first: nobody else's work is in the way. The
    desk's scripts know it by its field, take up what is there and send again."""

    def __init__(self) -> None:
        super().__init__("Bạn vừa sửa bài này ở một cửa sổ hoặc máy khác; hãy tải lại trang.", "sequence")


class Stale(Refused):
    """Somebody else saved in between: `current` is the article as it is now."""

    def __init__(self, current: dict[str, Any]) -> None:
        super().__init__(f"Bài đã được người khác sửa: bản hiện tại là {current['version']}. Xem lại rồi lưu lần nữa.")
        self.current = current


class Busy(Refused):
    """Too much costly work at once."""


class TooMany(Refused):
    """Tried too often; `seconds` until it may be tried again. `instead` says what may be done meanwhile."""

    def __init__(self, seconds: float, instead: str = "") -> None:
        self.seconds = max(1, ceil(seconds))
        left = f"{self.seconds} giây" if self.seconds < 100 else f"{ceil(self.seconds / 60)} phút"
        super().__init__(f"Đã thử quá nhiều lần. Hãy đợi {left} rồi thử lại. {instead}".rstrip())


class TooHeavy(Refused):
    """Work on what was sent took more time or memory than it may; `cause` says for operators what ended it."""

    def __init__(self, cause: str) -> None:
        super().__init__("Việc này cần quá nhiều thời gian hoặc bộ nhớ nên đã bị dừng.")
        self.cause = cause


class Unauthorized(Refused):
    """No key, or one that is not valid."""


class WrongType(Refused):
    """A content type that is not taken here."""


class NoVersion(Refused):
    """A change without If-Match."""
