"""Files of other systems as they really are: repaired and told, held where in doubt, counted where not taken."""

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine

from services.ingest.articles.store import reading, workflow
from services.ingest.articles.store.articles import publish
from services.ingest.exchange.importers import ImportResult, Options, import_paths
from services.ingest.exchange.importers.report import ImportReport
from services.ingest.kit.errors import Conflict
from tests.contract.ingest.base import EDITOR, migrated

CASES = Path(__file__).resolve().parents[5] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not at hand (../shared/cases)")
Shown = list[dict[str, Any]]


@pytest.fixture
def store() -> Engine:
    return migrated()


def run(*paths: Path, **options: Any) -> list[ImportResult]:
    return list(import_paths(list(paths), Options(**options)))


def articles(store: Engine, results: list[ImportResult]) -> Shown:
    return [reading.article(store, result.id) for result in results if result.id]


def at(shown: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(shown["published_at"]).astimezone(UTC)


def texts(results: list[ImportResult]) -> str:
    report = ImportReport()
    for result in results:
        report.add(result)
    return report.text()


# ---------------------------------------------------------------- every file that was handed to us


def _embargo(shown: Shown) -> None:
    assert {one["status"] for one in shown} == {"scheduled"}


def _dates(shown: Shown) -> None:
    assert len(shown) == 11
    by_title = {one["title"]: at(one) for one in shown}
    assert by_title.pop("Tin thứ Việt") == datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
    assert set(by_title.values()) == {datetime(2026, 11, 25, 2, 30, tzinfo=UTC)}


def _titles(*titles: str, status: str = "published") -> Callable[[Shown], None]:
    def look(shown: Shown) -> None:
        assert [one["title"] for one in shown] == list(titles)
        assert {one["status"] for one in shown} == {status}

    return look


def _first(**expected: Any) -> Callable[[Shown], None]:
    def look(shown: Shown) -> None:
        assert {name: shown[0][name] for name in expected} == expected

    return look


def _tags(number: int) -> Callable[[Shown], None]:
    return lambda shown: None if len(shown[0]["tags"]) == number else pytest.fail(str(shown[0]["tags"]))


def _atom(shown: Shown) -> None:
    by_title = {one["title"]: one for one in shown}
    assert len(by_title) == 9
    assert by_title["Bài xhtml"]["body"].startswith("<p>Đoạn <strong>một</strong>.</p><p>Đoạn hai, <a href=")
    assert by_title["Bài text"]["body"] == "<p>Nếu a &lt; b và b &gt; c thì a &lt;c. Thẻ &lt;p&gt; là đoạn.</p>"
    assert {"Bài <b> và đậm", "So sánh 3 < 5 & 7"} <= by_title.keys()
    short = by_title["Tên ngắn gọn"]
    assert short["old_paths"] == ["/blog/bai/5.html"]
    assert (
        'href="https://cu.example/khac"' in short["body"] and 'href="https://cu.example/blog/kia.html"' in short["body"]
    )
    assert at(by_title["Giờ không giây"]) == at(by_title["Giờ gọn"]) == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    assert at(by_title["Ngày thôi"]) == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert by_title["Summary xhtml"]["body"] == "<p>Tóm <em>tắt</em>.</p>"


CLASSIC = (
    "<p>Đoạn một.</p>\n<p>Đoạn hai.</p>\n<h3>Tít phụ</h3>\n<p>Đoạn ba.</p>\n<p>Đoạn bốn.</p>\n<ul>\n"
    "<li>Mục</li>\n</ul>\n<p>Đoạn năm.</p>\n<p>Đoạn sáu.</p>"
)
WATCH = '<p><a href="https://www.youtube.com/watch?v={0}" rel="noopener">https://www.youtube.com/watch?v={0}</a></p>'


def _embeds(shown: Shown) -> None:
    body = shown[0]["body"]
    assert WATCH.format("abcdefghijk") in body and WATCH.format("zzzzzzzzzzz") in body
    assert "uploads/v.mp4" in body and "<p>Chữ trong khối.</p>" in body and "[" not in body


def _gallery(shown: Shown) -> None:
    assert [image["caption"] for image in shown[0]["images"]] == ["Chú thích ảnh 11", "Chú thích ảnh 12"]


def _list_of_word(shown: Shown) -> None:
    body = shown[0]["body"]
    assert "Cộng hòa xã hội chủ nghĩa Việt Nam" in body
    assert (
        '<ol type="a"><li>Hồ sơ</li><li>Đơn</li><li>Bản sao</li><li>Ảnh</li><li>Lệ phí</li><li>Biên lai</li></ol>'
        in body
    )
    assert '<ol start="3"><li>Khoản ba</li><li>Khoản bốn<ol><li>Mục con</li></ol></li></ol>' in body
    assert "<p>IV. Phần bốn</p>" in body


FILES: dict[str, Callable[[Shown], None]] = {
    "F01-newsmlg2-embargo.xml": _embargo,
    "F01-ninjs-embargo.json": _embargo,
    "F03-wxr-two-posts-one-guid.xml": _titles("Lũ quét ở Nậm Pồ 1", "Khánh thành cầu 2"),
    "F04-wxr-classic-paragraphs.xml": _first(body=CLASSIC),
    "F05-rss-dates.xml": _dates,
    "F05-wxr-zero-gmt-date.xml": _first(published_at="2019-05-01T03:00:00Z", status="published"),
    "F06-newsmlg2-date-only.xml": _first(published_at="2026-11-20T00:00:00+07:00", status="published"),
    "F06-ninjs-superdesk-offset.json": _first(published_at="2026-11-20T02:30:00Z", section="chinh-tri"),
    "F08-rss-bare-ampersand.xml": _first(body="<p>Điện &amp; Biên đón khách.</p>"),
    "F08-wxr-control-character.xml": _titles("Bài trước 1", "Bài dán từ Word 2", "Bài sau 3", "Bài sau nữa 4"),
    "F09-nitf.xml": _first(title="Bài NITF", body="<p>Đoạn.</p>", status="draft"),
    "F09-rss10.xml": _first(title="Bài RSS 1.0", body="<p>Nội dung.</p>", status="draft"),
    "F09-newsml12.xml": _first(title="Bài NewsML 1.2", status="draft"),
    "F09-html-folder": _first(title="Bài", body="<p>Chữ</p>", status="draft"),
    "F10-wxr-52-categories.xml": _tags(50),
    "F10-wxr-emoji-tag.xml": _first(tags=["dân ca"], status="published"),
    "F12-ninjs-versions": _first(title="Lũ quét: cập nhật 10", body="<p>Bản tin số 10.</p>"),
    "F13-atom-xhtml-and-text.xml": _atom,
    "F14-word-lists.html": _list_of_word,
    "F17-wxr-embeds-shortcodes.xml": _embeds,
    "F17-wxr-gallery-without-ids.xml": _gallery,
    "F18-page-cp1258.txt": _first(title="Khai mạc lễ hội Hoa Ban 3", published_at="2023-01-09T10:59:00Z"),
    "F18-legacy-and-double-encoded.txt": _first(status="draft"),
}


@needs_cases
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_refused_or_read_wrongly_comes_in_right(store: Engine, name: str) -> None:
    foreseen = run(CASES / name, dry_run=True)
    assert reading.listed(store) == []
    results = run(CASES / name)
    assert not [result for result in results if result.status == "failed"], texts(results)
    FILES[name](articles(store, results))
    # A dry run says what the real one then does, to the word.
    assert texts(foreseen) == texts(results)
    assert {result.status for result in run(CASES / name)} <= {"unchanged", "left_out"}


@needs_cases
def test_all_files_at_once_say_the_same_before_and_after(store: Engine) -> None:
    paths = [CASES / name for name in FILES]
    assert texts(run(*paths, dry_run=True)) == texts(run(*paths))


@needs_cases
def test_old_encodings_are_told(store: Engine) -> None:
    (result,) = run(CASES / "F18-legacy-and-double-encoded.txt")
    (shown,) = articles(store, [result])
    assert shown["title"].startswith("Cộng hòa xã hội chủ nghĩa Việt Nam") and "Điện Biên" in shown["body"]
    assert {"chuyển chữ từ TCVN3", "chuyển chữ từ UTF-8 đọc nhầm"} <= set(result.changes)
    (page,) = run(CASES / "F18-page-cp1258.txt")
    assert "chuyển chữ từ bảng mã cp1258" in page.changes


@needs_cases
def test_pictures_are_found_however_their_addresses_are_written(store: Engine, tmp_path: Path) -> None:
    uploads = tmp_path / "2019" / "05"
    uploads.mkdir(parents=True)
    # As a Mac's zip unpacks it: letters and marks apart.
    for name in (unicodedata.normalize("NFD", "Lễ-hội.jpg"), "a.jpg", "ANH.jpg"):
        Image.new("RGB", (400, 300), "green" if name == "a.jpg" else "red").save(uploads / name)
    foreseen = run(CASES / "F17-wxr-pictures.xml", media_folder=tmp_path, dry_run=True)
    (result,) = run(CASES / "F17-wxr-pictures.xml", media_folder=tmp_path)
    assert result.missing == ()
    assert texts(foreseen) == texts([result])
    assert articles(store, [result])[0]["body"].count('<img src="/media/') == 8


# ---------------------------------------------------------------- others of their kinds

WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Báo cũ</title><link>https://cu.example</link><wp:base_blog_url>https://cu.example</wp:base_blog_url>
{}</channel></rss>"""


def post(number: int, body: str = "<p>Nội dung.</p>", more: str = "", **own: str) -> str:
    fields = {
        "post_id": str(number), "post_date": "2019-05-01 10:00:00", "post_date_gmt": "2019-05-01 03:00:00",
        "status": "publish", "post_type": "post", **own,
    }  # fmt: skip
    title = fields.pop("title", f"Bài {number}")
    return (
        f"<item><title>{title}</title><link>https://cu.example/{number}/</link><guid>https://cu.example/?p={number}</guid>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded><excerpt:encoded></excerpt:encoded>"
        + "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in fields.items())
        + f"{more}</item>"
    )


def wxr(path: Path, *posts: str) -> Path:
    path.write_text(WXR.format("".join(posts)), encoding="utf-8")
    return path


def test_wordpress_is_taken_or_counted_whole(store: Engine, tmp_path: Path) -> None:
    comment = (
        "<wp:comment><wp:comment_approved>{}</wp:comment_approved><wp:comment_type>{}</wp:comment_type></wp:comment>"
    )
    people = '<category domain="author" nicename="cap-a">Lan Anh</category><category domain="author">Minh Tú</category>'
    file = wxr(
        tmp_path / "x.xml",
        post(1, more=comment.format(1, "") + comment.format(1, "pingback") + comment.format("spam", "comment")),
        post(2, post_type="page"),
        post(3, post_type="tin_video"),
        post(4, status="private"),
        post(5, post_password="x"),
        post(6, status="future", post_date="2030-01-01 00:00:00", post_date_gmt="2030-01-01 00:00:00"),
        post(7, title="", body="<p>Chữ đầu bài không có tiêu đề.</p>"),
        post(8, body=""),
        post(9, title="Dài " * 200),
        post(10, post_date="0000-00-00 00:00:00", post_date_gmt="0000-00-00 00:00:00"),
        post(11, status="trash"),
        post(12, post_type="nav_menu_item"),
        post(13, post_type="attachment", status="inherit", attachment_url="https://cu.example/wp-content/uploads/x.jpg"),
        post(14, is_sticky="1", more='<category domain="category" nicename="video">Video</category>'),
        post(15, more='<category domain="category" nicename="aciform">aciform</category>'),
        post(16, more='<category domain="category" nicename="x">Thể  thao!</category>'),
        post(17, more='<category domain="category" nicename="x">Thể thao</category>' + people),
        post(18, status="lưu-trữ"),
    )  # fmt: skip
    foreseen = texts(run(file, dry_run=True))
    results = run(file)
    assert texts(results) == foreseen
    shown = {int(one["external_id"].rpartition(":")[2]): one for one in articles(store, results)}
    assert shown.keys() == {*range(1, 11), *range(14, 19)}
    assert {number for number, one in shown.items() if one["status"] == "published"} == {1, 7, 9, 14, 15, 16, 17}
    assert {one["status"] for one in shown.values()} == {"published", "draft"}
    assert shown[7]["title"] == "Chữ đầu bài không có tiêu đề."
    assert (shown[14]["section"], shown[15]["section_name"]) == ("muc-video", "Aciform")
    assert shown[16]["section"] == shown[17]["section"] == "the-thao"
    assert shown[17]["byline"] == "Lan Anh, Minh Tú"
    reasons = {number: workflow.notes(store, shown[number]["id"])[0].text for number in (2, 3, 4, 5, 6, 8, 10, 18)}
    assert "trang" in reasons[2] and "tin_video" in reasons[3] and "private" in reasons[4] and "mật khẩu" in reasons[5]
    assert (
        "hai năm" in reasons[6]
        and "bài trống" in reasons[8]
        and "ngày đăng" in reasons[10]
        and "lưu-trữ" in reasons[18]
    )
    assert workflow.notes(store, shown[9]["id"])[0].text.startswith("Tiêu đề đầy đủ: Dài Dài")
    for line in (
        "1 bình luận: không có chữ", "1 liên kết ngược: ", "1 bình luận: thư rác",
        "1 post: đã bỏ vào thùng rác",
        "1 nav_menu_item: mục của trình đơn", "1 tệp đính kèm: không bài nào dùng", "1 × bỏ ghim lên đầu trang",
        "trang (1)", "found 21, taken 15",
    ):  # fmt: skip
        assert line in foreseen, line


def test_wordpress_blocks_captions_code_and_nested_lists(store: Engine, tmp_path: Path) -> None:
    body = (
        '<!-- wp:paragraph -->\n<p>Một 😀 مرحبا</p>\n<!-- /wp:paragraph -->\n<!-- wp:latest-posts {"n":3} /-->\n'
        "<!-- wp:list --><ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li></ul><!-- /wp:list -->\n"
        '[caption id="x" align="left"]<a href="/x"><img src="https://cu.example/uploads/m-300x200.jpg" /></a>'
        " Chú <em>thích</em>[/caption]\n"
        "<pre>if a:\n    b &lt; c</pre>\n<table><tr><td>ô</td></tr></table>\n<dl><dt>Mục</dt><dd>Nghĩa</dd></dl>\n"
        '[contact-form to="a@b"][contact-field label="Tên"/][/contact-form] chữ sau [1] và [sic]\n'
        '<iframe src="https://www.google.com/maps/embed?pb=1"></iframe>\n[vc_custom_heading text="Tít của khối"]'
    ).replace("]]>", "")
    (result,) = run(wxr(tmp_path / "x.xml", post(1, body=body)))
    shown = reading.article(store, int(result.id or 0))["body"]
    assert "<p>Một 😀 مرحبا</p>" in shown and "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li></ul>" in shown
    assert "<figcaption>Chú <em>thích</em></figcaption>" in shown and "<td>ô</td>" in shown
    assert "<p>if a:<br>&nbsp;&nbsp;&nbsp;&nbsp;b &lt; c</p>" in shown and "Nghĩa" in shown
    assert "chữ sau [1] và [sic]" in shown and "contact" not in shown and "Tít của khối" in shown
    assert 'href="https://www.google.com/maps/embed?pb=1"' in shown
    assert {"bỏ khối latest-posts", "bỏ mã [contact-form]", "trình phát, khung nhúng thành liên kết"} <= set(
        result.changes
    )


def test_two_sites_have_the_same_numbers_and_keep_their_posts_apart(store: Engine, tmp_path: Path) -> None:
    one, other = wxr(tmp_path / "a.xml", post(1)), wxr(tmp_path / "b.xml", post(1))
    other.write_text(other.read_text().replace("cu.example", "khac.example"))
    assert [result.status for result in run(one, other)] == ["created", "created"]


def test_long_names_that_begin_alike_are_not_one(store: Engine, tmp_path: Path) -> None:
    items = "".join(
        f"<item><title>Tin {n}</title><guid>https://cu.example/{'x' * 300}{n}</guid><description>Chữ.</description>"
        "</item>"
        for n in range(2)
    )
    (tmp_path / "x.xml").write_text(f"<rss><channel>{items}</channel></rss>")
    assert [result.status for result in run(tmp_path / "x.xml")] == ["created", "created"]


def test_one_bad_item_never_ends_the_file(store: Engine, tmp_path: Path) -> None:
    bad = "<item><title>Hỏng <b>đậm</title><guid>2</guid><description><p>Một<p>Hai</description></item>"
    good = (
        "<item><title>Tốt {0}</title><guid>{0}</guid><description>Chữ &nbsp; AT&T.</description>"
        "<dc:date>2026-11-25</dc:date></item>"
    )
    (tmp_path / "x.rss").write_text(
        f"\n\n<?xml version='1.0'?><rss><channel>{good.format(1)}{bad}{good.format(3)}<item><tit"
    )
    results = run(tmp_path / "x.rss")
    assert [result.status for result in results] == ["created", "created", "created", "failed"]
    assert [one["title"] for one in articles(store, results)] == ["Tốt 1", "Hỏng đậm", "Tốt 3"]
    assert "sửa XML hỏng" in texts(results)


def ninjs(path: Path, **fields: Any) -> Path:
    usual = {
        "guid": "urn:x:1",
        "version": "1",
        "type": "text",
        "headline": "Tin",
        "versioncreated": "2026-11-25T02:45:00+0000",
    }
    path.write_text(json.dumps({**usual, "body_html": "<p>Chữ.</p>", "pubstatus": "usable", **fields}))
    return path


def test_what_an_agency_takes_back_is_taken_from_readers(store: Engine, tmp_path: Path) -> None:
    for status in ("canceled", "withheld"):
        guid = f"urn:x:{status}"
        (first,) = run(ninjs(tmp_path / "1.json", guid=guid))
        again = ninjs(tmp_path / "2.json", guid=guid, version="2", pubstatus=status, body_html="")
        foreseen = run(again, dry_run=True)
        killed = run(again)
        assert texts(foreseen) == texts(killed)
        assert [result.status for result in killed] == ["withdrawn"]
        assert reading.article(store, int(first.id or 0))["status"] == "withdrawn"
        # An older usable one that comes late does not bring it back.
        assert [result.status for result in run(tmp_path / "1.json")] == ["left_out"]
    (unknown,) = run(ninjs(tmp_path / "3.json", guid="urn:x:3", pubstatus="canceled"))
    assert reading.article(store, int(unknown.id or 0))["status"] == "draft"
    assert "hãng đã hủy" in workflow.notes(store, int(unknown.id or 0))[0].text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"embargoed": "2200-01-01T00:00:00Z"}, "draft"),
        ({"embargoed": "until further notice"}, "draft"),
        ({"embargoed": "2020-01-01T00:00:00Z"}, "published"),
        ({"embargoed": None}, "published"),
        ({"pubstatus": "mystery"}, "draft"),
        ({"versioncreated": "hôm qua"}, "draft"),
        ({"versioncreated": "hôm qua", "firstcreated": "2026-11-25T02:45:00Z"}, "published"),
    ],
)
def test_what_is_missing_or_unknown_takes_the_safest_meaning(
    store: Engine, tmp_path: Path, fields: dict[str, Any], status: str
) -> None:
    file = ninjs(tmp_path / "x.json", **fields)
    foreseen = run(file, dry_run=True)
    results = run(file)
    assert texts(foreseen) == texts(results)
    shown = articles(store, results)[0]
    assert shown["status"] == status
    assert bool(workflow.notes(store, shown["id"])) == (status == "draft")


def test_embargo_is_kept_also_from_editors(store: Engine, tmp_path: Path) -> None:
    (result,) = run(ninjs(tmp_path / "x.json", embargoed="2027-11-01T00:00:00Z"), status="draft")
    with pytest.raises(Conflict, match="embargo"):
        publish(store, int(result.id or 0), EDITOR, at=datetime.now(UTC))


def test_superdesk_ninjs(store: Engine, tmp_path: Path) -> None:
    picture = {
        "type": "picture", "description_text": "Chú thích", "byline": "Văn Bình",
        "renditions": {"original": {"href": "https://hang.example/to.jpg", "width": 900, "mimetype": "image/jpeg"}},
    }  # fmt: skip
    file = ninjs(
        tmp_path / "x.json", headline="Tin <b>Superdesk</b>", service=[{"code": "a", "name": "Kinh tế"}],
        subject=[{"code": "04000000", "scheme": "iptc"}, {"code": "1", "name": "Cà phê"}],
        place=[{"name": "Điện Biên"}], authors=[{"code": "la", "name": "Lan Anh", "role": "writer"}],
        ednote="Không dùng ảnh cũ", evolvedfrom="urn:x:0",
        associations={"featuremedia": picture, "related--1": {"type": "text", "guid": "urn:x:9"}, "leer": None},
        body_html="<p>Một.</p><!-- EMBED START Image {id: \"e\"} --><figure><img src=\"https://hang.example/to.jpg\"></figure>"
        "<!-- EMBED END --><hl2>Mục</hl2>",
    )  # fmt: skip
    Image.new("RGB", (900, 600), "blue").save(tmp_path / "to.jpg")
    results = run(file, media_folder=tmp_path)
    shown = articles(store, results)[0]
    assert (shown["title"], shown["section"], shown["byline"]) == ("Tin Superdesk", "kinh-te", "Lan Anh")
    assert shown["tags"] == ["Cà phê", "Điện Biên"] and "<h2>Mục</h2>" in shown["body"]
    assert [image["credit"] for image in shown["images"]] == ["Văn Bình"]
    assert {note.text for note in workflow.notes(store, shown["id"])} >= {
        "Hãng ghi: Không dùng ảnh cũ",
        "Viết tiếp tin: urn:x:0",
    }
    report = texts(results)
    assert "1 chủ đề: chỉ có mã, không có tên" in report and "1 mục đi kèm (text): chỉ lấy ảnh đi kèm" in report


G2 = """<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{}</itemSet></newsMessage>"""
G2_ITEM = """<newsItem guid="{guid}" version="{version}"><catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_38.xml"/>
<itemMeta><itemClass qcode="ninat:{kind}"/><versionCreated>2026-11-20T10:00:00Z</versionCreated>{meta}</itemMeta>
<contentMeta><headline>{title}</headline><subject qcode="medtop:04000000"/></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""


def g2(path: Path, *items: dict[str, str], more: str = "") -> Path:
    usual = {"version": "1", "kind": "text", "meta": "", "title": "Tin", "content": ""}
    path.write_text(G2.format("".join(G2_ITEM.format(**{**usual, **item}) for item in items) + more))
    return path


def test_newsml_packages_parts_and_kinds(store: Engine, tmp_path: Path) -> None:
    html = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Chữ.</p></body></html>'
    xhtml = f'<inlineXML contenttype="application/xhtml+xml">{html}</inlineXML>'
    package = (
        '<packageItem guid="p"><itemMeta><itemClass qcode="ninat:composite"/></itemMeta><groupSet root="g">'
        '<group id="g"><itemRef residref="t1"/><itemRef residref="i1"/></group></groupSet></packageItem>'
    )
    file = g2(
        tmp_path / "x.xml",
        {"guid": "t1", "content": xhtml, "title": "Tin có ảnh"},
        {
            "guid": "t2",
            "content": '<inlineData contenttype="text/plain">Dòng một.\n\nDòng hai.</inlineData>',
            "title": "Tin trơn",
        },
        {"guid": "t3", "content": xhtml, "title": "Tin giữ lại", "meta": "<embargoed/>"},
        {"guid": "t4", "content": xhtml, "title": "Tin rút", "meta": '<pubStatus qcode="stat:withheld"/>'},
        {
            "guid": "i1",
            "kind": "picture",
            "title": "Ảnh",
            "content": '<remoteContent href="https://h.example/a.jpg" width="9"/>',
        },
        {"guid": "v1", "kind": "video", "title": "Phim", "content": '<remoteContent href="https://h.example/a.mp4"/>'},
        more=f'{package}<conceptItem guid="c"/>',
    )
    results = run(file)
    shown = {one["title"]: one for one in articles(store, results)}
    assert {title: one["status"] for title, one in shown.items()} == {
        "Tin có ảnh": "published", "Tin trơn": "published", "Tin giữ lại": "draft", "Tin rút": "draft",
    }  # fmt: skip
    assert shown["Tin trơn"]["body"] == "<p>Dòng một.</p>\n<p>Dòng hai.</p>"
    report = texts(results)
    assert results[0].missing == ("https://h.example/a.jpg",) and "1 mục video: không có văn bản" in report
    assert "1 gói tin: lấy các tin trong gói" in report and "1 khái niệm: không phải tin bài" in report


def test_what_is_no_format_of_ours_is_refused_by_name(store: Engine, tmp_path: Path) -> None:
    (tmp_path / "s.xml").write_text(
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>'
    )
    (tmp_path / "j.json").write_text('{"name": "package", "dependencies": {}}')
    (tmp_path / "empty.rss").write_text("<rss><channel><title>t</title></channel></rss>")
    results = run(tmp_path / "s.xml", tmp_path / "j.json", tmp_path / "empty.rss")
    assert {result.status for result in results} == {"failed"}
    assert "<urlset>" in results[0].error and "ninjs" in results[1].error and "Không có bài" in results[2].error


def test_dry_run_foresees_what_rules_refuse_and_what_comes_again(store: Engine, tmp_path: Path) -> None:
    story = {"title": "Bài", "body": "<p>x</p>", "section": "Kinh tế", "external_id": "a", "status": "published"}
    lines = [
        story,
        {**story, "status": "draft"},
        {**story, "title": "Bài khác"},
        {**story, "external_id": "b", "body": ""},
    ]
    (tmp_path / "x.ndjson").write_text(
        "\n".join(map(json.dumps, [*lines, *({**story, "external_id": str(n)} for n in range(60)), story]))
    )
    foreseen = run(tmp_path / "x.ndjson", dry_run=True)
    results = run(tmp_path / "x.ndjson")
    assert [one.status for one in results] == [one.status for one in foreseen]
    assert [one.status for one in results][:4] == ["created", "failed", "updated", "failed"]
    assert texts(results) == texts(foreseen)


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Lũ về - Báo cũ</title>
<link rel="canonical" href="https://cu.example/tin/lu-ve-12.html"><meta property="og:title" content="Lũ về">
<script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle", "headline": "Lũ về",
"articleSection": "Xã hội",
"datePublished": "2020-05-01T08:00:00+07:00", "author": {{"name": "Lan Anh"}}, "keywords": "lũ, suối"}}]}}
</script></head>
<body><nav><a href="/">Trang chủ</a></nav><div class="detail-content"><h1>Lũ về</h1>
<p>Nước lên từ sáng.</p><img data-src="anh/lu.jpg" src="data:image/gif;base64,R0lG">
<div class="related">Tin liên quan</div>
<p>Bà con dọn nhà.</p></div><footer>Tòa soạn</footer></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_saved_pages_give_their_story_and_what_they_say_of_it(store: Engine, tmp_path: Path, encoding: str) -> None:
    folder = tmp_path / "trang"
    (folder / "anh").mkdir(parents=True)
    Image.new("RGB", (400, 300), "green").save(folder / "anh" / "lu.jpg")
    (folder / "lu-ve.html").write_bytes(PAGE.format().encode(encoding))
    results = run(folder)
    (shown,) = articles(store, results)
    assert (shown["title"], shown["section"], shown["byline"], shown["tags"]) == (
        "Lũ về",
        "xa-hoi",
        "Lan Anh",
        ["lũ", "suối"],
    )
    assert (shown["status"], shown["published_at"]) == ("published", "2020-05-01T08:00:00+07:00")
    assert shown["old_paths"] == ["/tin/lu-ve-12.html"]
    assert (
        "Nước lên từ sáng." in shown["body"]
        and "Bà con dọn nhà." in shown["body"]
        and '<img src="/media/' in shown["body"]
    )
    assert "liên quan" not in shown["body"] and "Trang chủ" not in shown["body"] and "Tòa soạn" not in shown["body"]
    assert "1 tệp: ảnh, lấy khi có bài dùng" in texts(results)


