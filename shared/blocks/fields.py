"""What the fields of story blocks are made of. Titles and formats of the JSON schema make the desk's form."""

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Annotated, Any

import nh3
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from shared.settings import get_settings
from shared.vietnamese.text import one_line, plain

MOST_COLUMNS, MOST_ROWS = 12, 200
_BLANK_LINE = re.compile(r"\n\s*\n")
_MARKED = re.compile(r"<(?:p|ul|ol)[ >]")
_RICH = nh3.Cleaner(
    tags=set("p br ul ol li strong em a sub sup".split()),
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)
_SAME_AS = re.compile(r"<(/?)(b|i)(?=[ >])")
_EMPTY = re.compile(r"<(p|li|ul|ol|strong|em)>(?:\s|&nbsp;|<br>)*</\1>")
# Deeper ones are left to the cleaning of the whole body.
_ROUNDS = 5
_BETWEEN = re.compile(r"(</(?:p|ul|ol|li)>) (?=<)")
_WEB = re.compile(r"https://[^\s\"'<>\\]+|/[a-z0-9][^\s\"'<>\\]*")
_FILE = re.compile(r"/media/[0-9a-f]{2}/[0-9a-f]{32}\.([a-z0-9]{3,4})")
_PICTURE = re.compile(r"/media/[0-9A-Za-z/_-]+\.[a-z0-9]+")
_LOOSE = re.compile(r"\A(?!<(?:p|ul|ol)>)|</(?:p|ul|ol)>(?!\Z|<(?:p|ul|ol|/li|/ul|/ol)>)")


def fault(words: str) -> PydanticCustomError:
    """What is said to people of a value that does not hold."""
    return PydanticCustomError("told", "{words}", {"words": words})


def _line(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _prose(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "\n".join(line for line in map(one_line, plain(value).splitlines()) if line)


def _rich(value: str) -> str:
    """Paragraphs and lists with emphasis and links; a plain text becomes paragraphs."""
    if not _MARKED.search(value):
        parts = (" ".join(part.split()) for part in _BLANK_LINE.split(value.replace("\r\n", "\n")))
        value = "".join(f"<p>{part}</p>" for part in parts if part)
    clean = _RICH.clean(_SAME_AS.sub(lambda m: f"<{m[1]}{'strong' if m[2] == 'b' else 'em'}", plain(value)))
    clean = _BETWEEN.sub(r"\1", " ".join(clean.split()))
    for _ in range(_ROUNDS):
        clean = _EMPTY.sub("", clean)
    # Words that stand loose beside paragraphs would belong to no field.
    return f"<p>{escape(_words(clean), quote=False)}</p>" if clean and _LOOSE.search(clean) else clean


def _words(markup: str) -> str:
    return " ".join(unescape(nh3.clean(markup.replace("</", " </"), tags=set())).split())


def own(url: Any) -> Any:
    """An address inside the site without the site's name."""
    url = _line(url)
    site = get_settings().site_url
    return url.removeprefix(site) if isinstance(url, str) and url.startswith(f"{site}/") else url


Line = Annotated[str, Field(max_length=300), BeforeValidator(_line)]
Needed = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_line)]
NeededProse = Annotated[
    str,
    Field(min_length=1, max_length=2000),
    BeforeValidator(_prose),
    WithJsonSchema({"type": "string", "format": "prose", "minLength": 1, "maxLength": 2000}),
]
Rich = Annotated[
    str,
    Field(max_length=20_000),
    AfterValidator(_rich),
    WithJsonSchema({"type": "string", "format": "rich", "maxLength": 20_000}),
]
"""HTML of paragraphs and lists. An object has one, called `text`."""


def _some(value: str) -> str:
    if not value:
        raise fault("Chưa có nội dung.")
    return value


NeededRich = Annotated[
    str,
    Field(min_length=1, max_length=20_000),
    AfterValidator(_rich),
    AfterValidator(_some),
    WithJsonSchema({"type": "string", "format": "rich", "minLength": 1, "maxLength": 20_000}),
]


def _web_address(value: str) -> str:
    if not _WEB.fullmatch(value):
        raise fault("Địa chỉ phải bắt đầu bằng https://, hoặc là địa chỉ một bài của báo.")
    return value


def _picture_address(value: str) -> str:
    if not _PICTURE.fullmatch(value):
        raise fault("Chưa có ảnh trong kho của tòa soạn.")
    return value


class BlockPart(BaseModel):
    """Base of what a block is made of."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BlockPart):
    """A picture of ours."""

    url: Annotated[str, Field(max_length=300), BeforeValidator(own), AfterValidator(_picture_address)]
    alt: Annotated[str, Field(max_length=1000), BeforeValidator(_line)] = ""


class Linked(BlockPart):
    """An address and the words that lead there."""

    url: Annotated[str, Field(max_length=2000), BeforeValidator(own), AfterValidator(_web_address)]
    words: Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(_line)]


def _of(*suffixes: str) -> Callable[[Linked], Linked]:
    def checked(file: Linked) -> Linked:
        found = _FILE.fullmatch(file.url)
        if found is None or found[1] not in suffixes:
            raise fault(f"Chưa có tệp trong kho của tòa soạn ({', '.join(suffixes)}).")
        return file

    return checked


class Grid(BlockPart):
    """A table: the heads of its columns, and rows of as many cells."""

    columns: Annotated[tuple[Line, ...], Field(min_length=2, max_length=MOST_COLUMNS)]
    rows: Annotated[
        tuple[Annotated[tuple[Line, ...], Field(max_length=MOST_COLUMNS)], ...],
        Field(min_length=1, max_length=MOST_ROWS),
    ]

    @model_validator(mode="after")
    def _even(self) -> "Grid":
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise fault(f"Dòng {number} có {len(row)} ô, đầu bảng có {len(self.columns)} cột.")
        return self


PictureField = Annotated[Shown, WithJsonSchema({"type": "object", "format": "picture"})]
LinkField = Annotated[Linked, WithJsonSchema({"type": "object", "format": "link"})]
GridField = Annotated[Grid, WithJsonSchema({"type": "object", "format": "sheet"})]
FilmField = Annotated[
    Linked, AfterValidator(_of("mp4", "webm")), WithJsonSchema({"type": "object", "format": "file", "media": "video"})
]
SoundField = Annotated[
    Linked, AfterValidator(_of("mp3", "m4a")), WithJsonSchema({"type": "object", "format": "file", "media": "audio"})
]
SubtitlesField = Annotated[
    Linked, AfterValidator(_of("vtt")), WithJsonSchema({"type": "object", "format": "file", "media": "text"})
]
"""Files of ours, and what they are called."""
