"""Wires as agencies really send them: what is no story is counted, a kill needs no text, a page's head is no text."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine

from services.ingest.articles.store import reading, workflow
from services.ingest.exchange.importers import ImportResult, Options, import_paths
from tests.contract.ingest.base import migrated

NAR = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
ITEM = f"""<newsItem {NAR} guid="urn:hang:1" version="2" xml:lang="en-GB"><itemMeta><itemClass qcode="ninat:text"/>
<provider qcode="p:hang"><name>Hãng Tin</name></provider><versionCreated>2023-01-09T10:59:00Z</versionCreated>
<pubStatus qcode="stat:usable"/>
<link href="https://hang.example/them"><title>Đọc thêm</title></link></itemMeta>
<contentMeta><urgency>4</urgency><located literal="noi0"/><genre qcode="g:1"><name>Phỏng vấn</name></genre>
<subject qcode="c:ku" type="t:category"><name>ku</name></subject><subject qcode="medtop:1"/>
<subject><mainConcept qcode="m:2"><name>Bơi lội</name></mainConcept>
 <facetConcept qcode="f:1"><name>nữ</name></facetConcept></subject>
<slugline>boi-loi</slugline><headline>Giải bơi của tỉnh</headline></contentMeta>
<assert literal="noi0"><POIDetails><address><locality><name>Buôn Hồ</name></locality></address></POIDetails></assert>
<contentSet><inlineXML contenttype="application/xhtml+xml">{{}}</inlineXML></contentSet></newsItem>"""
PAGE = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Giải bơi của tỉnh</title></head><body>
<header><time>09.01.2023 17:59</time><ul><li>Bơi lội</li></ul><strong>Cấm đăng trước 18 giờ</strong>
<h1>Giải bơi của tỉnh</h1></header><section><p>Sáng nay khai mạc.</p></section></body></html>"""


@pytest.fixture
def store() -> Engine:
    return migrated()


def run(path: Path, text: str | dict[str, Any], **options: Any) -> list[ImportResult]:
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    rehearsed = list(import_paths([path], Options(**options, dry_run=True)))
    results = list(import_paths([path], Options(**options)))
    assert [(one.status, one.error, one.changes) for one in rehearsed] == [
        (one.status, one.error, one.changes) for one in results
    ]
    return results


def only(store: Engine, results: list[ImportResult]) -> dict[str, Any]:
    (taken,) = [one for one in results if one.status != "left_out"]
    return reading.article(store, int(taken.id or 0))


def left(results: list[ImportResult]) -> list[tuple[str, str, int]]:
    return [(one.kind, one.error, one.count) for one in results if one.status == "left_out"]


def notes(store: Engine, shown: dict[str, Any]) -> list[str]:
    return sorted(note.text for note in workflow.notes(store, shown["id"]))


def test_the_head_of_a_page_is_not_printed_in_its_text(tmp_path: Path, store: Engine) -> None:
    results = run(tmp_path / "x.xml", ITEM.format(PAGE))
    shown = only(store, results)
    assert shown["body"].strip() == "<p>Sáng nay khai mạc.</p>"
    assert "bỏ tít, giờ lặp lại ở đầu bài" in results[0].changes
    assert (shown["status"], shown["section"], shown["tags"]) == ("published", "boi-loi", ["nữ"])
    assert (shown["source"], shown["dateline"], shown["language"]) == ("Hãng Tin", "Buôn Hồ", "en")
    assert left(results) == [("chủ đề", "chỉ có mã, không có tên", 2)]
    assert notes(store, shown) == [
        "Slugline: boi-loi",
        "Thể loại: Phỏng vấn",
        "Xem thêm: Đọc thêm https://hang.example/them",
        "Độ gấp: 4",
    ]


def test_a_heading_that_is_not_the_headline_stays(tmp_path: Path, store: Engine) -> None:
    body = '<div xmlns="http://www.w3.org/1999/xhtml"><h1>Ngày đầu</h1><p>Sáng nay khai mạc.</p></div>'
    assert "Ngày đầu" in only(store, run(tmp_path / "x.xml", ITEM.format(body)))["body"]


def test_a_paragraph_alone_is_a_text(tmp_path: Path, store: Engine) -> None:
    shown = only(store, run(tmp_path / "x.xml", ITEM.format('<p xmlns="">Sáng nay khai mạc.</p>')))
    assert (shown["status"], shown["body"]) == ("published", "<p>Sáng nay khai mạc.</p>")


