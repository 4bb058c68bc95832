"""Every address of the desk, asked by every role with the ids of what belongs to others: drafts, plans, pictures,
comments, tips, notes, autosaves, uploads and royalties of another section.

The addresses are those of the app: a new one is walked by itself, and an id that nobody has put here fails the walk.
"""

import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from services.ingest.articles.screen import draft_search
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import autosaves, reading, workflow
from services.ingest.articles.versions import Saved
from services.ingest.authors.store import authors
from services.ingest.comments.store import comments
from services.ingest.desk_kit import asking, streams
from services.ingest.kit.actors import Role
from services.ingest.kit.tables import dead_letters
from services.ingest.kit.visibility import Seen
from services.ingest.media import imaging, uploads
from services.ingest.media import store as media
from services.ingest.planning import store as plans
from services.ingest.royalties.store import ledger
from services.ingest.royalties.tables import royalty_adjustments
from services.ingest.statistics import screen as statistics
from services.ingest.tips import store as tips
from shared import deadletter
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit, StoreDeadLetter
from shared.contracts.from_readers import SubmitComment, SubmitTip
from shared.contracts.messages import Query
from shared.contracts.statistics import (
    ArticleStatistics,
    ArticleStatisticsAnswer,
    LiveNow,
    LiveNowAnswer,
    SiteStatistics,
    SiteStatisticsAnswer,
    ViewedArticle,
)
from shared.database import read, write
from shared.settings import get_settings
from tests.contract.ingest.desk import HOUSE, Desk, Person, form_of
from tests.contract.ingest.desk_kit.test_rights import needed, routes

SECRET = "Vụ Kim Ngưu"
NARROW = ("reporter", "editor", "ops")
LETTER = "5a" * 16
KEY = "0123456789abcdef0123456789abcdef"
# Addresses that end the session or the account of who walks.
NOT_WALKED = {"/dang-xuat", "/mat-khau", "/tai-khoan/hai-lop"}
THIS_MONTH = f"{datetime.now(UTC):%Y-%m}"


@dataclass
class Secrets:
    """What another desk has, each with SECRET in its texts."""

    draft: int
    scheduled: int
    picture: int
    plan: int
    comment: int
    tip: int
    adjustment: int
    upload: str

    @property
    def ids(self) -> dict[str, Any]:
        """What stands for each name in a path; ids that only administrators ask by are those of nothing."""
        nothing = """user_id author_id invitation_id section_id rate_id job_id feed_id hook_id rule_id filter_id look_id
            browser_id"""
        return {
            **dict.fromkeys(nothing.split(), 999_999),
            "letter_id": LETTER,
            "entry": 999_999,
            "entry_id": 999_999,
            "id": self.draft,
            "article_id": self.draft,
            "comment_id": self.comment,
            "tip_id": self.tip,
            "place": 0,
            "media_id": self.picture,
            "plan_id": self.plan,
            "adjustment": self.adjustment,
            "upload_id": self.upload,
            "month": THIS_MONTH,
            "format": "ndjson",
            "slug": "khong-gop",
        }


@pytest.fixture
def secrets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    monkeypatch.setattr(asking, "SECONDS", 0.01)
    monkeypatch.setattr(streams, "LIFE_SECONDS", 0.01)
    owner = desk.be("editor", "van.hoa", section="van-hoa")
    picture = _picture(desk, owner)
    text = {"section": "van-hoa", "summary": SECRET, "body": f"<p>{SECRET} nổ ra.</p>", "byline": f"Bài: {SECRET}"}
    images = [{"media_id": picture, "caption": SECRET}]
    draft = desk.article(by=owner.actor_name, title=f"{SECRET}: bản nháp", images=images, **text).id
    waiting = desk.article(by=owner.actor_name, title=f"{SECRET}: hẹn giờ", **text).id
    store.publish(desk.store, waiting, HOUSE, at=datetime.now(UTC) + timedelta(minutes=30))
    workflow.add_note(desk.store, draft, SECRET, HOUSE)
    autosaves.keep(desk.store, owner.id, KEY, {"title": SECRET}, article_id=draft, base_version=1, sequence=0)
    plan = plans.Plan(date.today(), "", f"{SECRET}: đề tài", "article", desk.section_ids["van-hoa"], "", SECRET,
                      "planned", draft)  # fmt: skip
    plan_id = plans.add(desk.store, HOUSE, plan)
    comments.hold(desk.store, _comment(draft))
    comment = comments.queue(desk.store, Seen(None, ""))[0].id
    tips.hold(desk.store, SubmitTip(token="t", name=SECRET, text=f"{SECRET} nổ ra.", at=datetime.now(UTC)))
    tip = tips.listed(desk.store, "new")[0].id
    adjustment = ledger.adjust(desk.store, HOUSE, THIS_MONTH, author=SECRET, amount=1000, reason=SECRET)
    # The very name of who must not see it: a name gives no right.
    for role in NARROW:
        ledger.adjust(desk.store, HOUSE, THIS_MONTH, author=role, amount=1000, reason=SECRET)
    authors.give_account(desk.store, HOUSE, SECRET, owner.id)
    letter = StoreDeadLetter(
        id=LETTER, service="search", task="search.article_saved", source_queue="index", attempts=5,
        at=datetime.now(UTC),
        message={"events": [{"key": str(draft), "payload": {"article": {"id": draft, "title": SECRET}}}]},
        error=f"ValueError: {SECRET} was refused",
    )  # fmt: skip
    with write(desk.store) as connection:
        deadletter.store(connection, dead_letters, letter)
    answers = _Answers(draft)
    for module in (statistics, draft_search):
        monkeypatch.setattr(module, "ask", answers)
    upload = uploads.start(owner.id, f"{SECRET}.jpg", 10)
    return Secrets(draft, waiting, picture, plan_id, comment, tip, adjustment, upload)


