"""One article through the production house: PostgreSQL, two Redis with users, Elasticsearch, nginx before it all."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import psycopg
import pytest
from PIL import Image
from psycopg import sql

from deploy.grafana.boards.stores import STORES
from tests.production.compose import ROOT, example_environment, filled, load_yaml, raw
from tests.production.house import PROCESSES, Production
from tests.production.prometheus import metric_names
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.postgres, pytest.mark.elasticsearch, pytest.mark.timeout(300)]
RULES = ROOT / "deploy" / "prometheus" / "rules" / "house.yml"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, elasticsearch_url: str) -> Iterator[Production]:
    made = Production(tmp_path_factory.mktemp("production"), elasticsearch_url)
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture(scope="module")
def key(house: Production) -> str:
    return house.toasoan("keys", "create", "tests", "--scope", "publish")


def read(house: Production, path: str, **arguments: Any) -> httpx2.Response:
    """A reader's request, through nginx."""
    return house.nginx.get(house.site_host, path, **arguments)


def edit(house: Production, key: str, method: str, path: str, **arguments: Any) -> httpx2.Response:
    """An editor's program's request, through nginx."""
    headers = {"Authorization": f"Bearer {key}", **arguments.pop("headers", {})}
    return house.nginx.get(house.desk_host, path, method=method, headers=headers, **arguments)


def push(house: Production, key: str, **article: Any) -> dict[str, Any]:
    story = {
        "title": "Khánh thành cầu treo bản Nà Sản",
        "body": "Sáng nay, cầu treo bản Nà Sản được đưa vào sử dụng.",
        "body_format": "text",
        "section": "Xã hội",
        "status": "published",
        **article,
    }
    answer = edit(house, key, "POST", "/api/articles", json=story)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def shown(house: Production, path: str, status: int, text: str = "") -> httpx2.Response:
    def page() -> httpx2.Response | None:
        got = read(house, path)
        return got if got.status_code == status and text in got.text else None

    found = until(page, 30, f"{path} shows {text!r} with {status}")
    assert found
    return found


def found(house: Production, words: str) -> list[int]:
    answer = read(house, f"/api/search?q={quote(words)}")
    assert answer.status_code == 200, answer.text
    return [result["id"] for result in answer.json()["results"]]


def test_an_article_is_pushed_read_found_viewed_and_withdrawn(house: Production, key: str) -> None:
    article = push(house, key)
    path = urlsplit(article["url"]).path
    assert urlsplit(article["url"]).hostname == house.site_host
    page = shown(house, path, 200, "Khánh thành cầu treo bản Nà Sản")
    assert "X-Cache" in page.headers
    until(lambda: article["id"] in found(house, "cau treo ban na san"), 30, "the article is found")

    token = re.search(r'name="view-token" content="([^"]+)"', page.text)
    assert token
    for forged in ("203.0.113.7", "203.0.113.8", "203.0.113.9"):
        beacon = read(
            house,
            "/api/views",
            method="POST",
            content=json.dumps({"token": token[1]}),
            headers={"User-Agent": BROWSER, "X-Forwarded-For": forged, "Origin": f"https://{house.site_host}"},
        )
        assert beacon.status_code == 204
    until(lambda: read(house, f"/api/articles/{article['id']}").json()["views"] == 1, 30, "one reader, one view")

    gone = edit(house, key, "POST", f"/api/articles/{article['id']}/withdraw", json={"reason": "Tin sai"})
    assert gone.status_code == 200, gone.text
    shown(house, path, 410)
    until(lambda: article["id"] not in found(house, "cau treo ban na san"), 30, "the article is not found any more")