def test_nitf_with_its_dtd_date_and_release(store: Engine, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(
        """<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-6.dtd"><nitf><head><docdata><doc-id id-string="n1"/>
        <date.issue norm="20261120T093000+0700"/><date.release norm="20271101T000000+0700"/>
        <ed-msg info="Giữ kín"/></docdata></head>
        <body><body.head><hedline><hl1>Tin &nbsp; NITF</hl1></hedline><byline>Lan Anh</byline></body.head><body.content>
        <p>Một <person>Ông A</person>.</p><hl2>Mục</hl2><media media-type="image">
        <media-reference source="a.jpg" width="9"/>
        <media-caption>Chú thích</media-caption></media><p>Hai.</p></body.content></body></nitf>"""
    )
    results = run(tmp_path / "x.xml")
    (shown,) = articles(store, results)
    assert (shown["title"], shown["byline"], shown["status"]) == ("Tin NITF", "Lan Anh", "scheduled")
    assert "<p>Một Ông A.</p><h2>Mục</h2>" in " ".join(shown["body"].split()).replace("> <", "><")
    assert [image["caption"] for image in shown["images"]] == ["Chú thích"]
    assert {note.text for note in workflow.notes(store, shown["id"])} >= {"Hãng ghi: Giữ kín"}


def test_newsml_1_gives_text_status_and_revision(store: Engine, tmp_path: Path) -> None:
    item = """<?xml version="1.0"?><!DOCTYPE NewsML PUBLIC "urn:newsml:iptc.org:x" "NewsMLv1.2.dtd"><NewsML><NewsItem>
    <Identification><NewsIdentifier><RevisionId>{0}</RevisionId><PublicIdentifier>urn:n1:7</PublicIdentifier></NewsIdentifier></Identification>
    <NewsManagement><FirstCreated>20261120T093000+0700</FirstCreated><Status FormalName="{1}"/></NewsManagement>
    <NewsComponent><NewsLines><HeadLine>Tin {0}</HeadLine><ByLine>Lan Anh</ByLine></NewsLines><ContentItem><DataContent>
    <nitf><body><body.content><p>Chữ {0}.</p></body.content></body></nitf></DataContent></ContentItem></NewsComponent>
    </NewsItem></NewsML>"""
    for revision, status in ((2, "Usable"), (1, "Usable"), (3, "Canceled")):
        (tmp_path / f"{revision}.xml").write_text(item.format(revision, status))
    (first,) = run(tmp_path / "2.xml")
    shown = reading.article(store, int(first.id or 0))
    assert (shown["title"], shown["body"], shown["byline"], shown["status"]) == (
        "Tin 2",
        "<p>Chữ 2.</p>",
        "Lan Anh",
        "published",
    )
    assert [result.status for result in run(tmp_path / "1.xml", tmp_path / "3.xml")] == ["left_out", "withdrawn"]
