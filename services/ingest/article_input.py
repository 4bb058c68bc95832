"""What somebody sends to be an article: the API's body, a line of a batch, an importer's result.

`read_json` and `read_fields` answer faults with one Vietnamese sentence for each field.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NoReturn

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError

from services.ingest.store.errors import Invalid, TooLarge
from shared.contracts.addresses import OLD_PATH_CHARS, old_path
from shared.vietnamese.text import one_line, plain

MAX_BODY_BYTES = 2_000_000
MAX_DEPTH = 32
OLDEST_YEAR = 1925  # the year of the first revolutionary newspaper in Vietnamese: older dates are slips
FURTHEST = timedelta(days=2 * 366)

# Given back by GET, so a client may send them with a PUT; ingest decides them, not the sender.
_READ_ONLY = frozenset(
    """id version url slug section_name authors updated_at first_published_at corrections original original_format
    opening_views words""".split()
)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")


def _one_line(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return plain(value).strip() if isinstance(value, str) else value


def _time(value: Any) -> Any:
    # pydantic alone would take unix seconds and dates without a time.
    if isinstance(value, str) and not _RFC3339.fullmatch(value.strip()):
        raise ValueError("rfc3339")
    if isinstance(value, int | float):
        raise ValueError("rfc3339")
    return value.strip().upper() if isinstance(value, str) else value


# Behind the length in an annotation: cleaning comes first, then the length is that of the clean text.
_LINE = BeforeValidator(_one_line)
_PROSE = BeforeValidator(_plain)
_TIME = BeforeValidator(_time)
_OldPath = Annotated[
    str,
    Field(min_length=1, max_length=OLD_PATH_CHARS),
    BeforeValidator(lambda value: old_path(value) if isinstance(value, str) else value),
]


def _form_of_byline(value: Any) -> str:
    return "text" if isinstance(value, str) else "list"


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonInput(_Input):
    name: Annotated[str, Field(min_length=1, max_length=200), _LINE]
    roles: Annotated[tuple[Annotated[str, Field(max_length=50), _LINE], ...], Field(max_length=10)] = ()


class ImageInput(_Input):
    """A picture uploaded before (`media_id`, or `url` of ours), or only the caption of one that is not at hand."""

    url: Annotated[str, Field(max_length=2000)] = ""
    media_id: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    caption: Annotated[str, Field(max_length=2000), _PROSE] = ""
    credit: Annotated[str, Field(max_length=300), _LINE] = ""
    alt: Annotated[str, Field(max_length=1000), _LINE] = ""


class ArticleInput(_Input):
    """An article as sent; texts are NFC and free of control and bidi characters already."""

    external_id: Annotated[str, Field(min_length=1, max_length=200), _LINE] | None = None
    title: Annotated[str, Field(min_length=2, max_length=500), _LINE]
    summary: Annotated[str, Field(max_length=5000), _PROSE] = ""
    body: str
    body_format: Literal["html", "text"] = "html"
    section: Annotated[str, Field(min_length=1, max_length=100), _LINE]
    tags: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100), _LINE], ...], Field(max_length=50)] = ()
    dateline: Annotated[str, Field(max_length=50), _LINE] = ""
    byline: Annotated[
        Annotated[str, Field(max_length=500), _LINE, Tag("text")]
        | Annotated[tuple[PersonInput, ...], Field(max_length=30), Tag("list")],
        Discriminator(_form_of_byline),
    ] = ""
    published_at: Annotated[AwareDatetime, _TIME] | None = None
    images: Annotated[tuple[ImageInput, ...], Field(max_length=100)] = ()
    status: (
        Literal["draft", "submitted", "edited", "approved", "scheduled", "published", "unpublished", "withdrawn"] | None
    ) = None
    kind: Literal["article", "photo", "video"] = "article"
    video_url: Annotated[str, Field(max_length=2000, pattern=r"^((https://|/media/)[^\s\"'<>\\]+)?$")] = ""
    earlier_views: Annotated[int, Field(ge=0, le=10**12)] = 0
    old_paths: Annotated[tuple[_OldPath, ...], Field(max_length=20)] = ()


class CorrectionInput(_Input):
    """The body of /correct: the public notice, what was wrong, what is right, and the fields that change."""

    notice: Annotated[str, Field(min_length=10, max_length=5000), _PROSE]
    wrong: Annotated[str, Field(max_length=5000), _PROSE] = ""
    right: Annotated[str, Field(max_length=5000), _PROSE] = ""
    title: Annotated[str, Field(min_length=2, max_length=500), _LINE] | None = None
    summary: Annotated[str, Field(max_length=5000), _PROSE] | None = None
    body: str | None = None
    body_format: Literal["html", "text"] = "html"
    images: Annotated[tuple[ImageInput, ...], Field(max_length=100)] | None = None


class ReasonInput(_Input):
    reason: Annotated[str, Field(min_length=3, max_length=2000), _PROSE]


class PublishInput(_Input):
    """The body of /publish; without `published_at` an article goes out now, or when its own future time comes."""

    published_at: Annotated[AwareDatetime, _TIME] | None = None


def read_json(raw: bytes) -> dict[str, Any]:
    """The object in a request's body. Raises Invalid for what is not one clean JSON object in UTF-8."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Invalid.of("", "Nội dung gửi lên không phải UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        if isinstance(error, _Fault):
            raise Invalid.of(error.field, error.message) from None
        raise Invalid.of("", "JSON không đọc được.") from None
    if not isinstance(value, dict):
        raise Invalid.of("", "JSON phải là một đối tượng {…}.")
    _refuse_depth(value)
    return value


