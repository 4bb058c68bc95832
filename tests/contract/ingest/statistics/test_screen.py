"""Readers' figures, on the screen and in the files people take away."""

import csv
import html
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.counter.store import versions_after
from services.ingest.desk_kit import asking
from services.ingest.events import build_from
from services.ingest.kit import audit
from services.ingest.kit.actors import Role
from services.ingest.kit.tables import outbox
from services.ingest.sections import store as sections
from services.ingest.statistics import screen as statistics
from services.ingest.statistics import store
from shared.ask import Asker
from shared.celery_factory import make_celery
from shared.contracts.articles import ArticleState
from shared.contracts.commands import CountViews, ListAppliedBatches
from shared.contracts.events import ArticlePublished, TrendingRule, TrendingRulesChanged
from shared.contracts.messages import Query
from shared.contracts.statistics import (
    ArticleStatistics,
    ArticleStatisticsAnswer,
    LiveNow,
    LiveNowAnswer,
    SearchedQuery,
    SearchStatistics,
    SearchStatisticsAnswer,
    SiteStatistics,
    SiteStatisticsAnswer,
    ViewAudit,
    ViewAuditAnswer,
    ViewAuditHour,
    ViewedArticle,
    ViewPoint,
    ViewShare,
)
from shared.database import engine, read, write
from shared.publishing import send_all, send_command
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import ROOT
from tests.contract.ingest.newsroom import EVIL, Newsroom, download, publish, words, workbook
from tests.servers import RedisServer
from tests.tables import migrated
from tests.wait import until
from toasoan.processes import die_with_parent


def test_statistics_say_so_while_the_counter_is_away(newsroom: Newsroom, sqlite: Engine) -> None:
    story = publish(sqlite)
    chief = newsroom.sign_in(Role.chief)
    for path in (
        "/so-lieu",
        f"/so-lieu/bai/{story}",
        "/bay-gio",
        "/bay-gio/phan",
        "/so-lieu/kiem-dem",
        "/so-lieu/tim-kiem",
    ):
        assert "Dịch vụ đếm chưa trả lời" in chief.get(path)
    chief.post(f"/so-lieu/bai/{story}/doc-nhieu", 422, rule="burn", position="1")


def test_what_editors_pin_is_kept_where_the_story_is_whatever_is_away(newsroom: Newsroom, sqlite: Engine) -> None:
    first, second = publish(sqlite), publish(sqlite)
    chief = newsroom.sign_in(Role.chief)
    for story, rule, position in ((first, "pin", 3), (second, "exclude", 1), (first, "pin", 2)):
        chief.post(f"/so-lieu/bai/{story}/doc-nhieu", rule=rule, position=str(position))
    assert "ghim vào danh sách đọc nhiều, vị trí 2" in chief.get(f"/so-lieu/bai/{first}")
    chief.post(f"/so-lieu/bai/{second}/doc-nhieu", rule="none", position="1")
    told = build_from(sqlite, TrendingRulesChanged.kind, [("1", 4)])["1", 4]
    assert told == TrendingRulesChanged(version=4, rules=(TrendingRule(article_id=first, rule="pin", position=2),))


def test_what_a_desk_of_the_release_before_pinned_during_an_update_is_taken_over(sqlite: Engine) -> None:
    def said_by_the_release_before(story: int, **detail: Any) -> None:
        with write(sqlite) as connection:
            audit.append(connection, EDITOR.name, "trending.set", f"trending:{story}", detail)

    def told() -> list[tuple[str, int]]:
        with read(sqlite) as connection:
            rows = connection.execute(select(outbox.c.kind, outbox.c.version).order_by(outbox.c.id))
            return [(kind, version) for kind, version in rows if kind == TrendingRulesChanged.kind]

    store.adopt(sqlite)
    store.set_rule(sqlite, EDITOR, 1, "exclude", 5)
    said_by_the_release_before(2, rule="pin", position=3)
    for _ in range(2):
        store.adopt(sqlite)
    of = TrendingRulesChanged.kind
    assert told() == [(of, 1), (of, 2)]
    found = build_from(sqlite, of, [("1", 2)])["1", 2]
    rules = (TrendingRule(article_id=2, rule="pin", position=3), TrendingRule(article_id=1, rule="exclude"))
    assert found == TrendingRulesChanged(version=2, rules=rules)
    store.set_rule(sqlite, EDITOR, 2, "none", 1)
    store.adopt(sqlite)
    assert told()[2:] == [(of, 3)]


# A table that has grown beyond all measure.
_ENDLESS = """CREATE VIEW article_authors AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n
    WHERE x < 1000000000) SELECT x % 3 AS article_id, 'a' AS slug, 'A' AS name FROM n"""