def test_results_of_matches_are_no_text(tmp_path: Path, store: Engine) -> None:
    data = '<sports-content xmlns="urn:sports"><team><name>Đội A</name></team></sports-content>'
    shown = only(store, run(tmp_path / "x.xml", ITEM.format(data)))
    assert shown["status"] == "draft"
    assert any("nội dung là dữ liệu" in note for note in notes(store, shown))


def test_newsml_without_its_namespace_is_taken(tmp_path: Path, store: Engine) -> None:
    bare = ITEM.replace(NAR, 'standard="NewsML-G2"').format("<p>Sáng nay khai mạc.</p>")
    results = run(tmp_path / "x.xml", f'<?xml version="1.0"?>\n<!-- của hãng -->\n{bare}')
    assert only(store, results)["title"] == "Giải bơi của tỉnh"
    assert "thêm không gian tên NewsML-G2 còn thiếu" in results[0].changes


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ("conceptItem", "khái niệm"), ("knowledgeItem", "bộ khái niệm"), ("planningItem", "kế hoạch tin bài"),
        ("catalogItem", "danh mục mã"), ("groupSet", "phần của một gói tin"),
    ],
)  # fmt: skip
def test_what_is_no_story_is_counted_where_it_stands_alone(tmp_path: Path, store: Engine, root: str, kind: str) -> None:
    results = run(tmp_path / "x.xml", f"<{root} {NAR} guid='urn:hang:2'><x/></{root}>")
    assert left(results) == [(kind, "không phải tin bài", 1)]
    assert len(results) == 1


def test_a_content_set_alone_is_a_text_that_waits(tmp_path: Path, store: Engine) -> None:
    text = """<contentSet><inlineXML><nitf><body><body.head><hedline><hl1>Giải bơi</hl1></hedline>
    <abstract><p>Khai mạc sáng nay.</p></abstract></body.head>
    <body.content><p>Sáng nay.</p></body.content></body></nitf></inlineXML></contentSet>"""
    shown = only(store, run(tmp_path / "x.xml", text))
    assert (shown["title"], shown["summary"], shown["status"]) == ("Giải bơi", "Khai mạc sáng nay.", "draft")


KILLS = {
    "ninjs": '{{"uri": "urn:hang:1", "version": "3", "pubstatus": "{}"}}',
    "newsml": f"""<newsItem {NAR} guid="urn:hang:1" version="3"><itemMeta>
    <versionCreated>2023-01-09T11:59:00Z</versionCreated><pubStatus qcode="stat:{{}}"/></itemMeta></newsItem>""",
}


@pytest.mark.parametrize("status", ["canceled", "withheld"])
@pytest.mark.parametrize("form", KILLS)
def test_a_kill_without_a_text_takes_back_what_was_published(
    tmp_path: Path, store: Engine, form: str, status: str
) -> None:
    shown = only(store, run(tmp_path / "x.xml", ITEM.format("<p>Sáng nay khai mạc.</p>")))
    results = run(tmp_path / "y", KILLS[form].format(status), format=form)
    assert [one.status for one in results] == ["withdrawn"]
    assert reading.article(store, shown["id"])["status"] == "withdrawn"


@pytest.mark.parametrize("form", KILLS)
def test_a_kill_of_what_never_came_is_counted(tmp_path: Path, store: Engine, form: str) -> None:
    results = run(tmp_path / "y", KILLS[form].format("canceled"), format=form)
    assert left(results) == [("lệnh hủy tin", "không có tin nào như thế ở đây", 1)]
    assert len(results) == 1


def test_a_plan_of_coverage_is_no_article(tmp_path: Path, store: Engine) -> None:
    plan = {"uri": "urn:p", "type": "planning", "plannedcoverage": [{"title": "Bài chính", "renditions": []}]}
    assert left(run(tmp_path / "x.json", plan)) == [("planning", "kế hoạch tin bài", 1)]


