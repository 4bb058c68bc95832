"""Files of other systems become articles, once each, however often they are imported."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from services.ingest.articles.store import reading, workflow
from services.ingest.exchange.importers import ImportResult, Options, format_of, import_paths, ndjson
from services.ingest.exchange.importers.report import ImportReport
from tests.contract.ingest.base import STORY, migrated

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Báo cũ</title>
<item><title>Mùa cà phê chín</title><guid>https://cu.example/?p=7</guid><dc:creator>Lan Anh</dc:creator>
 <content:encoded><![CDATA[<!-- wp:paragraph --><p>Cà phê <b>chín</b> đỏ.</p><!-- /wp:paragraph -->]]></content:encoded>
 <excerpt:encoded><![CDATA[Mùa vàng]]></excerpt:encoded><wp:post_id>7</wp:post_id>
 <wp:post_date_gmt>2023-01-09 10:59:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
 <category domain="category" nicename="x"><![CDATA[Kinh tế]]></category>
 <category domain="post_tag" nicename="y"><![CDATA[Cà phê]]></category></item>
<item><title>Bản nháp</title><guid>https://cu.example/?p=8</guid>
 <content:encoded><![CDATA[Dòng một

Dòng hai]]></content:encoded><wp:post_id>8</wp:post_id>
 <wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:status>draft</wp:status>
 <wp:post_type>post</wp:post_type></item>
<item><title>anh.jpg</title><wp:post_id>9</wp:post_id><wp:status>inherit</wp:status>
 <wp:post_type>attachment</wp:post_type></item>
</channel></rss>"""

RSS = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Tin</title>
<item><title>Tin một</title><link>https://x.example/1</link><guid>g1</guid><category>Xã hội</category>
 <pubDate>Mon, 09 Jan 2023 17:59:00 +0700</pubDate><description>&lt;p&gt;Nội dung một.&lt;/p&gt;</description></item>
<item><title>Tin hai</title><guid>g2</guid><pubDate>hôm qua</pubDate><description>Nội dung.</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:1</id><title>Tin của Atom</title>
<author><name>Quang Long</name></author><published>2023-01-09T10:59:00Z</published><category term="Văn hóa"/>
<content type="html">&lt;p&gt;Chữ&lt;/p&gt;</content></entry></feed>"""

NINJS = {
    "uri": "urn:ninjs:1",
    "headlines": [{"value": "Tin của hãng"}],
    "bodies": [{"contenttype": "text/html", "value": "<p>Nội dung</p>"}],
    "by": [{"name": "Mai Hoa"}],
    "subject": [{"name": "Quốc tế"}, {"name": "Hòa bình"}],
    "firstcreated": "2023-01-09T10:59:00Z",
    "pubstatus": "usable",
}

BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss><item><title>&b;</title></item></rss>'
FILE_ENTITY = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><item><title>&f;</title></item></rss>'


@pytest.fixture
def store() -> Engine:
    return migrated()


def run(path: Path, text: str | bytes, **options: Any) -> list[ImportResult]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(import_paths([path], Options(**options)))


def test_ndjson_keeps_good_lines_and_names_bad_ones(tmp_path: Path, store: Engine) -> None:
    lines = "\n".join([json.dumps({**STORY, "external_id": "a"}), "{bad", json.dumps({**STORY, "title": ""})])
    results = run(tmp_path / "x.ndjson", lines)
    assert [result.status for result in results] == ["created", "failed", "failed"]
    assert results[2].source.endswith("x.ndjson:3")
    assert "title" in results[2].error
    again = run(tmp_path / "x.ndjson", lines)
    assert (again[0].status, again[0].id) == ("unchanged", results[0].id)


def test_a_line_without_end_takes_no_memory_and_leaves_the_others(
    tmp_path: Path, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a gigabyte of it ended the process, and with it all that stood beside it in the file."""
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", 2000)
    good = json.dumps({**STORY, "external_id": "1"})
    assert len(good) < 1900
    exact = good + " " * (1999 - len(good.encode()))
    lines = [good, '{"title": "' + "a" * 100_000, exact.replace('"1"', '"2"'), "b" * 2000, "c" * 1_000_000]
    results = run(tmp_path / "x.ndjson", "\n".join(lines))
    assert [result.status for result in results] == ["created", "failed", "created", "failed", "failed"]
    assert [result.source.rpartition(":")[2] for result in results] == ["1", "2", "3", "4", "5"]
    assert "Dòng dài quá" in results[1].error


