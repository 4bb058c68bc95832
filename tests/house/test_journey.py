"""A whole article goes all the way: imported from the text of its page, read, found, counted, corrected, withdrawn."""

import html
import re
import shlex
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from shared.vietnamese.text import fold
from tests.documented import told
from tests.house import ROOT, House
from tests.pages import PAGES
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(300)]

AGENT = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
_TOKEN = re.compile(r'<meta name="view-token" content="([^"]+)">')


def words_of(page: str) -> str:
    """The words of an HTML page, as somebody reads them out: no markup, single spaces."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "\n", body))
    return " ".join(text.split())


def view(house: House, page: str, agent: str = AGENT) -> int:
    """Send the page's beacon as a browser does."""
    token = _TOKEN.search(page)
    assert token, "the page has a view token"
    headers = {"user-agent": agent, "origin": house.web_url, "sec-fetch-site": "same-origin"}
    return house.client.post(f"{house.web_url}/api/views", json={"token": token[1]}, headers=headers).status_code


@pytest.fixture(scope="module", params=PAGES, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(scope="module")
def address(house: House, text: Path) -> str:
    """Of the article on its page, imported from its text by the command line."""
    printed = house.toasoan("import", str(text)).stdout.split("\n")[0]
    _id, status, url = printed.split("\t")
    assert status in ("created", "unchanged")
    house.until_page(url)
    # The earlier views take the way over the counter, and come a moment after the words.
    until(lambda: re.search(r"Lượt xem: 5\.5\d\d\b", words_of(house.get(url).text)), 20, "the earlier views are shown")
    return url


def test_the_page_has_every_word_of_the_text(house: House, text: Path, address: str) -> None:
    page = words_of(house.get(address).text)
    lines = [" ".join(line.split()) for line in text.read_text(encoding="utf-8").splitlines() if line.strip()]
    place = 0
    for line in lines:
        for part in re.split(r"Lượt xem: \d+", line):
            part = part.strip()
            # The page has furniture between the article's parts, the article's parts come in the text's order.
            found = page.find(part, place)
            assert found >= 0, f"{part[:60]!r} is not there, or not in its place"
            place = found + len(part)
    assert re.search(r"Lượt xem: 5\.5\d\d\b", page)


def test_the_parts_are_told_apart(house: House, text: Path, address: str) -> None:
    lines = [line.strip() for line in text.read_text(encoding="utf-8").splitlines() if line.strip()]
    page = house.get(address).text
    captions = [
        html.unescape(text).strip() for text in re.findall(r"<figcaption[^>]*>(.*?)</figcaption>", page, re.DOTALL)
    ]
    captions = [" ".join(re.sub(r"<[^>]+>", "", caption).split()) for caption in captions]
    assert captions == [lines[3], lines[7]]
    article_id = address.rpartition("-")[2]
    article = house.get(f"/api/articles/{article_id}").json()
    assert article["title"] == lines[0]
    dateline, _, opening = lines[2].partition(" - ")
    assert article["dateline"] == dateline
    assert article["byline"] == lines[-4]
    assert article["published_at"] == "2023-01-09T17:59:00+07:00"
    assert opening in html.unescape(re.sub(r"<[^>]+>", "", article["body"]))
    assert article["views"] >= 5546


def test_it_is_found_with_marks_and_without(house: House, text: Path, address: str) -> None:
    article_id = int(address.rpartition("-")[2])
    title = text.read_text(encoding="utf-8").partition("\n")[0]
    for query in (title, fold(" ".join(title.split()[:6]))):

        def first(query: str = query) -> bool:
            results = house.get("/api/search", params={"q": query}).json().get("results", [])
            return bool(results) and results[0]["id"] == article_id and results[0]["url"] == address

        until(first, 30, f"{query} finds it")


def test_importing_it_again_changes_nothing(house: House, text: Path, address: str) -> None:
    printed = house.toasoan("import", str(text)).stdout
    assert printed.split("\t")[1:] == ["unchanged", address + "\n"]
    article_id = address.rpartition("-")[2]
    assert house.get(f"/api/articles/{article_id}").json()["version"] == 1


def test_readers_are_counted_on_from_there(house: House, address: str) -> None:
    page = house.get(address).text
    before = house.get(f"/api/articles/{address.rpartition('-')[2]}").json()["views"]
    assert view(house, page) == 204
    assert view(house, page) == 204  # the same reader within half an hour
    assert view(house, page, AGENT.replace("140", "139")) == 204
    assert view(house, page, "Googlebot/2.1 (+http://www.google.com/bot.html)") == 204
    printed = f"{before + 2:,}".replace(",", ".")
    house.until_page(address, f"Lượt xem: {printed}")


def test_a_correction_and_a_withdrawal_reach_every_reader(house: House) -> None:
    saved = house.push(title="Đường lên bản mới", body="Con đường dài 12 km.", section="Xã hội", external_id="duong-1")
    house.until_page(saved["url"], "12 km")

    def is_found() -> bool:
        results = house.get("/api/search", params={"q": "đường lên bản mới"}).json()["results"]
        return saved["id"] in [result["id"] for result in results]

    until(is_found, 30, "search finds it")
    notice = {"notice": "Bài viết ghi sai chiều dài con đường.", "wrong": "12 km", "right": "21 km"}
    fixed = house.api(
        "POST", f"/api/articles/{saved['id']}/correct", json={**notice, "body": "<p>Con đường dài 21 km.</p>"}
    )
    assert fixed.status_code == 200, fixed.text
    page = house.until_page(saved["url"], "21 km")
    assert "Thông tin cải chính, xin lỗi" in page
    house.until_page("/cai-chinh", "Đường lên bản mới")
    gone = house.api("POST", f"/api/articles/{saved['id']}/withdraw", json={"reason": "Thông tin chưa kiểm chứng."})
    assert gone.status_code == 200
    house.until_page(saved["url"], "", status=410)
    until(lambda: not is_found(), 30, "search forgets it")

    def forgets(path: str) -> bool:
        return "duong-len-ban-moi" not in house.get(path).text

    for path in ("/", "/xa-hoi", "/rss.xml", "/sitemap-0.xml", "/cai-chinh"):
        until(partial(forgets, path), 10, f"{path} forgets it")


def test_a_scheduled_story_goes_out_at_its_time(house: House) -> None:
    from datetime import UTC, datetime, timedelta

    due = datetime.now(UTC) + timedelta(seconds=4)
    saved = house.push(title="Hẹn giờ lên trang", published_at=due.isoformat())
    assert saved["status"] == "scheduled"
    assert house.get(saved["url"]).status_code == 404
    house.until_page(saved["url"], "Hẹn giờ lên trang")
    assert time.time() >= due.timestamp()


def test_a_reader_s_comment_waits_for_approval(house: House) -> None:
    saved = house.push(title="Bài có bình luận")
    house.until_page(saved["url"])
    comments = f"{house.web_url}/api/articles/{saved['id']}/comments"
    sent = house.client.post(comments, json={"name": "Bà Sín", "text": "Bài viết rất hữu ích cho bà con."})
    assert sent.status_code == 202, sent.text
    assert house.get(comments).json()["comments"] == []
    refused = house.client.post(comments, json={"name": "", "text": "x" * 4000})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {"name", "text"}

    def waits() -> bool:
        from sqlalchemy import create_engine, text

        engine = create_engine(f"sqlite:///{Path(house.data_dir) / 'ingest.db'}")
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT status FROM comments WHERE name = 'Bà Sín'")).all()
        return rows == [("held",)]

    until(waits, 20, "the comment waits for a moderator")


def test_what_the_first_hour_shows_works(house: House, tmp_path: Path) -> None:
    """The listings of docs/first-hour.md after `make run`, typed as they stand there but for this house's ports."""
    shown = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "first-hour.md").read_text(), re.MULTILINE | re.DOTALL)
    assert shown.pop(0) == "make run\n"
    told = _typed(house, tmp_path, "".join(shown).replace("curl ", "curl --no-progress-meter --fail-with-body "))
    assert '"status":"published"' in told
    assert "web.http" in told
    assert (tmp_path / "first-backup" / "manifest.json").is_file()