@pytest.mark.parametrize("role", NARROW)
@pytest.mark.timeout(300)
def test_nothing_of_another_section_is_shown_or_changed(desk: Desk, secrets: Secrets, role: str) -> None:
    who = desk.be(role, section="kinh-te")
    before = _state(desk, secrets)
    open_to_ids, leaks = [], []
    for method, path in _addresses():
        answer = _ask(who, method, path, secrets)
        shown = answer.text + str(answer.headers)
        if SECRET in shown:
            leaks.append((method, path))
        if answer.status_code >= 500:
            leaks.append((method, f"{path} {answer.status_code}"))
        # Who looks after machines sees a letter, though not what is in it.
        if path == "/ops/thu/{letter_id}" and role == "ops":
            assert str(secrets.draft) in answer.text
        elif re.search(r"\{(?!month|format)", path) and answer.status_code not in (403, 404):
            open_to_ids.append((method, path, answer.status_code))
    assert leaks == [] and open_to_ids == []
    assert _state(desk, secrets) == before


@pytest.mark.parametrize("role", sorted(set(Role) - set(NARROW)))
def test_who_works_everywhere_sees_it(desk: Desk, secrets: Secrets, role: str) -> None:
    """That the walk above looks for what is there."""
    who = desk.be(role)
    draft, month = secrets.draft, THIS_MONTH
    pages = ["/", "/bai", f"/bai/{draft}", f"/bai/{draft}/phien-ban", f"/bai/{draft}/xem-truoc", "/kho", "/tim?q=Kim"]
    pages += ["/kho/tim.json", f"/kho/{secrets.picture}", "/lich", "/so-lieu", "/so-lieu?xuat=csv", "/bay-gio"]
    pages += [
        "/bay-gio/phan",
        f"/so-lieu/bai/{draft}",
        f"/nhuan-but?thang={month}",
        "/binh-luan",
        f"/lich/{secrets.plan}",
    ]
    pages += ["/nhat-ky", "/nhat-ky?q=Kim", "/ops", f"/ops/thu/{LETTER}"] if role in ("chief", "admin") else []
    assert [path for path in pages if SECRET not in who.get(path, follow_redirects=True).text] == []


def test_their_own_they_see(desk: Desk, secrets: Secrets) -> None:
    owner = desk.be("editor", "van.hoa")
    pages = ["/", "/bai", f"/bai/{secrets.draft}", "/kho", f"/kho/{secrets.picture}", "/lich", "/binh-luan", "/bay-gio"]
    pages += [f"/so-lieu/bai/{secrets.draft}", f"/nhuan-but?thang={THIS_MONTH}"]
    assert [path for path in pages if SECRET not in owner.get(path, follow_redirects=True).text] == []


def test_what_readers_see_has_numbers_and_pictures_for_all(desk: Desk, secrets: Secrets) -> None:
    reporter = desk.be("reporter", section="kinh-te")
    store.publish(desk.store, secrets.draft, HOUSE)
    assert SECRET in reporter.get(f"/so-lieu/bai/{secrets.draft}").text
    assert SECRET in reporter.get(f"/kho/{secrets.picture}").text and SECRET in reporter.get("/bay-gio").text
    assert reporter.get(f"/bai/{secrets.draft}").status_code == 403, "its versions and notes are its desk's"
    store.unpublish(desk.store, secrets.draft, HOUSE)
    for path in (f"/so-lieu/bai/{secrets.draft}", f"/kho/{secrets.picture}", "/bay-gio", "/so-lieu", "/kho"):
        assert SECRET not in reporter.get(path).text, path


