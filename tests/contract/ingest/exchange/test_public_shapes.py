"""Shapes of the sample sets that others publish (WordPress' theme unit test, IPTC's and Superdesk's examples)."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest.articles.store import reading, workflow
from services.ingest.exchange.importers import ImportResult, Options, import_paths
from tests.contract.ingest.base import migrated

WXR = """<?xml version="1.0"?><!-- Go to Tools: Import, "Activate & Run Importer". -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="https://wordpress.org/export/1.2/"><channel><link>https://cu.example</link>
<wp:author><wp:author_login>lananh</wp:author_login><wp:author_display_name>Lan Anh</wp:author_display_name></wp:author>
<item><title>Mùa lúa</title><dc:creator>>lananh</dc:creator><wp:post_id>1</wp:post_id><wp:status>publish</wp:status>
<wp:post_type>post</wp:post_type><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt>
<content:encoded><![CDATA[<p>Lúa chín.</p>]]></content:encoded></item></channel></rss>"""
NITF = """<nitf><head><title>x</title><docdata>{docdata}</docdata></head><body><body.head>
<hedline><hl1>Thủy triều</hl1><hl2>Phụ đề</hl2></hedline>
<note noteclass="editorsnote"><body.content><p>Lời dặn tòa soạn.</p></body.content></note>
<byline>Bài: <person>Lan Anh</person><byttl>phóng viên</byttl></byline></body.head>
<body.content><p>Biển lặng.</p></body.content>
<body.end><tagline>Quang Long góp tin.</tagline></body.end></body></nitf>"""
NEWSML = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:x:1"><itemMeta>
<itemClass qcode="ninat:text"/><versionCreated>2020-01-02T03:04:05Z</versionCreated></itemMeta><contentMeta>
<subject type="cpnat:abstract" literal="Related topic id"/>
<subject type="cptype:place"><name>Mường Thanh</name></subject>
<subject type="cpnat:abstract"><name>A</name></subject><subject type="cpnat:abstract"><name>Kinh tế</name></subject>
<headline>Tin chính</headline><headline role="hld:subHeadline">Dòng phụ</headline></contentMeta>
<contentSet><inlineData contenttype="text/plain">Nội dung.</inlineData></contentSet></newsItem>"""


@pytest.fixture
def store() -> Engine:
    return migrated()


def taken(path: Path, content: str) -> tuple[ImportResult, dict[str, Any], set[str]]:
    """(what became of the file's one article, the article, what editors are told of it)."""
    path.write_text(content, encoding="utf-8")
    (result,) = [one for one in import_paths([path], Options()) if one.status != "left_out"]
    assert result.id, result.error
    from shared.database import engine

    notes = {note.text for note in workflow.notes(engine("ingest"), result.id)}
    return result, reading.article(engine("ingest"), result.id), notes


def test_wordpress_export_whose_namespace_is_https(tmp_path: Path, store: Engine) -> None:
    result, shown, _ = taken(tmp_path / "x.xml", WXR)
    assert (shown["byline"], result.changes) == ("Lan Anh", ())


def test_wordpress_files_that_were_put_together_keep_both_of_a_number(tmp_path: Path, store: Engine) -> None:
    item = WXR[WXR.index("<item>") : WXR.index("</channel>")]
    other = item.replace("Mùa lúa", "Mùa ngô").replace("<p>Lúa chín.</p>", "Ngô<!--more-->chín.")
    pair = (
        item.replace("<item>", f"<item><link>https://cu.example/{n}/</link>") for n, item in enumerate((item, other))
    )
    (tmp_path / "x.xml").write_text(WXR.replace(item, "".join(pair)), encoding="utf-8")
    results = list(import_paths([tmp_path / "x.xml"], Options()))
    shown = [reading.article(store, int(result.id or 0)) for result in results]
    assert [one["title"] for one in shown] == ["Mùa lúa", "Mùa ngô"]
    assert shown[1]["body"] == "<p>Ngô</p>\n<p>chín.</p>"