def test_what_moving_from_wordpress_shows_works(house: House, tmp_path: Path) -> None:
    (tmp_path / "wp-content" / "uploads").mkdir(parents=True)
    (tmp_path / "export.xml").write_text(_EXPORT)
    shown = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "docs" / "from-wordpress.md").read_text(), re.MULTILINE | re.DOTALL
    )
    dry, real = (_typed(house, tmp_path, listing) for listing in shown)
    assert "created" in dry
    house.until_page(real.split("\n")[0].split("\t")[2])


def test_what_running_the_house_shows_works(house: House, tmp_path: Path) -> None:
    """Every command of docs/ops.md but `up`, typed in a running house, with something of it in its capitals' place."""
    number = house.push(title="Bài có lượt xem ghi nhầm", external_id="ops-1")["id"]

    def is_counted() -> bool:
        return (
            house.toasoan("views", "correct", str(number), "+5", "--reason", "đưa từ nơi cũ", check=False).returncode
            == 0
        )

    until(is_counted, 30, "the counter knows the article")
    restored = House(tmp_path / "new")
    words = {"EMAIL": "lan@bao.example", "NAME": "dây tin", "ARTICLE": str(number), "DELTA": "-5", "…": "ghi nhầm"}
    said: dict[str, str] = {}
    for typed in dict.fromkeys(told((ROOT / "docs" / "ops.md").read_text())):
        command = [words.get(word, word.replace("/backups", str(tmp_path))) for word in shlex.split(typed)]
        if command[0] in ("up", "restore"):
            continue
        said[typed] = house.toasoan(*command).stdout
    assert "web.http" in said["status"]
    assert "0 views" in said["views correct ARTICLE DELTA --reason …"]
    assert (tmp_path / "before" / "manifest.json").is_file()
    assert restored.toasoan("restore", str(tmp_path / "before")).stdout.startswith("Restored ")


def _typed(house: House, folder: Path, listing: str) -> str:
    """What a listing of a page prints when it is typed in this folder."""
    for written, here in (
        (".venv/bin/toasoan", f"{sys.executable} -m toasoan"),
        ("http://127.0.0.1:8000", house.web_url),
        ("http://127.0.0.1:8001", house.ingest_url),
        ("/tmp/first-backup", str(folder / "first-backup")),
    ):
        listing = listing.replace(written, here)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", listing],
        cwd=folder,
        env={**house.environment, "NO_PROXY": "*", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


_EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Báo cũ</title><link>https://bao.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://bao.example</wp:base_site_url>
<item><title>Hội làng bên sông</title><link>https://bao.example/2023/01/hoi-lang/</link>
<content:encoded><![CDATA[<p>Sáng nay, làng vào hội.</p>]]></content:encoded>
<wp:post_id>7</wp:post_id><wp:post_date>2023-01-09 17:59:00</wp:post_date>
<wp:post_date_gmt>2023-01-09 10:59:00</wp:post_date_gmt><wp:post_name>hoi-lang</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="category" nicename="thoi-su"><![CDATA[Thời sự]]></category></item>
</channel></rss>
"""
