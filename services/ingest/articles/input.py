"""What somebody sends to be an article: the API's body, a line of a batch, an importer's result."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, Tag, WithJsonSchema

from services.ingest.articles.blocks import body_of
from services.ingest.kit.errors import TooLarge
from services.ingest.kit.json_input import LINE, PROSE, WHOLE, Input, Time, utf8_length
from shared.contracts.addresses import OLD_PATH_CHARS, old_path

MAX_BODY_BYTES = 2_000_000
OLDEST_YEAR = 1925  # the year of the first revolutionary newspaper in Vietnamese: older dates are slips
FURTHEST = timedelta(days=2 * 366)
MOST_RELATED = 6
MOST_EARLIER_VIEWS = 100_000_000
"""Every Vietnamese once: no article was read more often, a slip of the hand would say so."""

# Given back by GET, so a client may send them with a PUT; ingest decides them, not the sender.
_READ_ONLY = frozenset(
    """id version url slug section_name authors updated_at first_published_at corrections original original_format
    opening_views words approval prepared""".split()
)
_OldPath = Annotated[
    str,
    Field(min_length=1, max_length=OLD_PATH_CHARS),
    BeforeValidator(lambda value: old_path(value) if isinstance(value, str) else value),
]


_Body = Annotated[
    str,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}]}),
]
_BodyFormat = Annotated[
    Literal["html", "text", "blocks"],
    Field(description="With `blocks` the body is a list of blocks, whose schemas `GET /api/blocks` has; kept as HTML."),
]


def _form_of_byline(value: Any) -> str:
    return "text" if isinstance(value, str) else "list"


class _TextInput(Input):
    """What brings a body and pictures."""

    @classmethod
    def taken(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Blocks become HTML. Raises TooLarge for a body over MAX_BODY_BYTES, Invalid for blocks that do not hold."""
        if fields.get("body_format") == "blocks" and fields.get("body") is not None:
            fields = fields | {"body": body_of(fields["body"]), "body_format": "html"}
        body = fields.get("body")
        if isinstance(body, str) and (len(body) > MAX_BODY_BYTES or utf8_length(body) > MAX_BODY_BYTES):
            raise TooLarge(f"Nội dung bài dài quá {MAX_BODY_BYTES // 1_000_000} MB.", "body")
        images = fields.get("images")
        return fields | {"images": [_own_image_fields(one) for one in images]} if isinstance(images, list) else fields


class PersonInput(Input):
    name: Annotated[str, Field(min_length=1, max_length=200), LINE]
    roles: Annotated[tuple[Annotated[str, Field(max_length=50), LINE], ...], Field(max_length=10)] = ()


_Share = Annotated[float, Field(ge=0, le=1, strict=True)]


class ImageInput(Input):
    """A picture uploaded before (`media_id`, or `url` of ours), or only the caption of one that is not at hand."""

    url: Annotated[str, Field(max_length=2000)] = ""
    media_id: Annotated[int, Field(ge=1, lt=2**31), WHOLE] | None = None
    caption: Annotated[str, Field(max_length=2000), PROSE] = ""
    credit: Annotated[str, Field(max_length=300), LINE] = ""
    alt: Annotated[str, Field(max_length=1000), LINE] = ""
    focus: Annotated[
        tuple[_Share, _Share] | None,
        Field(description="What stays in sight where it is cut: shares of width and height; else as in the store."),
    ] = None


class OldPictureInput(Input):
    """Where a picture of ours was at a former site: who asks for it there is led to it."""

    path: _OldPath
    file: Annotated[str, Field(max_length=100, pattern=r"^[0-9a-f]{2}/[0-9a-f]{32}[a-z0-9.-]*$")]