def test_an_item_with_headlines_without_end_leaves_some_notes(tmp_path: Path, store: Engine) -> None:
    """300,000 of them were as many notes, each with its own commit, and the worker was ended on the way."""
    item = {"uri": "u", "body_text": "Chữ.", **{f"headline_{number}": f"Tin {number}" for number in range(300)}}
    (result,) = run(tmp_path / "x.json", json.dumps(item))
    assert result.id is not None
    told = [note.text for note in workflow.notes(store, result.id)]
    assert len(told) == 51
    assert any(text.startswith("Còn 2") for text in told)


def test_a_report_stays_short_whatever_a_file_names(tmp_path: Path, store: Engine) -> None:
    """It is written down with every hundred results: kinds without end made it gigabytes."""
    kinds = [{"type": f"loại {number}"} for number in range(1500)]
    item = {"uri": "u", "headline": "Tin", "body_text": "Chữ.", "associations": kinds}
    report = ImportReport()
    for result in run(tmp_path / "x.json", json.dumps(item)):
        report.add(result)
    told = report.told()["left_out"]
    assert sum(number for _, _, number in told) == 1500
    assert len(told) <= 201
    assert ["loại khác", "lý do khác"] in [one[:2] for one in told]


def test_what_is_only_told_costs_no_commits(tmp_path: Path, store: Engine) -> None:
    """A hundred thousand damaged lines, or kinds of things that are not taken, held a worker for minutes."""
    statements: list[str] = []
    event.listen(store, "before_cursor_execute", lambda *given: statements.append(given[2]))
    results = run(tmp_path / "x.ndjson", "\n".join(["{bad"] * 1500))
    assert [result.status for result in results] == ["failed"] * 1500
    kinds = [{"type": f"loại {number}"} for number in range(1500)]
    item = {"uri": "u", "headline": "Tin", "body_text": "Chữ.", "associations": kinds}
    results = run(tmp_path / "x.json", json.dumps(item))
    assert sum(result.status == "left_out" for result in results) == 1500
    assert len(statements) < 60


@pytest.mark.parametrize("dry_run", [True, False])
def test_ndjson_of_whatever_shape_is_told_line_by_line(tmp_path: Path, store: Engine, dry_run: bool) -> None:
    """A line that no article can be must not end the import before its neighbours."""
    odd = [{"title": "Không có nội dung", "section": "Thời sự"}, {**STORY, "images": ["x"]}, {**STORY, "images": 5}]
    odd += [{**STORY, "body": 5}, {**STORY, "external_id": [1]}, {**STORY, "old_pictures": 7}, {}]
    lines = "\n".join(map(json.dumps, [*odd, {**STORY, "external_id": "sau"}]))
    results = run(tmp_path / "x.ndjson", lines, dry_run=dry_run)
    assert [result.status for result in results] == ["failed"] * len(odd) + ["created"]
    assert [result.error.partition(":")[0] for result in results[:3]] == ["body", "images.0", "images"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "Tệp trống, hoặc không có thẻ XML nào."), ("<rss><channel><title></rss>", "XML hỏng ở dòng 1, ký tự thứ")],
)
def test_what_is_no_xml_is_said_in_vietnamese(tmp_path: Path, store: Engine, text: str, fault: str) -> None:
    (result,) = run(tmp_path / "x.xml", text, format="rss")
    assert result.status == "failed"
    assert result.error.startswith(fault)