@pytest.fixture
def counting(broker: RedisServer, counters_redis: RedisServer) -> Iterator[Asker]:
    """A running counter that knows an article; what it is asked by."""
    counts = migrated("counter")
    command = [sys.executable, "-m", "services.counter.worker"]
    worker = subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent(os.getpid()))
    asking.close()
    asker = Asker(make_celery("web")).start()
    story = ArticleState(
        id=1,
        version=1,
        status="published",
        title="Lúa chín",
        slug="lua",
        section_slug="thoi-su",
        section_name="Thời sự",
        updated_at=datetime.now(UTC),
    )
    send_all(make_celery("web"), [(ArticlePublished(article=story), 1, 1)])
    try:
        until(lambda: versions_after(counts, 0, 1), 60, "the counter knows the article")
        yield asker
    finally:
        asker.close()
        asking.close()
        worker.kill()
        worker.wait(25)


def test_a_question_that_takes_too_long_is_said_to_and_stops_no_other_and_no_view(
    counting: Asker, newsroom: Newsroom
) -> None:
    def view(name: str) -> None:
        views = ((1, name, int(time.time()), ""),)
        send_command(make_celery("web"), CountViews(batch_id=name, views=views))
        asked = ListAppliedBatches(names=(name,))
        until(lambda: counting.ask_sync(asked, 2.0).names, 30, "the view is counted")

    chief = newsroom.sign_in(Role.chief)
    view("0123456789abcdef-0")
    until(lambda: "1 lượt xem từ" in words(chief.get("/so-lieu?ky=365")), 30, "the desk has figures")
    with write(engine("counter")) as connection:
        connection.exec_driver_sql("DROP TABLE article_authors")
        connection.exec_driver_sql(_ENDLESS)
    page = chief.client.get("/desk/so-lieu?ky=365", timeout=asking.SECONDS * 3)
    assert "Dịch vụ đếm chưa trả lời" in page.text
    view("0123456789abcdef-1")
    until(lambda: "Dịch vụ đếm chưa trả lời" not in chief.get("/bay-gio"), 20, "what is short is answered")


class Counter:
    """Stands in for the counter's worker: answers each question, and notes it."""

    def __init__(self) -> None:
        self.asked: list[Query[Any]] = []

    def __call__(self, query: Query[Any]) -> Any:
        self.asked.append(query)
        at = datetime(2026, 10, 14, 17, tzinfo=UTC)
        story = ViewedArticle(id=1, title=EVIL, path="/kinh-te/x-1", section_name="Kinh tế", views=1234, total=5678)
        points = (ViewPoint(at=at, views=1200, readers=900), ViewPoint(at=at + timedelta(days=1), views=34))
        sources = (ViewShare(key="", name="", views=900), ViewShare(key="tim.example", name="tim.example", views=300))
        searched = SearchedQuery(query="quy chế = 5 & 6", readers=1234, unfound=1200, clicked=3)
        evil = SearchedQuery(query=EVIL, readers=20, unfound=0, clicked=1)
        answers: dict[type[Query[Any]], Any] = {
            SiteStatistics: SiteStatisticsAnswer(
                views=1234, days=points, articles=(story,), sources=sources,
                sections=(ViewShare(key="kinh-te", name="Kinh tế", views=1234),),
                authors=(ViewShare(key="lan-anh", name="@Lan Anh", views=1234),),
            ),
            ArticleStatistics: ArticleStatisticsAnswer(article=story, opening_views=5000, hours=points, days=points),
            LiveNow: LiveNowAnswer(readers=7, views_5_minutes=9, views_60_minutes=88, curve=points, articles=(story,)),
            SearchStatistics: SearchStatisticsAnswer(frequent=(searched,), unfound=(searched,), unclicked=(evil,)),
            ViewAudit: ViewAuditAnswer(hours=(ViewAuditHour(at=at, accepted=1200, rejected={"bot": 55}),)),
        }  # fmt: skip
        return answers[type(query)]


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    made = Counter()
    monkeypatch.setattr(statistics, "ask", made)
    return made


def test_statistics_are_shown_as_people_write_numbers(newsroom: Newsroom, sqlite: Engine, counter: Counter) -> None:
    story = publish(sqlite)
    chief = newsroom.sign_in(Role.chief)
    page = words(chief.get("/so-lieu?tu=2026-10-01&den=2026-10-20&muc=kinh-te"))
    assert "1.234 lượt xem từ 01/10/2026 đến 20/10/2026." in page
    assert "5.678" in page and "Vào thẳng, không rõ nguồn" in page and "tim.example" in page
    assert counter.asked[-1] == SiteStatistics(first=date(2026, 10, 1), last=date(2026, 10, 20), section_slug="kinh-te")
    # Days begin at midnight in Vietnam, seven hours before that of UTC.
    assert "15/10/2026" in page
    page = words(chief.get(f"/so-lieu/bai/{story}"))
    assert "5.678 lượt xem từ trước đến nay (gồm 5.000 lượt mang từ trang cũ)" in page
    assert "88" in words(chief.get("/bay-gio")) and "<html" not in chief.get("/bay-gio/phan")
    page = words(chief.get("/so-lieu/kiem-dem"))
    assert "1.200" in page and "máy tự động" in page
    # Nonsense is the last thirty days.
    chief.get("/so-lieu?tu=2026-10-20&den=2026-10-01&ky=12")
    asked = counter.asked[-1]
    assert isinstance(asked, SiteStatistics) and (asked.last - asked.first).days == 29


