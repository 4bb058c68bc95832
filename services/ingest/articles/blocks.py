"""Bodies as lists of blocks, which programs send and get, and one block as the desk's form has it.

What is no block stands in the list as `{"kind": "html", "html": …}`.
"""

from typing import Any

from pydantic import ValidationError

from services.ingest.articles import differences
from services.ingest.articles.sanitise import clean_html
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import messages, shown
from shared.blocks import markup
from shared.blocks.registry import Block, kinds, schema

HTML = "html"
MOST = 5_000
"""Of all sorts, in one list: a book's paragraphs."""
_MOST_TOLD = 20
_NO_SIGN = "Quá ngắn: ít nhất 1 ký tự."


def body_of(sent: Any) -> str:
    """The HTML of a list of blocks. Raises Invalid with the place of each fault, "body.2.events.0.when"."""
    if not isinstance(sent, list):
        raise Invalid.of("body", "Với body_format “blocks”, body phải là một danh sách khối […].")
    if len(sent) > MOST:
        raise Invalid.of("body", f"Quá nhiều: nhiều nhất {MOST} khối.")
    made: list[str] = []
    faults: list[dict[str, str]] = []
    for place, one in enumerate(sent):
        try:
            made.append(_markup(one))
        except Invalid as invalid:
            faults += [_told(place, one, fault) for fault in invalid.errors]
            if len(faults) >= _MOST_TOLD:
                break
    if faults:
        raise Invalid(faults[:_MOST_TOLD])
    return "".join(made)


def blocks_of(body: str) -> list[dict[str, Any]]:
    """A clean body as a list of blocks; `body_of` makes the same body of it."""
    return [_listed(part) for part in differences.blocks(body)]


def block_of(kind: str, fields: dict[str, Any]) -> Block:
    """A block of these fields. Raises Invalid with the place of each fault, "events.0.when"."""
    model = kinds().get(kind)
    if model is None:
        known = ", ".join([*kinds(), HTML])
        raise Invalid.of("kind", f"Không có loại khối “{shown(kind, 40)}”; chỉ nhận {known}.")
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        told = messages(error)
        raise Invalid([one | {"message": one["message"].replace(_NO_SIGN, "Chưa điền.")} for one in told]) from None


def _listed(part: str) -> dict[str, Any]:
    found = next(markup.find(part), None)
    block = found.block() if found and (found.start, found.end) == (0, len(part)) else None
    if block is None:
        return {"kind": HTML, "html": part}
    return {"kind": block.kind(), "v": block.VERSION, **block.model_dump(mode="json")}


def _markup(one: Any) -> str:
    if not isinstance(one, dict):
        raise Invalid.of("", "Phải là một đối tượng {…}.")
    fields = dict(one)
    kind = fields.pop("kind", None)
    if not isinstance(kind, str):
        raise Invalid.of("kind", "Thiếu trường này.")
    if kind == HTML:
        if not isinstance(fields.get("html"), str) or len(fields) > 1:
            raise Invalid.of("html", "Khối này có đúng một trường “html” là một chuỗi chữ.")
        # By itself, so that what it does not close ends with it.
        return clean_html(fields["html"])
    if kind in kinds() and fields.pop("v", kinds()[kind].VERSION) != kinds()[kind].VERSION:
        raise Invalid.of("v", f"Tòa soạn này chỉ biết phiên bản {kinds()[kind].VERSION} của khối này.")
    return markup.written(block_of(kind, fields))


def _told(place: int, one: Any, fault: dict[str, str]) -> dict[str, str]:
    kind = kinds().get(str(one.get("kind"))) if isinstance(one, dict) else None
    names = [f"Khối {place + 1}{f' ({kind.LABEL})' if kind else ''}", *(_titles(kind, fault["field"]) if kind else ())]
    field = f"body.{place}.{fault['field']}" if fault["field"] not in ("", "body") else f"body.{place}"
    return {"field": field, "message": f"{', '.join(names)}: {fault['message']}"}


def _titles(kind: type[Block], field: str) -> list[str]:
    """What editors call the fields on the way to a fault: "events.0.when" is ["Các mốc 1", "Thời điểm"]."""
    whole = schema(kind)
    node, words = whole, list[str]()
    for part in field.split("."):
        node = node.get("items", {}) if part.isdecimal() else node.get("properties", {}).get(part, {})
        if part.isdecimal() and words:
            words[-1] += f" {int(part) + 1}"
        elif "title" in node:
            words.append(node["title"])
        if "$ref" in node:
            node = whole["$defs"][node["$ref"].rpartition("/")[2]]
    return words