def read_fields(model: type[BaseModel], fields: dict[str, Any]) -> Any:
    """`fields` as `model`. Raises Invalid with one sentence a field, TooLarge for a body over MAX_BODY_BYTES."""
    given = fields
    if model is ArticleInput:
        given = {name: value for name, value in fields.items() if name not in _READ_ONLY}
    if isinstance(given.get("images"), list):
        given = given | {"images": [_own_image_fields(image) for image in given["images"]]}
    body = given.get("body")
    if isinstance(body, str) and (len(body) > MAX_BODY_BYTES or _utf8_length(body) > MAX_BODY_BYTES):
        raise TooLarge(f"Nội dung bài dài quá {MAX_BODY_BYTES // 1_000_000} MB.", "body")
    errors = [] if _harmless(given) else _forbidden_characters(given)
    if not errors:
        try:
            read = model.model_validate(given)
        except ValidationError as error:
            errors = _messages(error)
        else:
            errors = [*_impossible_times(read)]
            if not errors:
                return read
    raise Invalid(errors)


def _own_image_fields(image: Any) -> Any:
    if not isinstance(image, dict):
        return image
    return {name: value for name, value in image.items() if name not in ("width", "height", "renditions")}


class _Fault(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Fault(shown(name), "Trường này có hai lần trong JSON.")
            seen.add(name)
    return made


def _no_constant(_name: str) -> NoReturn:
    raise _Fault("", "NaN và Infinity không phải số JSON.")


def _too_deep() -> Invalid:
    return Invalid.of("", f"JSON lồng nhau quá {MAX_DEPTH} lớp.")


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _harmless(given: dict[str, Any]) -> bool:
    """True where one quick look shows no forbidden character; False: a closer look tells, and names the field."""
    try:
        return b"\\u0000" not in orjson.dumps(given)
    except TypeError:  # lone surrogates among other things
        return False


def _forbidden_characters(value: Any, field: str = "") -> list[dict[str, str]]:
    if isinstance(value, str):
        if "\x00" in value:
            return [{"field": field, "message": "Có ký tự NUL, không lưu được."}]
        if _utf8_length(value) < 0:
            return [{"field": field, "message": "Có nửa ký tự Unicode (surrogate) đứng một mình."}]
        return []
    if isinstance(value, dict):
        if any(_utf8_length(name) < 0 for name in value):
            return [{"field": field, "message": "Tên trường có ký tự Unicode không hợp lệ."}]
        parts = [(f"{field}.{name}" if field else str(name), child) for name, child in value.items()]
    elif isinstance(value, list | tuple):
        parts = [(f"{field}.{index}", child) for index, child in enumerate(value)]
    else:
        return []
    return [error for name, child in parts for error in _forbidden_characters(child, shown(name))][:20]


def _utf8_length(text: str) -> int:
    """Bytes of a text, or -1 when it cannot be written as UTF-8."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return -1


def _impossible_times(read: BaseModel) -> list[dict[str, str]]:
    at = getattr(read, "published_at", None)
    if at is None:
        return []
    if at.astimezone(UTC).year < OLDEST_YEAR:
        return [{"field": "published_at", "message": f"Thời điểm xuất bản trước năm {OLDEST_YEAR}."}]
    if at > datetime.now(UTC) + FURTHEST:
        return [{"field": "published_at", "message": "Thời điểm xuất bản cách nay quá hai năm."}]
    return []


def shown(name: object, limit: int = 100) -> str:
    """A field's name as it may stand in an answer, whatever the sender called it."""
    return str(name).encode("utf-8", "replace").decode()[:limit].replace("\x00", "�")


_MESSAGES = {
    "missing": "Thiếu trường này.",
    "extra_forbidden": "Không có trường này.",
    "string_type": "Phải là một chuỗi chữ.",
    "string_unicode": "Có ký tự Unicode không hợp lệ.",
    "string_too_short": "Quá ngắn: ít nhất {min_length} ký tự.",
    "string_too_long": "Quá dài: nhiều nhất {max_length} ký tự.",
    "string_pattern_mismatch": "Địa chỉ phải bắt đầu bằng https:// hoặc /media/.",
    "literal_error": "Không có giá trị này; chỉ nhận {expected}.",
    "too_long": "Quá nhiều: nhiều nhất {max_length} mục.",
    "int_type": "Phải là số nguyên.",
    "int_parsing": "Phải là số nguyên.",
    "int_from_float": "Phải là số nguyên.",
    "int_parsing_size": "Số quá lớn.",
    "greater_than_equal": "Phải từ {ge} trở lên.",
    "less_than_equal": "Phải từ {le} trở xuống.",
    "less_than": "Phải dưới {lt}.",
    "timezone_aware": "Thiếu múi giờ, ví dụ 2023-01-09T17:59:00+07:00.",
    "tuple_type": "Phải là một danh sách […].",
    "model_type": "Phải là một đối tượng {{…}}.",
    "model_attributes_type": "Phải là một đối tượng {{…}}.",
}
_TIME_MESSAGE = "Không phải thời điểm theo RFC 3339, ví dụ 2023-01-09T17:59:00+07:00."


def _messages(error: ValidationError) -> list[dict[str, str]]:
    found: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_input=False)[:50]:
        path = list(fault["loc"])
        if path[:1] == ["byline"] and len(path) > 1:
            del path[1]  # which form of byline it was
        field = shown(".".join(map(str, path)))
        kind = fault["type"]
        if kind.startswith("datetime") or (kind == "value_error" and field == "published_at"):
            message = _TIME_MESSAGE
        else:
            message = (
                _MESSAGES.get(kind, "Giá trị không hợp lệ.").format(**fault.get("ctx", {})).replace(" or ", " hoặc ")
            )
        found.setdefault(field, message)
    return [{"field": field, "message": message} for field, message in found.items()][:20]
