"""What other systems export comes in whole: words, people, pictures, old addresses, views."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select

from services.ingest.articles.store import reading
from services.ingest.articles.tables import articles
from services.ingest.exchange.importers import ImportResult, Options, import_paths
from shared.database import read
from tests.contract.ingest.base import migrated
from tests.wait import until

WXR_BEGIN = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Báo cũ</title>
<wp:author><wp:author_login><![CDATA[lananh]]></wp:author_login>
 <wp:author_display_name><![CDATA[Lan Anh]]></wp:author_display_name></wp:author>
"""
WXR_POST = """<item><title>Mùa cà phê &amp; mật ong</title><link>https://cu.example/2023/01/m%C3%B9a-c%C3%A0-ph%C3%AA/</link>
 <guid isPermaLink="false">https://cu.example/?p=7</guid><dc:creator><![CDATA[lananh]]></dc:creator>
 <content:encoded><![CDATA[Đoạn một.

[caption id="attachment_9" width="300"]<img src="https://cu.example/wp-content/uploads/2023/01/doi-300x200.jpg"
 alt="Đồi" /> Đồi cà phê[/caption]

Đoạn <b>hai</b>.

[gallery ids="10,11"]]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>7</wp:post_id>
 <wp:post_date_gmt>2023-01-09 10:59:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
 <category domain="category" nicename="x"><![CDATA[Kinh tế]]></category>
 <wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value><![CDATA[11]]></wp:meta_value></wp:postmeta>
 <wp:postmeta><wp:meta_key>post_views_count</wp:meta_key><wp:meta_value><![CDATA[1234]]></wp:meta_value></wp:postmeta></item>
<item><title>kín</title><guid>https://cu.example/?p=8</guid>
 <content:encoded><![CDATA[Bài có mật khẩu]]></content:encoded>
 <wp:post_id>8</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
 <wp:post_password>bí mật</wp:post_password></item>
"""
WXR_PICTURE = """<item><title>{name}</title><guid>https://cu.example/?attachment_id={id}</guid>
 <excerpt:encoded><![CDATA[{caption}]]></excerpt:encoded><wp:post_id>{id}</wp:post_id><wp:status>inherit</wp:status>
 <wp:post_type>attachment</wp:post_type>
 <wp:attachment_url><![CDATA[https://cu.example/wp-content/uploads/2023/01/{name}.jpg]]></wp:attachment_url></item>
"""
WXR = (
    WXR_BEGIN
    + WXR_POST
    + WXR_PICTURE.format(name="quả", id=10, caption="Quả chín")
    + WXR_PICTURE.format(name="bia", id=11, caption="Ảnh bìa")
    + "</channel></rss>"
)
NINJS_2: dict[str, Any] = {
    "uri": "http://hang.example/tin/2",
    "type": "text",
    "versioncreated": "2023-07-09T10:37:00Z",
    "firstcreated": "2023-07-09T09:00:00Z",
    "located": "Hà Nội",
    "by": "Tin, ảnh: Quang Long",
    "headlines": [{"role": "main", "value": "Tin ninjs hai"}],
    "descriptions": [{"contenttype": "application/xhtml+xml", "value": "<p>x</p>"}, {"value": "Tóm tắt"}],
    "bodies": [
        {"contenttype": "text/plain", "value": "chữ trơn"},
        {"contenttype": "application/xhtml+xml", "value": "<p>Chữ có thẻ</p>"},
    ],
    "subjects": [{"name": "Kinh tế", "rel": "about"}, {"name": "Cà phê"}],
    "associations": [
        {
            "name": "mainpic", "uri": "http://hang.example/anh/1", "type": "picture", "by": "Minh Tú",
            "descriptions": [{"value": "Đồi cà phê"}],
            "renditions": [
                {"name": "small", "href": "https://hang.example/nho.jpg", "width": 100},
                {"name": "main", "href": "https://hang.example/to.jpg", "width": 900},
            ],
        }
    ],
}  # fmt: skip
NEWSML = """<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2023-01-09T10:59:00Z</sent></header><itemSet>
<newsItem guid="urn:newsml:hang.example:1" version="3" standard="NewsML-G2" standardversion="2.33" xml:lang="vi">
 <itemMeta><itemClass qcode="ninat:text"/><provider literal="Hãng"/>
  <versionCreated>2023-01-09T18:00:00+07:00</versionCreated>
  <firstCreated>2023-01-09T17:59:00+07:00</firstCreated><pubStatus qcode="stat:usable"/></itemMeta>
 <contentMeta><located qcode="g:1"><name>Điện Biên</name></located><creator uri="x"><name>Lan Anh</name></creator>
  <subject qcode="medtop:04000000"><name>Kinh tế</name></subject><subject qcode="m:2"><name>Cà phê</name></subject>
  <keyword>mật ong</keyword><slugline>slug</slugline><headline>Tin của NewsML</headline>
  <description role="drol:summary">Tóm tắt của hãng</description></contentMeta>
 <contentSet><inlineXML contenttype="application/nitf+xml"><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>
  <body.head><hedline><hl1>Tin của NewsML</hl1></hedline></body.head>
  <body.content><p>Một &lt; hai.</p><hl2>Mục</hl2><p>Ba <em>bốn</em>.</p></body.content></body>
  </nitf></inlineXML></contentSet>
</newsItem>
<newsItem guid="urn:newsml:hang.example:p" version="1" standard="NewsML-G2" standardversion="2.33">
 <itemMeta><itemClass qcode="ninat:picture"/></itemMeta>
 <contentMeta><creditline>Hãng/Minh Tú</creditline><headline>Đồi</headline>
  <description role="drol:caption">Đồi cà phê</description></contentMeta>
 <contentSet><remoteContent href="https://hang.example/nho.jpg" width="100"/>
  <remoteContent href="https://hang.example/to.jpg" width="900"/></contentSet></newsItem>
</itemSet></newsMessage>"""