def test_pictures_come_from_the_volume(house: Production, key: str) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(picture, "JPEG")
    sent = edit(house, key, "POST", "/api/media", files={"file": ("anh.jpg", picture.getvalue(), "image/jpeg")})
    assert sent.status_code == 201, sent.text
    path = urlsplit(sent.json()["url"]).path
    assert read(house, path).status_code == 404, "nothing public shows it"
    assert edit(house, key, "GET", path).status_code == 200, "whoever may read drafts sees it"
    article = push(house, key, title="Ảnh chợ phiên", images=[{"media_id": sent.json()["id"]}])
    shown(house, urlsplit(article["url"]).path, 200, "/media/")
    got = read(house, path)
    assert (got.status_code, got.headers["Content-Security-Policy"]) == (200, "default-src 'none'; sandbox")
    assert got.headers["Content-Type"].startswith("image/")
    gone = edit(house, key, "POST", f"/api/articles/{article['id']}/withdraw", json={"reason": "Ảnh sai"})
    assert gone.status_code == 200, gone.text
    shown(house, urlsplit(article["url"]).path, 410)
    until(lambda: read(house, path).status_code == 404, 10, "the picture is gone with its article")


def test_a_page_that_was_read_is_served_while_web_is_down(house: Production, key: str) -> None:
    article = push(house, key, title="Chợ phiên vùng cao mở lại")
    path = urlsplit(article["url"]).path
    shown(house, path, 200, "Chợ phiên vùng cao mở lại")
    code, seconds = house.stop("web")
    try:
        assert code == 0, house.log("web")
        assert seconds < 30
        stale = until(lambda: (got := read(house, path)).headers["X-Cache"] == "STALE" and got, 20, "the copy is old")
        assert stale.status_code == 200
        assert "Chợ phiên vùng cao mở lại" in stale.text
        cold = read(house, "/trang-chua-ai-doc")
        assert (cold.status_code, cold.headers["Retry-After"]) == (503, "10")
    finally:
        house.restart("web")
    shown(house, path, 200)


def test_accounts_may_do_all_that_the_house_needs(house: Production, key: str) -> None:
    """What they may not is tried in test_accounts.py."""
    article = push(house, key, title="Đội bóng huyện thắng trận đầu")
    shown(house, urlsplit(article["url"]).path, 200)
    house.toasoan("reconcile")
    for process in PROCESSES:
        for refusal in ("NOPERM", "No permissions", "permission denied"):
            assert refusal not in house.log(process), house.log(process)


def test_a_redis_started_again_has_what_scripts_and_transactions_wrote(house: Production) -> None:
    """Redis checks what it reads from its own file against the default user, and drops what that may not do."""
    ours = house.redis("counters", "counter")
    ours.eval("redis.call('SET', 'ts:c:by-script', 1) redis.call('SETBIT', 'ts:c:bits', 3, 1)", 0)
    with ours.pipeline(transaction=True) as transaction:
        transaction.set("ts:c:in-transaction", 1)
        transaction.incr("ts:c:in-transaction")
        transaction.execute()
    house.processes["counters"].kill()
    house.processes["counters"].wait(10)
    house.start_redis("counters")
    again = house.redis("counters", "counter")
    assert (again.get("ts:c:by-script"), again.getbit("ts:c:bits", 3), again.get("ts:c:in-transaction")) == (
        b"1",
        1,
        b"2",
    )
    again.delete("ts:c:by-script", "ts:c:bits", "ts:c:in-transaction")


def test_a_backup_is_made_and_says_when(house: Production) -> None:
    metrics = f"http://127.0.0.1:{house.ports['backup']}/metrics"

    def made() -> float:
        text = httpx2.get(metrics, trust_env=False).text
        stated = re.search(r"^backup_last_success_timestamp_seconds (\S+)$", text, re.MULTILINE)
        return float(stated[1]) if stated else 0.0

    assert until(made, 60, "a backup is made") > 1.7e9, house.log("backup")
    (folder,) = [path for path in (house.folder / "backups").iterdir() if path.name.endswith("Z")]
    names = {entry["path"] for entry in json.loads((folder / "manifest.json").read_text())["files"]}
    assert {"ingest.dump", "counter.dump"} <= names
    assert house.is_healthy("backup")


