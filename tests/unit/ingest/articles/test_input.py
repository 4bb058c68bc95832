"""Whatever is sent gets an article or a Vietnamese sentence for a field, never an exception of another kind."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.articles.input import ArticleInput
from services.ingest.kit.errors import Invalid, Refused, TooLarge
from services.ingest.kit.json_input import read_fields, read_json

GOOD = {"title": "Khai mạc hội chợ", "body": "<p>x</p>", "section": "Kinh tế"}


def refusal(**fields: Any) -> list[dict[str, str]]:
    with pytest.raises(Refused) as refused:
        read_fields(ArticleInput, read_json(json.dumps({**GOOD, **fields}).encode()))
    return refused.value.errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "a"),
        ("title", 5),
        ("title", None),
        ("title", "x" * 10_000_000),
        ("title", "a\x00b"),
        ("title", "a\ud800"),
        ("published_at", "9999-01-01T00:00:00Z"),
        ("published_at", "1900-01-01T00:00:00Z"),
        ("published_at", "2023-02-29T00:00:00Z"),
        ("published_at", "2023-01-09T17:59:00"),
        ("published_at", "2023-01-09T17:59:00+25:00"),
        ("published_at", "2023-01-09"),
        ("published_at", 1673263140),
        ("byline", "x" * 501),
        ("byline", 5),
        ("tags", "một"),
        ("tags", ["a"] * 51),
        ("images", {"url": "x"}),
        ("status", "đăng"),
        ("kind", "thơ"),
        ("video_url", "javascript:alert(1)"),
        ("earlier_views", -1),
        ("earlier_views", 1.5),
        ("earlier_views", 10**30),
        ("unknown", 1),
    ],
)
def test_fault_names_its_field(field: str, value: Any) -> None:
    errors = refusal(**{field: value})
    assert [error["field"] for error in errors] == [field]
    assert errors[0]["message"].endswith(".")
    assert "Field" not in errors[0]["message"] and "Input" not in errors[0]["message"]


def test_fault_inside_a_list_names_the_place() -> None:
    assert refusal(byline=[{"name": "A"}, {"roles": []}])[0]["field"] == "byline.1.name"
    assert refusal(images=[{"media_id": "x"}])[0]["field"] == "images.0.media_id"
    assert refusal(tags=["a", ""])[0]["field"] == "tags.1"


def test_body_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge) as refused:
        read_fields(ArticleInput, {**GOOD, "body": "ệ" * 700_000})
    assert refused.value.errors[0]["field"] == "body"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1]",
        b'"x"',
        b"\xff\xfe",
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"x": {"a": 1, "a": 2}}',
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_clean_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_json(raw)


def test_duplicate_name_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        read_json(b'{"title": "a", "title": "b"}')
    assert refused.value.errors[0]["field"] == "title"


def test_texts_are_composed_and_free_of_invisible_signs() -> None:
    read = read_fields(ArticleInput, {**GOOD, "title": "  Tie\u0302\u0301ng\u202e Vie\u0323\u0302t\u200b \n mới "})
    assert read.title == "Tiếng Việt mới"


def test_what_get_gives_back_can_be_sent_again() -> None:
    shown = {**GOOD, "id": 1, "version": 3, "slug": "x", "url": "http://x", "updated_at": "…", "corrections": []}
    picture = {"url": "", "caption": "Ảnh", "width": 0, "height": 0, "renditions": []}
    assert read_fields(ArticleInput, {**shown, "images": [picture]}).images[0].caption == "Ảnh"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(ArticleInput.model_fields)) | st.text(max_size=8), json_values, max_size=8)
)
def test_any_fields_are_read_or_refused_in_words(fields: dict[str, Any]) -> None:
    try:
        read_fields(ArticleInput, {**GOOD, **fields})
    except Refused as refused:
        assert refused.errors
        json.dumps(refused.errors).encode()


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(read_json(raw), dict)
    except Invalid:
        pass