def test_nitf_story_is_not_its_note_to_editors(tmp_path: Path, store: Engine) -> None:
    dated = '<date.issue norm="20200102T030405Z"/>'
    _, shown, notes = taken(tmp_path / "x.xml", NITF.format(docdata=dated))
    assert (shown["body"], shown["summary"]) == ("<p>Biển lặng.</p><p>Quang Long góp tin.</p>", "Phụ đề")
    assert (shown["byline"], shown["status"]) == ("Bài: Lan Anh phóng viên", "published")
    assert "Hãng ghi: Lời dặn tòa soạn." in notes


@pytest.mark.parametrize(("until", "status"), [("20210102T030405Z", "draft"), ("20990102T030405Z", "published")])
def test_what_may_no_longer_be_published_is_a_draft(tmp_path: Path, store: Engine, until: str, status: str) -> None:
    docdata = f'<date.issue norm="20200102T030405Z"/><date.expire norm="{until}"/>'
    _, shown, notes = taken(tmp_path / "x.xml", NITF.format(docdata=docdata))
    assert shown["status"] == status
    assert any(str(until[:4]) in note for note in notes)


def test_newsml_section_is_a_topic_with_a_name(tmp_path: Path, store: Engine) -> None:
    _, shown, _ = taken(tmp_path / "x.xml", NEWSML)
    assert (shown["section_name"], shown["summary"]) == ("Kinh tế", "Dòng phụ")
    assert {"Mường Thanh", "Related topic id"} <= set(shown["tags"])


def test_ninjs_in_other_systems_wrappings_and_names(tmp_path: Path, store: Engine) -> None:
    item = {
        "uri": "x:1", "type": "text", "versioncreated": "2020-01-02T03:04:05Z", "headline_main": "Tin chính",
        "body_main": "Nội dung.", "description_short": "Tóm tắt", "description_long": "Tóm tắt dài",
        "copyrightholder": "Hãng", "associations": {"a": {
            "type": "picture", "renditions": {}, "usageterms": "Chỉ một lần",
            "descriptions": [{"role": "creditline", "value": "Ảnh hãng"}, {"role": "caption", "value": "Đồi chè"}],
        }},
    }  # fmt: skip
    _, shown, notes = taken(tmp_path / "x.json", json.dumps({"data": {"hits": [{"item": item}]}}))
    assert (shown["title"], shown["summary"], shown["status"]) == ("Tin chính", "Tóm tắt", "published")
    assert "Nội dung." in shown["body"]
    assert [(image["caption"], image["credit"]) for image in shown["images"]] == [("Đồi chè", "Ảnh hãng")]
    assert notes == {
        "Bản quyền: Hãng", "Điều kiện sử dụng (ảnh): Chỉ một lần", "Tiêu đề, mô tả khác: Tóm tắt dài",
    }  # fmt: skip


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app"><title>Y</title>
<entry><id>1</id><title>Bài nháp</title><updated>2020-01-02T03:04:05Z</updated><content>Chữ</content>
 <app:control><app:draft>yes</app:draft></app:control></entry>
<entry><id>2</id><title>Hay quá</title><updated>2020-01-02T03:04:05Z</updated><content type="html">Bài hay</content>
 <category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#comment"/>
</entry></feed>"""
RSS = """<rss version="2.0"><channel><link>https://bao.example/rss/moi</link><item><title>Giá vàng</title>
<link>/gia-vang-2.htm</link><pubDate>28/11/2026 14:40:00</pubDate>
<description><![CDATA[<p>Tăng. <a href="/bang-gia">Bảng giá</a></p>]]></description></item></channel></rss>"""


def test_atom_drafts_are_drafts_and_comments_no_articles(tmp_path: Path, store: Engine) -> None:
    (tmp_path / "x.atom").write_text(ATOM, encoding="utf-8")
    draft, comment = import_paths([tmp_path / "x.atom"], Options())
    assert reading.article(store, int(draft.id or 0))["status"] == "draft"
    assert (comment.status, comment.kind) == ("left_out", "comment")


def test_addresses_below_a_relative_link_get_the_feeds_host(tmp_path: Path, store: Engine) -> None:
    _, shown, _ = taken(tmp_path / "x.rss", RSS)
    assert 'href="https://bao.example/bang-gia"' in shown["body"]