class ArticleInput(_TextInput):
    """An article as sent; texts are NFC and free of control and bidi characters already."""

    UNIONS: ClassVar[frozenset[str]] = frozenset({"byline"})
    external_id: Annotated[str, Field(min_length=1, max_length=200), LINE] | None = None
    title: Annotated[str, Field(min_length=2, max_length=500), LINE]
    kicker: Annotated[str, Field(max_length=100, description="Over the headline."), LINE] = ""
    card_title: Annotated[str, Field(max_length=200, description="Headline in lists; else the title."), LINE] = ""
    search_title: Annotated[
        str, Field(max_length=200, description="Headline for search engines and social networks."), LINE
    ] = ""
    summary: Annotated[str, Field(max_length=5000), PROSE] = ""
    body: _Body
    body_format: _BodyFormat = "html"
    section: Annotated[str, Field(min_length=1, max_length=100), LINE]
    second_section: Annotated[
        str, Field(max_length=100, description="Another section that lists it too; there is one of that name."), LINE
    ] = ""
    event: Annotated[str, Field(max_length=100, description="What it is a part of: a tag of its own."), LINE] = ""
    tags: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100), LINE], ...], Field(max_length=50)] = ()
    dateline: Annotated[str, Field(max_length=50), LINE] = ""
    byline: Annotated[
        Annotated[str, Field(max_length=500), LINE, Tag("text")]
        | Annotated[tuple[PersonInput, ...], Field(max_length=30), Tag("list")],
        Discriminator(_form_of_byline),
    ] = ""
    published_at: Time | None = None
    images: Annotated[tuple[ImageInput, ...], Field(max_length=100)] = ()
    status: (
        Literal["draft", "submitted", "edited", "approved", "scheduled", "published", "unpublished", "withdrawn"] | None
    ) = None
    kind: Literal["article", "photo", "video"] = "article"
    live: StrictBool = False
    urgent: Annotated[StrictBool | None, Field(description="In haste, for the newsroom; left out: as it was.")] = None
    video_url: Annotated[str, Field(max_length=2000, pattern=r"^((https://|/media/)[^\s\"'<>\\]+)?$")] = ""
    social_image: Annotated[
        str, Field(max_length=2000, description="Address of a picture of ours, for where it is shared.")
    ] = ""
    related: Annotated[
        tuple[Annotated[int, Field(ge=1, lt=2**31), WHOLE], ...],
        Field(
            max_length=MOST_RELATED, description="Ids of articles that stand under it, before those that read alike."
        ),
    ] = ()
    related_external_ids: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200), LINE], ...],
        Field(
            max_length=MOST_RELATED, description="More of them, by their external ids; what is not here is left out."
        ),
    ] = ()
    source: Annotated[str, Field(max_length=200, description="Another house, whose story it is."), LINE] = ""
    print_page: Annotated[str, Field(max_length=100, description="Where it stood in print."), LINE] = ""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639, as in `lang`.")] = "vi"
    comments_closed: StrictBool = False
    earlier_views: Annotated[int, Field(ge=0, le=MOST_EARLIER_VIEWS), WHOLE] = 0
    old_paths: Annotated[tuple[_OldPath, ...], Field(max_length=20)] = ()
    old_pictures: Annotated[tuple[OldPictureInput, ...], Field(max_length=100)] = ()

    @classmethod
    def taken(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return super().taken({name: value for name, value in fields.items() if name not in _READ_ONLY})

    def faults(self) -> list[dict[str, str]]:
        return _impossible_times(self.published_at)


class CorrectionInput(_TextInput):
    """The body of /correct: the public notice, what was wrong, what is right, and the fields that change."""

    notice: Annotated[str, Field(min_length=10, max_length=5000), PROSE]
    wrong: Annotated[str, Field(max_length=5000), PROSE] = ""
    right: Annotated[str, Field(max_length=5000), PROSE] = ""
    title: Annotated[str, Field(min_length=2, max_length=500), LINE] | None = None
    summary: Annotated[str, Field(max_length=5000), PROSE] | None = None
    body: _Body | None = None
    body_format: _BodyFormat = "html"
    images: Annotated[tuple[ImageInput, ...], Field(max_length=100)] | None = None


class ReasonInput(Input):
    reason: Annotated[str, Field(min_length=3, max_length=2000), PROSE]


class PublishInput(Input):
    """The body of /publish; without `published_at` an article goes out now, or when its own future time comes."""

    published_at: Time | None = None

    def faults(self) -> list[dict[str, str]]:
        return _impossible_times(self.published_at)


def _own_image_fields(image: Any) -> Any:
    if not isinstance(image, dict):
        return image
    return {name: value for name, value in image.items() if name not in ("width", "height", "renditions")}


def _impossible_times(at: datetime | None) -> list[dict[str, str]]:
    if at is None:
        return []
    if at.astimezone(UTC).year < OLDEST_YEAR:
        return [{"field": "published_at", "message": f"Thời điểm xuất bản trước năm {OLDEST_YEAR}."}]
    if at > datetime.now(UTC) + FURTHEST:
        return [{"field": "published_at", "message": "Thời điểm xuất bản cách nay quá hai năm."}]
    return []