@pytest.fixture
def store() -> Engine:
    return migrated()


def run(path: Path, text: str, **options: Any) -> list[ImportResult]:
    path.write_text(text, encoding="utf-8")
    return list(import_paths([path], Options(**options)))


def picture(path: Path, colour: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (640, 400), colour).save(path)


def test_wordpress_posts_keep_people_pictures_addresses_and_views(tmp_path: Path, store: Engine) -> None:
    uploads = tmp_path / "uploads" / "2023" / "01"
    picture(uploads / "doi.jpg", "green")
    picture(uploads / "quả.jpg", "red")
    post, closed = run(tmp_path / "x.xml", WXR, media_folder=tmp_path / "uploads")
    assert (post.status, closed.status) == ("created", "created")
    shown = reading.article(store, int(post.id or 0))
    assert (shown["title"], shown["byline"], shown["summary"]) == ("Mùa cà phê & mật ong", "Lan Anh", "Đoạn một.")
    assert shown["old_paths"] == ["/2023/01/mùa-cà-phê", "/?p=7"]
    assert shown["opening_views"] == 1234
    first, hill, fruit = shown["images"][0], shown["images"][2], shown["images"][1]
    # The cover did not lie in the folder: its caption keeps its place.
    assert (first["url"], first["caption"]) == ("", "Ảnh bìa")
    assert (fruit["caption"], fruit["width"]) == ("Quả chín", 640)
    assert hill["caption"] == "Đồi cà phê"
    figure = f'<figure><img src="{hill["url"]}" alt="Đồi"><figcaption>Đồi cà phê</figcaption></figure>'
    assert shown["body"] == f"<p>Đoạn một.</p>\n{figure}\n<p>Đoạn <strong>hai</strong>.</p>"
    assert post.missing == ("https://cu.example/wp-content/uploads/2023/01/bia.jpg",)
    assert reading.article(store, int(closed.id or 0))["status"] == "draft"
    again = run(tmp_path / "x.xml", WXR, media_folder=tmp_path / "uploads")
    assert [result.status for result in again] == ["unchanged", "unchanged"]
    # What was taken over once is found again without its folder.
    assert [result.status for result in run(tmp_path / "x.xml", WXR)] == ["unchanged", "unchanged"]


def test_pictures_say_where_they_were(tmp_path: Path, store: Engine) -> None:
    picture(tmp_path / "uploads" / "2023" / "01" / "doi.jpg", "green")
    post, _ = run(tmp_path / "x.xml", WXR, media_folder=tmp_path / "uploads")
    shown = reading.article(store, int(post.id or 0))
    (old,) = shown["old_pictures"]
    assert (old["path"], f"/media/{old['file']}") == (
        "/wp-content/uploads/2023/01/doi-300x200.jpg",
        next(image["url"] for image in shown["images"] if image["url"]),
    )
    # They stay when an editor changes the text.
    line = json.dumps(
        {"external_id": shown["external_id"], "title": "Tít mới", "body": shown["body"], "section": "Kinh tế"}
    )
    (changed,) = run(tmp_path / "y.ndjson", line)
    assert reading.article(store, int(changed.id or 0))["old_pictures"] == [old]


