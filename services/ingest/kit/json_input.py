"""What programs and forms send, as typed models: every fault is answered with one Vietnamese sentence for its field."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticKnownError

from services.ingest.kit.errors import Invalid
from shared.vietnamese.text import one_line, plain

MAX_DEPTH = 32
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")
_NO_TIME = "rfc3339"


def _one_line(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return plain(value).strip() if isinstance(value, str) else value


def _time(value: Any) -> Any:
    # pydantic alone would take unix seconds and dates without a time.
    if isinstance(value, int | float) or (isinstance(value, str) and not _RFC3339.fullmatch(value.strip())):
        raise ValueError(_NO_TIME)
    return value.strip().upper() if isinstance(value, str) else value


def _no_truth(value: Any) -> Any:
    # pydantic would take true for 1.
    if isinstance(value, bool):
        raise PydanticKnownError("int_type")
    return value


# Behind the length in an annotation: cleaning comes first, then the length is that of the clean text.
LINE = BeforeValidator(_one_line)
PROSE = BeforeValidator(_plain)
WHOLE = BeforeValidator(_no_truth)
Time = Annotated[AwareDatetime, BeforeValidator(_time)]
"""A moment with its offset, as RFC 3339 writes it."""


class Input(BaseModel):
    """What somebody sends. Unknown fields are refused; texts become NFC without control and bidi characters."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    UNIONS: ClassVar[frozenset[str]] = frozenset()
    """Fields with a tag for each of their forms, which a fault's path should not show."""

    @classmethod
    def taken(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields without what the model ignores. May raise Refused."""
        return fields

    def faults(self) -> list[dict[str, str]]:
        """What is impossible although each field is well-formed: {"field", "message"}."""
        return []


M = TypeVar("M", bound=Input)


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


def read_fields(model: type[M], fields: dict[str, Any]) -> M:
    """`fields` as `model`. Raises Invalid with one sentence a field, and what `model.taken` raises."""
    given = model.taken(fields)
    errors = [] if _harmless(given) else _forbidden_characters(given)
    if not errors:
        try:
            read = model.model_validate(given)
        except ValidationError as error:
            errors = messages(error, model.UNIONS)
        else:
            errors = read.faults()
            if not errors:
                return read
    raise Invalid(errors)


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
        if utf8_length(value) < 0:
            return [{"field": field, "message": "Có nửa ký tự Unicode (surrogate) đứng một mình."}]
        return []
    if isinstance(value, dict):
        if any(utf8_length(name) < 0 for name in value):
            return [{"field": field, "message": "Tên trường có ký tự Unicode không hợp lệ."}]
        parts = [(f"{field}.{name}" if field else str(name), child) for name, child in value.items()]
    elif isinstance(value, list | tuple):
        parts = [(f"{field}.{index}", child) for index, child in enumerate(value)]
    else:
        return []
    return [error for name, child in parts for error in _forbidden_characters(child, shown(name))][:20]


def utf8_length(text: str) -> int:
    """Bytes of a text, or -1 when it cannot be written as UTF-8."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return -1


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
    "too_short": "Quá ít: ít nhất {min_length} mục.",
    "told": "{words}",
    "int_type": "Phải là số nguyên.",
    "bool_type": "Chỉ nhận true hoặc false.",
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


def messages(error: ValidationError, unions: frozenset[str] = frozenset()) -> list[dict[str, str]]:
    """One sentence a field, for {"field", "message"} of Invalid."""
    found: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_input=False)[:50]:
        path = list(fault["loc"])
        if path and path[0] in unions and len(path) > 1:
            del path[1]  # which form of the union it was
        field = shown(".".join(map(str, path)))
        found.setdefault(field, message_of(fault))
    return [{"field": field, "message": message} for field, message in found.items()][:20]


def message_of(fault: Mapping[str, Any]) -> str:
    """One fault that pydantic found, in a Vietnamese sentence."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind.startswith("datetime") or str(context.get("error")) == _NO_TIME:
        return _TIME_MESSAGE
    return _MESSAGES.get(kind, "Giá trị không hợp lệ.").format(**context).replace(" or ", " hoặc ")
