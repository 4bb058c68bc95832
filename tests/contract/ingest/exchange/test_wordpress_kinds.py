"""WordPress exports as sites really make them: numbers that come twice, what became private, blocks and comments."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine

from services.ingest.articles.store import reading, workflow
from services.ingest.exchange.importers import ImportResult, Options, import_paths
from tests.contract.ingest.base import migrated

HEAD = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><link>https://cu.example</link>{}</channel></rss>"""
POST = """<item><title>{title}</title><link>{link}</link><content:encoded><![CDATA[{body}]]></content:encoded>
<wp:post_id>7</wp:post_id><wp:post_date>{date}</wp:post_date><wp:post_date_gmt>{date}</wp:post_date_gmt>
<wp:comment_status>{comments}</wp:comment_status><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>
<wp:post_password>{password}</wp:post_password></item>"""
USUAL = {
    "title": "Khai mạc", "link": "https://cu.example/khai-mac/", "body": "<p>Sáng nay.</p>", "kind": "post",
    "date": "2023-01-09 10:59:00", "comments": "open", "status": "publish", "password": "",
}  # fmt: skip


@pytest.fixture
def store() -> Engine:
    return migrated()


def run(path: Path, *posts: dict[str, str], **options: Any) -> list[ImportResult]:
    """What was done, and that a dry run said it."""
    path.write_text(HEAD.format("".join(POST.format(**{**USUAL, **post}) for post in posts)))
    rehearsed = list(import_paths([path], Options(**options, dry_run=True)))
    results = list(import_paths([path], Options(**options)))
    assert [(one.status, one.error, one.changes, one.missing) for one in rehearsed] == [
        (one.status, one.error, one.changes, one.missing) for one in results
    ]
    return results


def shown(store: Engine, result: ImportResult) -> dict[str, Any]:
    return reading.article(store, int(result.id or 0))


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Bế mạc", "link": "https://cu.example/?p=7"},
        {"title": "Bế mạc", "date": "2023-02-01 10:59:00"},
        {"kind": "recipe"},
    ],
)
def test_two_posts_of_one_number_both_stay(tmp_path: Path, store: Engine, other: dict[str, str]) -> None:
    first = {"link": other["link"]} if "link" in other else {}
    results = run(tmp_path / "x.xml", first, other)
    assert [one.status for one in results] == ["created", "created"]
    assert "số bài đã có bài khác dùng: giữ cả hai" in results[1].changes
    assert [one.status for one in run(tmp_path / "x.xml", first, other)] == ["unchanged", "unchanged"]


@pytest.mark.parametrize("edited", [{"title": "Khai mạc hội"}, {"date": "2023-01-10 10:59:00"}])
def test_an_edited_post_is_the_same(tmp_path: Path, store: Engine, edited: dict[str, str]) -> None:
    assert [one.status for one in run(tmp_path / "x.xml", {}, edited)] == ["created", "updated"]


@pytest.mark.parametrize("now", [{"status": "private"}, {"status": "draft"}, {"password": "bí mật"}])
@pytest.mark.parametrize("together", [True, False])
def test_what_the_old_site_closed_again_is_taken_from_readers(
    tmp_path: Path, store: Engine, now: dict[str, str], together: bool
) -> None:
    files: list[list[dict[str, str]]] = [[{}, now]] if together else [[{}], [now]]
    last = [run(tmp_path / "x.xml", *posts) for posts in files][-1][-1]
    assert last.status == "updated"
    article = shown(store, last)
    assert article["status"] == "draft"
    assert any("Gỡ khi nhập lại" in note.text for note in workflow.notes(store, article["id"]))
    assert [one.status for one in run(tmp_path / "x.xml", now)] == ["unchanged"]


def test_comments_that_were_closed_stay_closed(tmp_path: Path, store: Engine) -> None:
    (closed,) = run(tmp_path / "x.xml", {"comments": "closed"})
    assert shown(store, closed)["comments_closed"] is True
    (opened,) = run(tmp_path / "x.xml", {"comments": "open"})
    assert shown(store, opened)["comments_closed"] is False


def test_an_address_alone_on_its_line_is_escaped_once(tmp_path: Path, store: Engine) -> None:
    (result,) = run(tmp_path / "x.xml", {"body": "Xem:\n\nhttps://xa.example/p/1?a=1&amp;b=2\n\nHết."})
    assert 'href="https://xa.example/p/1?a=1&amp;b=2"' in shown(store, result)["body"]


def test_a_cover_keeps_its_picture(tmp_path: Path, store: Engine) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "bia.jpg")
    cover = """<!-- wp:cover --><div class="wp-block-cover has-dim"
    style="background-color:#000;background-image:url(https://cu.example/bia.jpg)"><p>Lời trên ảnh</p></div>"""
    (result,) = run(tmp_path / "x.xml", {"body": cover}, media_folder=tmp_path)
    body = shown(store, result)["body"]
    assert 0 < body.index('<img src="/media/') < body.index("Lời trên ảnh")


def test_columns_of_preformatted_text_stay_below_each_other(tmp_path: Path, store: Engine) -> None:
    (result,) = run(tmp_path / "x.xml", {"body": "<pre>Đội      Điểm\nA          12</pre>"})
    blank = "\N{NO-BREAK SPACE}"
    body = shown(store, result)["body"].replace("&nbsp;", blank)
    assert f"Đội{blank * 6}Điểm<br>A{blank * 10}12" in body


@pytest.mark.parametrize("mark", ['style="display: none"', 'style="color:red;visibility:hidden"', "hidden"])
def test_what_nobody_saw_there_is_not_published_here(tmp_path: Path, store: Engine, mark: str) -> None:
    (result,) = run(tmp_path / "x.xml", {"body": f"<p>Sáng nay.</p><div {mark}><p>Thuốc giả</p></div><p>Hết.</p>"})
    article = shown(store, result)
    assert "Thuốc giả" not in article["body"] and "Hết." in article["body"]
    assert "bỏ phần bị ẩn ở trang cũ" in result.changes
    assert "Phần bị ẩn ở trang cũ: Thuốc giả" in {note.text for note in workflow.notes(store, article["id"])}


def test_a_gallery_whose_later_pictures_wait_unseen_keeps_them(tmp_path: Path, store: Engine) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.jpg")
    body = '<p>Sáng nay.</p><div style="display:none"><img src="https://cu.example/a.jpg"></div>'
    (result,) = run(tmp_path / "x.xml", {"body": body}, media_folder=tmp_path)
    assert '<img src="/media/' in shown(store, result)["body"]


def test_a_saved_page_that_wraps_its_story_too_deep_is_taken(tmp_path: Path, store: Engine) -> None:
    wraps = 120
    page = f"<html><body><h1>Khai mạc</h1>{'<div>' * wraps}<p>Sáng nay.</p>{'</div>' * wraps}</body></html>"
    (tmp_path / "x.html").write_text(page)
    (result,) = import_paths([tmp_path / "x.html"], Options())
    assert "Sáng nay." in shown(store, result)["body"]
    assert "bỏ thẻ bao quá nhiều lớp" in result.changes