def test_a_backup_that_fails_makes_its_container_unhealthy(house: Production) -> None:
    """Nobody gets into the databases: the dump fails, and Docker says so."""
    folder, aside = house.folder / "backups", house.folder / "aside"
    aside.mkdir()
    for path in folder.iterdir():
        path.rename(aside / path.name)
    with psycopg.connect(house.postgres.url(), autocommit=True) as connection:
        connection.execute("ALTER ROLE backup PASSWORD 'another'")
        house.stop("backup")
        try:
            house.spawn("backup")
            until(lambda: "backup failed" in house.log("backup"), 30, "the backup fails")
            until(lambda: not house.is_healthy("backup"), 40, "and shows")
        finally:
            connection.execute(
                sql.SQL("ALTER ROLE backup PASSWORD {}").format(example_environment()["BACKUP_PASSWORD"])
            )
            for path in aside.iterdir():
                path.rename(folder / path.name)
            house.stop("backup")
            house.restart("backup")


def test_every_process_says_its_figures(house: Production) -> None:
    for name in PROCESSES:
        answer = httpx2.get(f"http://127.0.0.1:{house.ports[name]}/metrics", trust_env=False)
        assert "process_resident_memory_bytes" in answer.text, name


def said(address: str) -> set[str]:
    """The names in an exporter's figures."""
    text = httpx2.get(address, trust_env=False, timeout=20).text
    return set(re.findall(r"^([a-z_:][\w:]*)", text, re.MULTILINE))


def test_exporters_say_what_dashboards_and_alerts_read(house: Production) -> None:
    redis_address = f"{house.exporter('redis-exporter')}/scrape?target=redis://127.0.0.1:{{}}"
    known = said(redis_address.format(house.ports["broker"])) & said(redis_address.format(house.ports["counters"]))
    for name in ("postgres-exporter", "elasticsearch-exporter", "nginx-exporter", "node-exporter"):
        known |= said(f"{house.exporter(name)}/metrics")
    known |= said(f"http://127.0.0.1:{house.ports['backup']}/metrics")
    listed = (Path(__file__).parent / "celery_exporter.txt").read_text().splitlines()
    # Prometheus tells of each of them whether it answered.
    known |= {line for line in listed if not line.startswith("#")} | {"up"}
    panels = [panel for row in STORES.rows for panel in row.panels]
    read_by_panels = {name for panel in panels for _, query in panel.queries for name in metric_names(query)}
    rules = [rule for group in load_yaml(RULES)["groups"] if group["name"] == "stores" for rule in group["rules"]]
    assert read_by_panels - known == set()
    assert {name for rule in rules for name in metric_names(rule["expr"])} - known == set()


def test_logs_are_one_json_object_a_line(house: Production) -> None:
    for name in PROCESSES:
        for line in (house.folder / f"{name}.log").read_text().splitlines():
            assert isinstance(json.loads(line), dict), (name, line)


def test_secrets_do_not_stand_in_logs(house: Production) -> None:
    secrets = [value for name, value in example_environment().items() if "PASSWORD" in name or "SECRET" in name]
    for path in [*house.folder.glob("*.log"), *(house.folder / "nginx").glob("*.log")]:
        text = path.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], path


def test_every_process_stops_in_time(house: Production) -> None:
    services = filled(raw(), example_environment())["services"]
    for name in PROCESSES:
        code, seconds = house.stop(name)
        assert code == 0, house.log(name)
        assert seconds < float(services[name]["stop_grace_period"].removesuffix("s")), name


def test_a_lost_database_is_restored(house: Production, key: str) -> None:
    """After all others: the house is stopped, its databases and counts are emptied."""
    last = str(house.folder / "backups" / "last")
    house.toasoan("backup", last)
    for name in ("ingest", "counter", "web"):
        with psycopg.connect(house.postgres.url(name), autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE")
    counters, looking = house.redis("counters", "counter"), house.redis("counters", "tools")
    for counted in looking.scan_iter("ts:c:*"):
        counters.delete(counted)
    house.toasoan("restore", last)
    password = example_environment()["INGEST_DATABASE_PASSWORD"]
    with psycopg.connect(
        host="127.0.0.1",
        port=house.postgres.port,
        user="ingest",
        password=password,
        dbname="ingest",
        options="-csearch_path=ingest",
    ) as connection:
        (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone() or (0,)
        connection.execute("INSERT INTO sections SELECT * FROM sections WHERE false")
    assert articles >= 3
