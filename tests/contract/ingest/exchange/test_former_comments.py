"""Readers' comments of a WordPress site: those that were public come along, and nobody's address with them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ingest.comments.store import comments
from services.ingest.comments.tables import comments as table
from services.ingest.exchange.importers import ImportResult, Options, import_paths
from services.ingest.exchange.importers.report import ImportReport
from services.ingest.kit.tables import outbox
from shared.database import read
from tests.contract.ingest.base import EDITOR, migrated

BEGIN = """<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><link>https://cu.example</link>
<item><title>Mùa lúa</title><link>https://cu.example/lua/</link><wp:post_id>1</wp:post_id><wp:status>publish</wp:status>
<wp:post_type>post</wp:post_type><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt>
<content:encoded><![CDATA[<p>Lúa chín.</p>]]></content:encoded>"""
MAIL, NETWORK = "lan@thu.example", "203.0.113.7"


def comment(number: int, text: str = "Hay quá!", parent: int = 0, name: str = "Lan", **own: str) -> str:
    fields = {
        "id": str(number), "author": f"<![CDATA[{name}]]>", "author_email": MAIL, "author_IP": NETWORK,
        "date": "2020-02-03 11:05:06", "date_gmt": "2020-02-03 04:05:06", "content": f"<![CDATA[{text}]]>",
        "approved": "1", "type": "comment", "parent": str(parent), **own,
    }  # fmt: skip
    inside = "".join(f"<wp:comment_{key}>{value}</wp:comment_{key}>" for key, value in fields.items())
    return f"<wp:comment>{inside}</wp:comment>"


def run(path: Path, *found: str, **options: Any) -> list[ImportResult]:
    path.write_text(f"{BEGIN}{''.join(found)}</item></channel></rss>", encoding="utf-8")
    return list(import_paths([path], Options(**options)))


def told(results: list[ImportResult]) -> str:
    report = ImportReport()
    for result in results:
        report.add(result)
    return report.text()


def kept(store: Engine) -> list[Any]:
    with read(store) as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


@pytest.fixture
def store() -> Engine:
    return migrated()


def test_public_comments_come_with_dates_names_and_answers(tmp_path: Path, store: Engine) -> None:
    found = [
        comment(3, "Tôi cũng thấy thế", parent=2, name="Bình"),
        comment(1, "<p>Dòng một<br>dòng &lt;hai&gt;</p><script>x()</script>", name="Lan &amp; Mai"),
        comment(2, "Đồng ý", parent=1, date_gmt="0000-00-00 00:00:00", type=""),
        comment(4, "Trả lời một thư rác", parent=9),
        comment(9, "mua thuốc", approved="spam"),
        comment(10, "chờ", approved="0"),
        comment(11, "liên kết", type="pingback"),
        comment(12, "dặn nhau trong bài", type="note"),
        comment(13, "<img src=x>"),
    ]
    foreseen = told(run(tmp_path / "x.xml", *found, dry_run=True))
    assert kept(store) == []
    results = run(tmp_path / "x.xml", *found)
    assert told(results) == foreseen
    assert "4 readers' comments" in foreseen and "found 10, taken 5, changed on the way 0, left out 5" in foreseen
    for line in ("1 bình luận: thư rác", "1 bình luận: chờ duyệt ở nơi cũ", "1 liên kết ngược: không phải lời bạn đọc",
                 "1 bình luận loại note: ", "1 bình luận: không có chữ"):  # fmt: skip
        assert line in foreseen
    by_name = {(row.name, row.text): row for row in kept(store)}
    first = by_name["Lan & Mai", "Dòng một\ndòng <hai>"]
    assert (first.status, first.at, first.parent_id) == ("approved", datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC), None)
    # Readers see one level of answers; without UTC the site's clock tells when.
    assert by_name["Lan", "Đồng ý"].parent_id == by_name["Bình", "Tôi cũng thấy thế"].parent_id == first.id
    assert by_name["Lan", "Đồng ý"].at == first.at
    assert by_name["Lan", "Trả lời một thư rác"].parent_id is None
    with read(store) as connection:
        events = connection.execute(select(outbox.c.key).where(outbox.c.kind == "comment_published")).scalars()
        assert {int(key) for key in events} == {row.id for row in by_name.values()}


def test_nobodys_addresses_are_published_again(tmp_path: Path, store: Engine) -> None:
    found = (
        comment(1, f"Viết cho tôi: {MAIL} (gửi từ {NETWORK})"),
        comment(2, name=MAIL),
        comment(3, name=NETWORK),
        comment(4, name=f"Bình ({MAIL})"),
    )
    run(tmp_path / "x.xml", *found)
    rows = kept(store)
    assert [row.name for row in rows] == ["Lan", "Bạn đọc", "Bạn đọc", "Bình"]
    assert not any(MAIL in str(row) or NETWORK in str(row) for row in rows)


def test_comments_come_once_and_what_was_decided_here_stays(tmp_path: Path, store: Engine) -> None:
    run(tmp_path / "x.xml", comment(1))
    comments.reject(store, kept(store)[0].id, EDITOR)
    (again,) = run(tmp_path / "x.xml", comment(1), comment(2, parent=2))
    assert (again.status, again.comments) == ("unchanged", 2)
    assert [(row.status, row.parent_id) for row in kept(store)] == [("rejected", None), ("approved", None)]


def test_comments_of_what_is_not_taken_are_counted(tmp_path: Path, store: Engine) -> None:
    trashed = BEGIN[BEGIN.index("<item>") :].replace("publish<", "trash<").replace("post_id>1", "post_id>2")
    results = run(tmp_path / "x.xml", f"</item>{trashed}", comment(1))
    assert ("bình luận", "của mục không nhập", 1) in {(one.kind, one.error, one.count) for one in results}
