"""A house started as docs/deploy.md says does its work through nginx, and is watched."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from shared.contracts.queues import CONSUMERS
from tests.browser.chromium import EXECUTABLE, READER, chromium
from tests.compose.house import ADMIN, DESK_HOST, SITE_HOST, ComposeHouse
from tests.newsroom import new_word
from tests.tls import Authority, Door
from tests.wait import until

_WORD = "một mật khẩu đủ dài"


def test_every_container_is_up_and_healthy(house: ComposeHouse) -> None:
    bad = {row["Service"]: row["Status"] for row in house.containers() if not _is_well(row)}
    assert not bad


def _is_well(row: dict[str, Any]) -> bool:
    if row["Service"].endswith(("-migrate", "-accounts")):
        return (row["State"], row["ExitCode"]) == ("exited", 0)
    return row["State"] == "running" and row["Health"] in ("", "healthy")


def test_nothing_but_nginx_is_published(house: ComposeHouse) -> None:
    published = {
        row["Service"] for row in house.containers() if any(port["PublishedPort"] for port in row["Publishers"] or [])
    }
    assert published == {"nginx"}


def test_an_article_is_read_found_counted_and_talked_about(house: ComposeHouse) -> None:
    word = new_word("tin")
    saved = house.publish("Chợ phiên đông khách", word)
    number, path = saved["id"], saved["path"]
    # A copy made in the moment between is given for as long as it is kept (cache.conf).
    until(lambda: "Chợ phiên đông khách" in house.site("/").text, 10, "the front page shows it")

    def found() -> bool:
        return number in [hit["id"] for hit in house.site(f"/api/search?q={word}").json()["results"]]

    until(found, 60, "search finds the article")
    assert path in house.site(f"/tim-kiem?q={word}").text

    assert house.read_and_count(path) == 204
    until(lambda: house.views(number) == 1, 60, "the view is counted")

    said = {"name": "Bà Sín", "text": "Bài viết rất hữu ích cho bà con."}
    assert house.site(f"/api/articles/{number}/comments", "POST", json=said).status_code == 202
    asked = f"SELECT status FROM comments WHERE article_id = {number}"

    def held() -> bool:
        rows = house.compose("exec", "postgres", "psql", "-U", "toasoan", "-d", "ingest", "-Atc", asked)
        return rows.split() == ["held"]

    until(held, 60, "the comment waits for an editor")
    assert house.site(f"/api/articles/{number}/comments").json()["comments"] == []


def test_many_articles_come_at_once(house: ComposeHouse) -> None:
    """More than the buffers between the sender, nginx and ingest hold."""
    text = "<p>" + "Nước về tới bản, lúa xanh đồng trên. " * 60 + "</p>"
    lines = [
        json.dumps({"title": f"Tin {number}", "section": "Thời sự", "body": text, "external_id": f"nhieu-{number}"})
        for number in range(600)
    ]
    kind = {"Content-Type": "application/x-ndjson"}
    answer = house.api("POST", "/api/articles:batch", content="\n".join(lines), headers=kind, timeout=120)
    assert [json.loads(line).get("result") for line in answer.text.splitlines()] == ["created"] * 600


def test_a_picture_is_shown(house: ComposeHouse) -> None:
    content = io.BytesIO()
    Image.new("RGB", (1200, 800), "#527a66").save(content, "JPEG")
    answer = house.api("POST", "/api/media", files={"file": ("cho.jpg", content.getvalue())})
    assert answer.status_code == 201, answer.text
    address = answer.json()["url"]
    assert address.startswith(f"{house.site_url}/media/")
    path = address.removeprefix(house.site_url)
    assert house.site(path).status_code == 404, "nothing public shows it"
    house.publish("Chợ có ảnh", new_word("anh"), images=[{"media_id": answer.json()["id"]}])
    shown = house.site(path)
    assert shown.status_code == 200
    assert Image.open(io.BytesIO(shown.content)).size == (1200, 800)


def test_other_hosts_and_inner_pages_get_no_answer(house: ComposeHouse) -> None:
    for path in ("/metrics", "/healthz", "/readyz"):
        assert house.site(path).status_code == 404
        assert house.ask(DESK_HOST, "GET", path).status_code == 404
    with pytest.raises(Exception, match=r"[Dd]isconnected|[Ee]mpty|closed"):
        house.ask("khac.example", "GET", "/")


def test_the_first_account_writes_at_the_desk(house: ComposeHouse, tmp_path: Path) -> None:
    """In a browser: the one-time password, a new one, and the editor of an article's form is there."""
    if EXECUTABLE is None:
        pytest.skip("Chromium is not installed")
    once, said = house.word_of("users create"), []
    rules = f"--host-resolver-rules=MAP {SITE_HOST} 127.0.0.1, MAP {DESK_HOST} 127.0.0.1"
    door = Door(Authority(tmp_path).certificate(DESK_HOST), house.tls_port, house.port)
    with door, chromium(rules) as browser:
        page = browser.new_context(locale="vi-VN", user_agent=READER, ignore_https_errors=True).new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"{house.desk_url}/desk/bai")
        page.get_by_label("Địa chỉ thư").fill(ADMIN)
        page.get_by_label("Mật khẩu").fill(once)
        page.keyboard.press("Enter")
        page.get_by_label("Mật khẩu hiện tại").fill(once)
        page.get_by_label("Mật khẩu mới", exact=True).fill(_WORD)
        page.get_by_label("Nhập lại mật khẩu mới").fill(_WORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Chính")).to_contain_text("Đăng xuất", timeout=30_000)
        page.goto(f"{house.desk_url}/desk/bai/moi")
        expect(page.locator("html[data-editor=ready]")).to_be_attached(timeout=30_000)
        expect(page.get_by_role("textbox", name="Nội dung", exact=True)).to_be_editable()
        page.goto(f"{house.desk_url}/desk/nhap-xuat")
        page.get_by_label("Tệp", exact=True).set_input_files(_zip_of_a_page(tmp_path))
        page.get_by_role("button", name="Gửi tệp").click()
        ended = page.get_by_role("listitem").filter(has_text="trang-cu.zip")
        expect(ended).to_contain_text("1 mục, nếu nhập thật", timeout=60_000)
        expect(ended.locator(".is-published")).to_be_visible()
    assert said == []


def _zip_of_a_page(folder: Path) -> Path:
    made = folder / "trang-cu.zip"
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("bai.html", "<title>Chợ phiên</title><article><h1>Chợ phiên</h1><p>Đông vui.</p></article>")
    return made


def test_prometheus_reaches_everything_and_its_rules_hold(house: ComposeHouse) -> None:
    here = {row["Service"] for row in house.containers()}

    def down() -> list[str]:
        targets = house.prometheus("targets?state=active")["activeTargets"]
        jobs = {target["labels"]["job"] for target in targets}
        assert {"web.http", "ingest.relay", "search.index", "counter.worker", "backup", "celery"} <= jobs
        wanted = [target for target in targets if target["labels"]["job"] != "grafana" or "grafana" in here]
        return [f"{target['labels']}: {target['lastError']}" for target in wanted if target["health"] != "up"]

    until(lambda: not down(), 90, "every target is up")
    for name in ("redis_up", "pg_up", "nginx_up"):
        values = [float(sample["value"][1]) for sample in house.prometheus(f"query?query={name}")["result"]]
        assert values and all(values), f"{name}: {values}"

    rules = [rule for group in house.prometheus("rules")["groups"] for rule in group["rules"]]
    assert len(rules) > 20
    until(lambda: _rules_by_health(house) == {"ok"}, 60, "every rule was evaluated")


def _rules_by_health(house: ComposeHouse) -> set[str]:
    groups = house.prometheus("rules")["groups"]
    return {f"{rule['health']} {rule.get('lastError', '')}".strip() for group in groups for rule in group["rules"]}


def test_celery_exporter_knows_the_workers(house: ComposeHouse) -> None:
    def queues() -> set[str]:
        samples = house.prometheus("query?query=celery_active_worker_count")["result"]
        return {sample["metric"]["queue_name"] for sample in samples if float(sample["value"][1]) > 0}

    until(lambda: queues() >= {str(queue) for queue in CONSUMERS}, 90, "each queue has a worker")


def test_the_house_backs_itself_up(house: ComposeHouse) -> None:
    def whole() -> list[str]:
        listed = house.compose("exec", "backup", "sh", "-c", "ls -d /backups/*/manifest.json").split()
        return [name for name in listed if re.fullmatch(r"/backups/\d{8}T\d{6}Z/manifest\.json", name)]

    until(whole, 120, "a backup is whole")
    health = {row["Service"]: row["Health"] for row in house.containers()}
    assert health["backup"] == "healthy"
    figure = house.prometheus("query?query=backup_last_bytes")["result"]
    assert float(figure[0]["value"][1]) > 0