def test_people_and_organisations_become_keywords_and_codes_notes(tmp_path: Path, store: Engine) -> None:
    item = {
        "uri": "urn:1", "type": "video", "headline": "Khai mạc", "body_html": "<p>Sáng nay.</p>", "urgency": 3,
        "slugline": "khai-mac", "versioncreated": "2023-01-09T10:59:00Z", "genre": [{"name": "Tường thuật"}],
        "person": [{"name": "Lan Anh", "rel": "author"}, {"name": "Ông Ba"}], "organisation": [{"name": "Sở Văn hóa"}],
        "renditions": {"hd": {"href": "https://hang.example/phim.mp4", "mimetype": "video/mp4"}},
    }  # fmt: skip
    shown = only(store, run(tmp_path / "x.json", item))
    assert shown["tags"] == ["Ông Ba", "Sở Văn hóa"]
    assert notes(store, shown) == [
        "Loại: video",
        "Slugline: khai-mac",
        "Thể loại: Tường thuật",
        "Tệp đi kèm: https://hang.example/phim.mp4",
        "Độ gấp: 3",
    ]


NEWSML_1 = """<?xml version="1.0"?><NewsML><NewsItem xml:lang="fr"><Identification><NewsIdentifier>
<RevisionId Update="N">{0}</RevisionId><PublicIdentifier>urn:newsml:hang:2023:TX-1:{0}N</PublicIdentifier>
</NewsIdentifier></Identification><NewsManagement><FirstCreated>20230109T105900+0000</FirstCreated>
<Status FormalName="{1}"/><Urgency FormalName="4"/></NewsManagement><NewsComponent><NewsLines>
<HeadLine>Bản {0}</HeadLine><SlugLine>ca-phe</SlugLine><CopyrightLine>Hãng 2023</CopyrightLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="Hãng Tin"/></Provider></AdministrativeMetadata>
<DescriptiveMetadata><SubjectCode><SubjectDetail FormalName="04011002"/></SubjectCode><Genre FormalName="Phân tích"/>
<Property FormalName="Keyword" Value="cà phê"/></DescriptiveMetadata>
<ContentItem><DataContent><p>Chữ.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""


def test_a_later_revision_of_newsml_1_is_the_same_item(tmp_path: Path, store: Engine) -> None:
    shown = only(store, run(tmp_path / "1.xml", NEWSML_1.format(1, "Usable")))
    assert (shown["language"], shown["source"], shown["tags"]) == ("fr", "Hãng Tin", ["cà phê"])
    assert notes(store, shown) == [
        "Bản quyền: Hãng 2023",
        "Mã chủ đề: 04011002",
        "Slugline: ca-phe",
        "Thể loại: Phân tích",
        "Độ gấp: 4",
    ]
    again = run(tmp_path / "2.xml", NEWSML_1.format(2, "Usable"))
    assert [(one.status, one.id) for one in again] == [("updated", shown["id"])]
    assert [one.status for one in run(tmp_path / "3.xml", NEWSML_1.format(3, "Canceled"))] == ["withdrawn"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"state": "published"}, "published"), ({"state": "in_progress"}, "draft"), ({"state": "spiked"}, "draft"),
        ({"state": "scheduled"}, "draft"), ({"type": "advisory"}, "draft"), ({"type": "article"}, "published"),
        ({"state": "killed", "pubstatus": "usable"}, "draft"),
    ],
)  # fmt: skip
def test_what_superdesk_has_not_published_is_a_draft(
    tmp_path: Path, store: Engine, said: dict[str, str], status: str
) -> None:
    item = {"guid": "urn:1", "headline": "Khai mạc", "body_html": "<p>Sáng nay.</p>", "source": "Hãng Tin"}
    shown = only(store, run(tmp_path / "x.json", {**item, "versioncreated": "2023-01-09T10:59:00Z", **said}))
    assert (shown["status"], shown["source"]) == (status, "Hãng Tin")


def test_a_moving_picture_stands_still_and_that_is_said(tmp_path: Path, store: Engine) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    page = """<html><head><title>Bản đồ lũ</title><meta property="article:published_time"
    content="2023-01-09T10:59:00Z"></head><body><h1>Bản đồ lũ</h1><p>Nước lên.</p><p><img src="a.gif"></p></body>"""
    results = run(tmp_path / "x.html", page)
    assert "ảnh động: giữ hình đầu" in results[0].changes and not results[0].missing
    assert '<img src="/media/' in only(store, results)["body"]


def test_the_day_in_a_dateline_is_no_place(tmp_path: Path, store: Engine) -> None:
    text = """<nitf><head><title>Khai mạc</title></head><body><body.head><dateline>HÀ NỘI,
    <story.date norm="20230109T105900Z">9/1/2023</story.date></dateline></body.head>
    <body.content><p>Sáng nay.</p></body.content></body></nitf>"""
    assert only(store, run(tmp_path / "x.xml", text))["dateline"] == "HÀ NỘI"