def test_statistics_name_sections_as_they_are_named_now(newsroom: Newsroom, sqlite: Engine, counter: Counter) -> None:
    publish(sqlite, section="Kinh tế")
    slugs = {one.slug: one.id for one in sections.listed(sqlite)}
    sections.save(sqlite, EDITOR, slugs["kinh-te"], name="Làm ăn")
    chief = newsroom.sign_in(Role.chief)
    for address in ("/so-lieu?tu=2026-10-01&den=2026-10-20", "/bay-gio"):
        page = words(chief.get(address))
        assert "Làm ăn" in page and "Kinh tế" not in page, address


def test_statistics_as_files_hold_numbers_and_no_formulas(newsroom: Newsroom, counter: Counter) -> None:
    chief = newsroom.sign_in(Role.chief)
    where = "/so-lieu?tu=2026-10-01&den=2026-10-20&xuat="
    table = download(chief, where + "csv", "so-lieu-2026-10-01-2026-10-20.csv")
    assert table.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(table.decode("utf-8-sig")))
    assert header == ["Mã", "Tên bài", "Chuyên mục", "Lượt xem trong kỳ", "Tổng lượt xem"]
    assert row == ["1", f"'{EVIL}", "Kinh tế", "1234", "5678"]
    book = workbook(download(chief, where + "xlsx", "so-lieu-2026-10-01-2026-10-20.xlsx"))
    assert list(book) == ["Bài", "Ngày", "Chuyên mục", "Tác giả", "Nguồn"]
    assert book["Bài"][1] == [1, EVIL, "Kinh tế", 1234, 5678]
    assert book["Tác giả"][1] == ["@Lan Anh", 1234]
    assert book["Nguồn"][1] == ["Vào thẳng, không rõ nguồn", 900]


def test_what_readers_do_not_find_is_one_press_from_other_words_for_it(newsroom: Newsroom, counter: Counter) -> None:
    editor = newsroom.sign_in(Role.editor)
    assert "/desk/so-lieu/tim-kiem" in editor.get("/so-lieu")
    page = editor.get("/so-lieu/tim-kiem?ky=1")
    assert "1.234" in page and "Chưa đến một phần mười" in words(page)
    today = counter.asked[-1]
    assert isinstance(today, SearchStatistics) and today.first == today.last
    editor.get("/so-lieu/tim-kiem?ky=30")
    month = counter.asked[-1]
    assert isinstance(month, SearchStatistics) and (month.last - month.first).days == 29
    editor.post("/tu-tim-kiem", lines="UBND = Ủy ban nhân dân", version="0")
    synonym, pinned = (html.unescape(link) for link in re.findall(r'href="/desk(/tu-tim-kiem\?[^"]+)"', page)[-2:])
    for link, line in ((synonym, "quy chế 5 & 6 = "), (pinned, "quy chế 5 & 6 => ")):
        typed = re.search(r"<textarea[^>]*>(.*?)</textarea>", editor.get(link), re.DOTALL)
        assert typed and html.unescape(typed[1]) == f"{line}\nUBND = Ủy ban nhân dân"


def test_searches_as_files_hold_numbers_and_no_formulas(newsroom: Newsroom, counter: Counter) -> None:
    editor = newsroom.sign_in(Role.editor)
    assert "/desk/so-lieu/tim-kiem?ky=1&amp;xuat=xlsx" in editor.get("/so-lieu/tim-kiem?ky=1")
    answer = editor.client.get("/desk/so-lieu/tim-kiem?ky=1&xuat=csv")
    asked = counter.asked[-1]
    assert isinstance(asked, SearchStatistics) and asked.size == 200
    assert f'filename="tim-kiem-{asked.first}-{asked.last}.csv"' in answer.headers["content-disposition"]
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header == ["Từ tìm", "Người tìm", "Không thấy", "Mở bài"]
    book = workbook(editor.client.get("/desk/so-lieu/tim-kiem?ky=1&xuat=xlsx").content)
    assert list(book) == ["Từ tìm", "Tìm mà không thấy", "Thấy mà không mở"]
    assert rows == [["quy chế = 5 & 6", "1234", "1200", "3"], [f"'{EVIL}", "20", "0", "1"]]
    assert book["Từ tìm"][1:] == [["quy chế = 5 & 6", 1234, 1200, 3], [EVIL, 20, 0, 1]]
    assert book["Thấy mà không mở"][1:] == [[EVIL, 20, 0, 1]]


def test_who_may_not_say_what_words_mean_sees_the_searches_alone(newsroom: Newsroom, counter: Counter) -> None:
    page = newsroom.sign_in(Role.reporter).get("/so-lieu/tim-kiem")
    assert "quy chế" in page and "tu-tim-kiem?" not in page