def test_wordpress_export(tmp_path: Path, store: Engine) -> None:
    results = run(tmp_path / "export.xml", WXR)
    assert [result.status for result in results] == ["created", "created"]
    first, second = (reading.article(store, int(result.id or 0)) for result in results)
    assert (first["title"], first["body"], first["summary"]) == (
        "Mùa cà phê chín",
        "<p>Cà phê <strong>chín</strong> đỏ.</p>",
        "Mùa vàng",
    )
    assert (first["section"], first["tags"], first["byline"]) == ("kinh-te", ["Cà phê"], "Lan Anh")
    assert (first["status"], first["published_at"]) == ("published", "2023-01-09T10:59:00Z")
    assert (second["status"], second["body"]) == ("draft", "<p>Dòng một</p>\n<p>Dòng hai</p>")
    assert [result.status for result in run(tmp_path / "export.xml", WXR)] == ["unchanged", "unchanged"]


def test_rss_and_atom(tmp_path: Path, store: Engine) -> None:
    results = run(tmp_path / "a.rss", RSS) + run(tmp_path / "b.atom", ATOM)
    # A day that nobody can read is no reason to lose the words.
    assert [result.status for result in results] == ["created", "created", "created"]
    assert reading.article(store, int(results[1].id or 0))["status"] == "draft"
    assert "thành bản nháp" in results[1].changes[-1]
    one, other = (reading.article(store, int(result.id or 0)) for result in (results[0], results[2]))
    assert (one["section"], one["body"], one["published_at"]) == (
        "xa-hoi",
        "<p>Nội dung một.</p>",
        "2023-01-09T10:59:00Z",
    )
    assert (other["section"], other["byline"], other["body"]) == ("van-hoa", "Quang Long", "<p>Chữ</p>")


def test_ninjs(tmp_path: Path, store: Engine) -> None:
    (result,) = run(tmp_path / "x.json", json.dumps(NINJS))
    shown = reading.article(store, int(result.id or 0))
    assert (shown["title"], shown["body"], shown["byline"]) == ("Tin của hãng", "<p>Nội dung</p>", "Mai Hoa")
    assert (shown["section"], shown["tags"], shown["published_at"]) == ("quoc-te", ["Hòa bình"], "2023-01-09T10:59:00Z")


@pytest.mark.parametrize("text", [BOMB, FILE_ENTITY, "<rss><item>", "", b"\xff\xfe\x00bad"])
def test_hostile_or_broken_xml_is_refused_whole(tmp_path: Path, store: Engine, text: str | bytes) -> None:
    results = run(tmp_path / "x.xml", text)
    assert [result.status for result in results] == ["failed"]
    assert reading.listed(store) == []


def test_dry_run_stores_nothing_and_foresees_what_happens(tmp_path: Path, store: Engine) -> None:
    results = run(tmp_path / "x.xml", WXR, dry_run=True)
    assert [result.status for result in results] == ["created", "created"]
    assert reading.listed(store) == []
    run(tmp_path / "x.xml", WXR)
    changed = WXR.replace("Mùa vàng", "Mùa đỏ")
    again = run(tmp_path / "x.xml", changed, dry_run=True)
    assert [result.status for result in again] == ["updated", "unchanged"]


def test_report_counts_and_names_what_is_wrong(tmp_path: Path, store: Engine) -> None:
    report = ImportReport(dry_run=True)
    for result in run(
        tmp_path / "a.rss", RSS.replace("Nội dung một", "&lt;img src='https://x.example/a.jpg'&gt;"), dry_run=True
    ):
        report.add(result)
    text = report.text()
    assert "2 articles: 2 would be created, 0 would be updated, 0 would be unchanged, 0 failed" in text
    assert (
        "Xã hội (1)" in text and "https://x.example/a.jpg" in text and "1 × thành bản nháp: không có ngày đăng" in text
    )
    assert "found 2, taken 2, changed on the way 1, left out 0" in text


def test_folder_is_walked_and_unknown_formats_are_named(tmp_path: Path, store: Engine) -> None:
    old = tmp_path / "old"
    (old / "sub").mkdir(parents=True)
    (old / "sub" / "a.ndjson").write_text(json.dumps(STORY))
    (old / "note.doc").write_text("x")
    taken, left = import_paths([old])
    assert (taken.status, left.status, left.count, left.error) == (
        "created",
        "left_out",
        1,
        "không phải định dạng nhận được (.doc)",
    )
    (unknown,) = import_paths([old / "note.doc"])
    assert unknown.status == "failed"
    assert format_of(old / "note.doc") is None