# ---------------------------------------------------------------- how


def _addresses() -> list[tuple[str, str]]:
    found = [(method, route.path) for method, route in routes() if needed(route) is not None]
    walked = [(method, path) for method, path in found if method == "GET" or path not in NOT_WALKED]
    more = ["/tim?q=Kim", "/so-lieu?xuat=csv", "/so-lieu?xuat=xlsx", "/kho?q=Kim", "/kho/tim.json?q=Kim", "/bai?q=Kim"]
    more += [f"/nhuan-but?thang={THIS_MONTH}", f"/nhuan-but?thang={THIS_MONTH}&xuat=xlsx", f"/bai/moi?key={KEY}"]
    more += [f"/lich?thang={THIS_MONTH}", "/binh-luan?q=Kim", "/so-lieu/bai/{id}?xuat=csv"]
    more += ["/nhat-ky?q=Kim", "/nhat-ky?xuat=csv", "/nhat-ky?loai=article", "/nhat-ky?loai=plan"]
    return walked + [("GET", path) for path in more]


def _ask(who: Person, method: str, path: str, secrets: Secrets) -> Any:
    where = re.sub(r"\{(\w+)\}", lambda found: str(secrets.ids[found[1]]), path)
    # What forms of the desk bring along; the ids in it are those of others.
    form = {
        **form_of(Saved(secrets.draft, 1, "draft", "", "created"), title="Thay trộm"),
        "key": KEY,
        "restore": 1,
        "to": "submitted",
        "note": "Thay trộm",
        "id": secrets.comment,
        "decision": "approve",
        "days": 1,
        "text": "Thay trộm",
        "article_id": secrets.draft,
        "poster_id": secrets.picture,
        "author": SECRET,
        "account_id": who.id,
        "right": "1",
        "bottom": "1",
    }
    if method == "GET":
        return who.get(where, params={"cu": "1", "moi": "1"} if "so-sanh" in path else None)
    if method == "POST" and path != "/kho/tai-len":
        return who.post(where, form)
    return who.script(method, where, json={"name": "a.jpg", "size": 10}, headers={"upload-offset": "0"})


def _state(desk: Desk, secrets: Secrets) -> list[Any]:
    """What must not change by anything that others ask."""
    with read(desk.store) as connection:
        adjustments = connection.execute(select(royalty_adjustments)).all()
    article = [reading.article(desk.store, one)["version"] for one in (secrets.draft, secrets.scheduled)]
    held = [row.status for row in comments.queue(desk.store, Seen(None, ""))]
    held += [row.status for row in tips.listed(desk.store, "new")]
    owner = desk.be("editor", "van.hoa")
    writing = autosaves.listed(desk.store, owner.id, Seen(None, ""))
    upload = uploads.offset(owner.id, secrets.upload)
    notes = workflow.notes(desk.store, secrets.draft)
    rest = [media.one(desk.store, secrets.picture), plans.one(desk.store, secrets.plan), authors.listed(desk.store)]
    return [adjustments, article, held, writing, upload, notes, *rest]


def _picture(desk: Desk, owner: Person) -> int:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    folder = get_settings().media_dir
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "goc.jpg"
    path.write_bytes(file.getvalue())
    rebuilt = imaging.rebuild(path, folder)
    made = media.keep(desk.store, rebuilt, HOUSE, media.Origin(f"{SECRET}.jpg"), caption=SECRET, credit=SECRET)
    return int(made.id)


def _comment(article_id: int) -> SubmitComment:
    return SubmitComment(token="t" * 20, article_id=article_id, name=SECRET, text=SECRET, at=datetime.now(UTC))


class _Answers:
    """Stands in for search and counter, which know the draft by its title."""

    def __init__(self, article_id: int) -> None:
        story = ViewedArticle(id=article_id, title=SECRET, path="/x", section_name="Văn hóa", views=1, total=2)
        hit = SearchHit(id=article_id, title=SECRET, url="/x", section="Văn hóa", published_at=None, summary=SECRET,
                        highlight=SECRET, status="draft")  # fmt: skip
        self._answers: dict[type[Query[Any]], Any] = {
            SiteStatistics: SiteStatisticsAnswer(views=1, articles=(story,)),
            ArticleStatistics: ArticleStatisticsAnswer(article=story),
            LiveNow: LiveNowAnswer(readers=1, views_5_minutes=1, views_60_minutes=1, articles=(story,)),
            SearchArticles: SearchAnswer(total=1, took_ms=1.0, results=(hit,)),
        }

    def __call__(self, query: Query[Any]) -> Any:
        return self._answers.get(type(query))