def test_pictures_outside_the_folder_are_not_taken(tmp_path: Path, store: Engine) -> None:
    picture(tmp_path / "outside.jpg", "blue")
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    bodies = ["../outside.jpg", "%2e%2e/outside.jpg", "/link.jpg", "/a%00.jpg"]
    body = "".join(f'<p>x <img src="https://cu.example/{url}"></p>' for url in bodies)
    line = json.dumps({"title": "Ảnh lạ", "body": body, "section": "Kinh tế"})
    (result,) = run(tmp_path / "x.ndjson", line, media_folder=tmp_path / "uploads")
    shown = reading.article(store, int(result.id or 0))
    assert shown["images"] == []
    assert len(result.missing) == 4


def _upper(value: Any) -> Any:
    """ninjs 3 writes names in camel case."""
    camel = {"versioncreated": "versionCreated", "firstcreated": "firstCreated", "contenttype": "contentType"}
    if isinstance(value, dict):
        return {camel.get(name, name): _upper(child) for name, child in value.items()}
    return [_upper(child) for child in value] if isinstance(value, list) else value


@pytest.mark.parametrize("item", [NINJS_2, _upper(NINJS_2)], ids=["2.x", "3.x"])
def test_ninjs(tmp_path: Path, store: Engine, item: dict[str, Any]) -> None:
    picture(tmp_path / "media" / "to.jpg", "green")
    (result,) = run(tmp_path / "x.json", json.dumps(item), media_folder=tmp_path / "media")
    shown = reading.article(store, int(result.id or 0))
    assert (shown["title"], shown["summary"], shown["body"]) == ("Tin ninjs hai", "Tóm tắt", "<p>Chữ có thẻ</p>")
    assert (shown["byline"], shown["dateline"]) == ("Tin, ảnh: Quang Long", "Hà Nội")
    assert (shown["section_name"], shown["tags"]) == ("Kinh tế", ["Cà phê"])
    assert shown["published_at"] == "2023-07-09T09:00:00Z"
    (image,) = shown["images"]
    assert (image["caption"], image["credit"], image["width"]) == ("Đồi cà phê", "Minh Tú", 640)


def test_newsml(tmp_path: Path, store: Engine) -> None:
    picture(tmp_path / "media" / "to.jpg", "green")
    (result,) = run(tmp_path / "x.xml", NEWSML, media_folder=tmp_path / "media")
    shown = reading.article(store, int(result.id or 0))
    assert (shown["title"], shown["summary"]) == ("Tin của NewsML", "Tóm tắt của hãng")
    assert shown["body"] == "<p>Một &lt; hai.</p><h2>Mục</h2><p>Ba <em>bốn</em>.</p>"
    assert (shown["byline"], shown["dateline"], shown["section"]) == ("Lan Anh", "Điện Biên", "kinh-te")
    assert (shown["tags"], shown["published_at"]) == (["mật ong", "Cà phê"], "2023-01-09T17:59:00+07:00")
    assert [(image["caption"], image["credit"]) for image in shown["images"]] == [("Đồi cà phê", "Hãng/Minh Tú")]
    assert run(tmp_path / "x.xml", NEWSML)[0].status == "unchanged"


def test_import_killed_at_the_middle_and_run_again_has_each_item_once(tmp_path: Path, store: Engine) -> None:
    number = 600
    post = """<item><title>Bài {n}</title><link>https://cu.example/bai-{n}/</link><guid>https://cu.example/?p={n}</guid>
     <content:encoded><![CDATA[<p>Nội dung {n}.</p>]]></content:encoded><wp:post_id>{n}</wp:post_id>
     <wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"""
    text = WXR_BEGIN + "".join(post.format(n=n) for n in range(number)) + "</channel></rss>"
    (tmp_path / "x.xml").write_text(text)
    command = [sys.executable, "-m", "toasoan", "import", str(tmp_path / "x.xml")]
    first = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    until(lambda: stored(store) > 100, 60, "some are in")
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=20)
    in_between = stored(store)
    assert 100 < in_between < number
    second = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=110, check=True)
    assert stored(store) == number
    assert f"{number - in_between} created, 0 updated, {in_between} unchanged, 0 failed" in second.stderr
    with read(store) as connection:
        titles = connection.execute(select(articles.c.title)).scalars().all()
    assert sorted(titles) == sorted(f"Bài {n}" for n in range(number))


def stored(store: Engine) -> int:
    with read(store) as connection:
        return int(connection.execute(select(func.count()).select_from(articles)).scalar_one())
