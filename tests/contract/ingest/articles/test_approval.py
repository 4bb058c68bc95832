"""Approval as an act: who may take which step, by every way in, and what ends an approval.

Each cell of the table is tried through the real doors. Whatever the answer, readers never get what nobody approved who
may: that is looked at after each try.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from services.ingest import scheduler
from services.ingest.accounts import bearer
from services.ingest.accounts.store import accounts, keys
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import reading, workflow
from services.ingest.articles.store.approvals import fault
from services.ingest.articles.store.revisions import with_state
from services.ingest.articles.tables import articles
from services.ingest.articles.versions import Saved
from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Forbidden
from services.ingest.kit.json_input import read_fields
from services.ingest.sections import store as sections
from shared.database import read, write
from shared.vietnamese.dates import VIETNAM
from tests.contract.ingest.desk import HOUSE, Desk, Person, form_of

ROLES = "reporter editor secretary chief admin ops".split()
SCOPES = "read draft publish".split()
# In "kinh-te" the secretary approves, in "van-hoa" the chief.
SECTIONS = ("kinh-te", "van-hoa")
# What is tried with an article of one's own that a chief has approved where it says so: each row for both sections.
TABLE: dict[str, tuple[str, str]] = {
    #                      reporter editor secretary chief admin ops | read draft publish
    "submit":             ("y y y y y - | - y y", "y y y y y - | - y y"),
    "finish editing":     ("- y y y y - | - y y", "- y y y y - | - y y"),
    "approve":            ("- - y y y - | - - y", "- - - y y - | - - y"),
    "change approved":    ("- - y y y - | - - y", "- - y y y - | - - y"),
    "publish approved":   ("- - y y y - | - - y", "- - y y y - | - - y"),
    "schedule approved":  ("- - y y y - | - - y", "- - y y y - | - - y"),
    "publish unapproved": ("- - y y y - | - - y", "- - - y y - | - - y"),
    "schedule unapproved": ("- - y y y - | - - y", "- - - y y - | - - y"),
    # A person's words wait as the prepared version, a program's go out.
    "change published":   ("- y y y y - | - - y", "- y y y y - | - - y"),
    "update published":   ("- - y y y - | - - -", "- - - y y - | - - -"),
    "correct published":  ("- - y y y - | - - y", "- - - y y - | - - y"),
}  # fmt: skip
STATUS_BEFORE = {"submit": "draft", "finish editing": "submitted", "approve": "edited"}
STATUS_AFTER = {
    "submit": "submitted",
    "finish editing": "edited",
    "approve": "approved",
    "change approved": "edited",
    "publish approved": "published",
    "schedule approved": "scheduled",
    "publish unapproved": "published",
    "schedule unapproved": "scheduled",
    "change published": "published",
    "update published": "published",
    "correct published": "published",
}
NOTICE = {"notice": "Thông tin cải chính, xin lỗi: sai giờ họp chợ.", "wrong": "giữa trưa", "right": "buổi chiều"}
LATER = "2027-11-01T08:00:00+07:00"


def expected(act: str, section: str, who: str) -> bool:
    words = TABLE[act][SECTIONS.index(section)].replace("|", "").split()
    return words[[*ROLES, *SCOPES].index(who)] == "y"


@pytest.fixture
def house(desk: Desk) -> Iterator[Desk]:
    """In "van-hoa" the chief approves."""
    bearer._recent.clear()
    sections.set_rules(desk.store, desk.section_ids["van-hoa"], list(sections.STEPS), "chief", HOUSE)
    yield desk


class Program:
    """A key with one scope, and the ways in that programs have."""

    def __init__(self, desk: Desk, scope: str) -> None:
        self.desk, self.scope, self.actor_name = desk, scope, f"key:{scope}"
        key = keys.create_key(scope, [scope], engine=desk.store)
        self.client = httpx2.Client(
            base_url=desk.base_url, timeout=30, trust_env=False, headers={"authorization": f"Bearer {key}"}
        )

    def ways(self, act: str) -> dict[str, Callable[[Saved, str], bool]]:
        """Way -> try the act with an article; whether it was taken."""
        status = {"submit": "submitted", "finish editing": "edited", "approve": "approved"}.get(act)
        if act.startswith("change"):
            status = None
        elif "publish " in act and not act.startswith("correct"):
            status = "published"
        elif "schedule" in act:
            status = "scheduled"
        fields = {"status": status, **({"title": "Chữ khác hẳn"} if act.startswith("change") else {})}
        fields |= {"published_at": LATER} if status == "scheduled" else {}
        if act == "update published":
            # Programs know nothing of what is prepared.
            return {}
        if act == "correct published":
            return {"correct": lambda saved, _: self._post(saved, "correct", NOTICE)}
        ways = {
            "put": lambda saved, section: self._put(saved, section, f'"{saved.version}"', fields),
            "put any version": lambda saved, section: self._put(saved, section, "*", fields),
            "push again": lambda saved, section: self._push(saved, section, fields),
            "batch": lambda saved, section: self._batch(saved, section, fields),
        }
        if status in ("published", "scheduled"):
            at = {"published_at": LATER} if status == "scheduled" else {}
            ways["publish"] = lambda saved, _: self._post(saved, "publish", at)
        return ways

    def _story(self, section: str, fields: dict[str, Any]) -> dict[str, Any]:
        given = {"title": "Họp chợ phiên", "body": "<p>Chợ họp từ sáng sớm.</p>", "section": section, **fields}
        return {name: value for name, value in given.items() if value is not None}

    def _put(self, saved: Saved, section: str, match: str, fields: dict[str, Any]) -> bool:
        sent = self._story(section, fields)
        return self._taken(self.client.put(f"/api/articles/{saved.id}", json=sent, headers={"if-match": match}))

    def _push(self, saved: Saved, section: str, fields: dict[str, Any]) -> bool:
        sent = self._story(section, fields | {"external_id": external_id(self.desk, saved.id)})
        return self._taken(self.client.post("/api/articles", json=sent))

    def _batch(self, saved: Saved, section: str, fields: dict[str, Any]) -> bool:
        line = json.dumps(self._story(section, fields | {"external_id": external_id(self.desk, saved.id)}))
        headers = {"content-type": "application/x-ndjson"}
        answer = self.client.post("/api/articles:batch", content=line, headers=headers)
        return answer.status_code == 200 and "problem" not in json.loads(answer.text)

    def _post(self, saved: Saved, verb: str, fields: dict[str, Any]) -> bool:
        return self._taken(self.client.post(f"/api/articles/{saved.id}/{verb}", json=fields))

    def _taken(self, answer: httpx2.Response) -> bool:
        assert answer.status_code in (200, 403), answer.text
        return answer.status_code == 200


def ways_of_people(who: Person, act: str) -> dict[str, Callable[[Saved, str], bool]]:
    """The same for somebody at the desk."""

    def form(path: str, **fields: Any) -> Callable[[Saved, str], bool]:
        return lambda saved, _: taken(who.post(f"/bai/{saved.id}/{path}", {"version": saved.version, **fields}))

    def taken(answer: httpx2.Response) -> bool:
        assert answer.status_code in (303, 403), answer.text
        return answer.status_code == 303

    def saving(saved: Saved, section: str) -> bool:
        return taken(who.post(f"/bai/{saved.id}", form_of(saved, title="Chữ khác hẳn", section=section)))

    def by_script(saved: Saved, section: str) -> bool:
        sent = form_of(saved, title="Chữ khác hẳn", section=section)
        return who.script("POST", f"/bai/{saved.id}", data=sent).status_code == 200

    if act in STATUS_BEFORE:
        return {"step": form("buoc", to=STATUS_AFTER[act])}
    if act.startswith("change"):
        return {"save": saving, "save by script": by_script, "restore": form("khoi-phuc", restore=1)}
    if act == "update published":
        return {"update": form("cap-nhat")}
    if act == "correct published":
        return {"correct": form("cai-chinh", **NOTICE)}
    return {"publish": form("xuat-ban", **({"at": "2027-11-01T08:00"} if "schedule" in act else {}))}


def external_id(desk: Desk, article_id: int) -> str:
    return str(reading.article(desk.store, article_id)["external_id"])


def person(desk: Desk, role: str) -> Actor:
    account = accounts.named(desk.store, desk.be(role).actor_name)
    assert account
    return account.actor


_made = iter(range(10**6))


def prepared(desk: Desk, act: str, section: str, owner: str) -> Saved:
    """An article with two versions of text, where the act begins; a chief has approved what is approved."""
    chief, number = person(desk, "chief"), str(next(_made))
    fields = {"section": section, "external_id": number, "byline": "Người viết"}
    desk.article(by=owner, **fields, title="Bản đầu")
    saved = desk.article(by=owner, **fields)
    before = STATUS_BEFORE.get(act, "edited" if "unapproved" in act else "approved")
    if before != "draft":
        saved = workflow.move(desk.store, saved.id, before, chief)
    if "published" in act:
        saved = store.publish(desk.store, saved.id, chief)
    if act == "update published":
        changed = {"title": "Chữ khác hẳn", "body": "<p>Chợ họp từ sáng sớm.</p>", "section": section}
        sent = read_fields(ArticleInput, changed)
        saved = store.replace_article(desk.store, saved.id, sent, person(desk, "editor"), prepares=True)
    return saved


def unapproved(desk: Desk, article_id: int) -> str:
    """Why readers see or will see what nobody approved, "" when they do not."""
    with read(desk.store) as connection:
        row = reading.row_in(connection, article_id)
        found = with_state(connection, row).for_readers
        return fault(connection, found) if row.status in ("published", "scheduled") else ""


@pytest.mark.parametrize("who", [*ROLES, *SCOPES])
@pytest.mark.timeout(300)
def test_who_may_take_which_step_by_every_way(house: Desk, who: str) -> None:
    unexpected: list[tuple[object, ...]] = []
    asking = Program(house, who) if who in SCOPES else house.be(who)
    for act in TABLE:
        for section in SECTIONS:
            ways = asking.ways(act) if isinstance(asking, Program) else ways_of_people(asking, act)
            for way, attempt in ways.items():
                saved = prepared(house, act, section, asking.actor_name)
                done = attempt(saved, section)
                now = reading.article(house.store, saved.id)
                right = expected(act, section, who)
                wanted = STATUS_AFTER[act] if right else saved.status
                if done is not right or now["status"] != wanted or unapproved(house, saved.id):
                    unexpected.append((act, section, way, done, now["status"], unapproved(house, saved.id)))
                elif not right and now["version"] != saved.version:
                    unexpected.append((act, section, way, "refused, and yet changed"))
    assert unexpected == []


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_import_publishes_by_a_file(house: Desk, role: str) -> None:
    line = {"external_id": "tep-1", "title": "Từ tệp", "body": "<p>Chữ.</p>", "section": "van-hoa"}
    path = "/nhap-xuat/tep?ten=bai.ndjson"
    handed_in = house.be(role).script("POST", path, content=json.dumps({**line, "status": "approved"}).encode())
    while imports.work_off(house.store, lambda: False):
        pass
    found = reading.listed(house.store)
    assert (handed_in.status_code, len(found)) == ((201, 1) if role == "admin" else (403, 0))
    for one in found:
        approval = reading.article(house.store, one.id)["approval"]
        assert (approval["by"], approval["version"]) == (house.be("admin").actor_name, 1)


def test_a_file_is_imported_with_the_rights_that_are_left(house: Desk) -> None:
    admin, other = house.be("admin"), house.be("admin", "khac")
    line = {"external_id": "tep-1", "title": "Từ tệp", "body": "<p>Chữ.</p>", "section": "van-hoa"}
    job = admin.script("POST", "/nhap-xuat/tep?ten=bai.ndjson", content=json.dumps(line).encode()).json()["job"]
    accounts.disable(house.store, admin.email, by=other.actor_name)
    imports.work_off(house.store, lambda: False)
    assert jobs.one(house.store, job).state == "failed" and reading.listed(house.store) == []


@pytest.mark.parametrize("scope", ["draft", "publish"])
@pytest.mark.parametrize("status", ["approved", "published", "scheduled"])
def test_a_new_article_of_a_program(house: Desk, scope: str, status: str) -> None:
    sent = {"title": "Tin mới", "body": "<p>Chữ.</p>", "section": "van-hoa", "status": status, "published_at": LATER}
    sent = {name: value for name, value in sent.items() if name != "published_at" or status == "scheduled"}
    program = Program(house, scope)
    answer = program.client.post("/api/articles", json=sent)
    assert answer.status_code == (201 if scope == "publish" else 403)
    if scope == "draft":
        assert ("Tổng biên tập" if status == "approved" else "xuất bản") in answer.json()["detail"]
        assert reading.listed(house.store) == []
    else:
        approval = reading.article(house.store, answer.json()["id"])["approval"]
        assert (approval["by"], approval["version"]) == ("key:publish", 1) and approval["at"]


# ---------------------------------------------------------------- what ends an approval


def test_an_approval_names_version_person_and_time(house: Desk) -> None:
    saved = prepared(house, "approve", "kinh-te", HOUSE.name)
    secretary = house.be("secretary")
    assert secretary.post(f"/bai/{saved.id}/buoc", {"to": "approved"}).is_redirect
    approval = reading.article(house.store, saved.id)["approval"]
    assert (approval["version"], approval["by"]) == (saved.version + 1, secretary.actor_name)
    assert datetime.now(UTC) - approval["at"] < timedelta(minutes=1)
    assert f"Bản {saved.version + 1}: secretary duyệt" in secretary.get(f"/bai/{saved.id}").text
    # Another publishes what she approved: the approval is still hers.
    assert house.be("chief").post(f"/bai/{saved.id}/xuat-ban").is_redirect
    assert reading.article(house.store, saved.id)["approval"]["by"] == secretary.actor_name


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Tựa khác"},
        {"summary": "Sapo khác"},
        {"body": "<p>Chữ khác.</p>"},
        {"tags": "khác"},
        {"dateline": "ĐBP"},
        {"person_name": "Người khác"},
        {"image_url": [""], "image_caption": ["Chú thích"], "image_credit": [""], "image_alt": [""]},
        {"kind": "photo"},
        {"video_url": "https://video.example/1"},
        {"section": "van-hoa"},
        *({name: "Khác"} for name in ("kicker", "card_title", "search_title", "source", "print_page", "event")),
        {"second_section": "van-hoa"},
        {"language": "en"},
        {"comments": "closed"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_any_change_that_readers_would_see_ends_it(house: Desk, fields: dict[str, Any]) -> None:
    saved = prepared(house, "change approved", "kinh-te", HOUSE.name)
    secretary = house.be("secretary")
    assert secretary.post(f"/bai/{saved.id}", form_of(saved, person_name="Người viết", person_roles="")).is_redirect
    assert reading.article(house.store, saved.id)["approval"], "saved as it was: nothing ends"
    answer = secretary.post(
        f"/bai/{saved.id}", form_of(saved, **{"person_name": "Người viết", "person_roles": ""} | fields)
    )
    assert answer.is_redirect
    now = reading.article(house.store, saved.id)
    assert (now["status"], now["approval"]) == ("edited", None)
    assert "phải duyệt lại" in secretary.get(f"/bai/{saved.id}").text


def test_the_secretary_cannot_publish_what_she_made_of_the_chiefs_text(house: Desk) -> None:
    saved = prepared(house, "change approved", "van-hoa", HOUSE.name)
    secretary = house.be("secretary")
    secretary.post(f"/bai/{saved.id}", form_of(saved, title="Chị viết lại", section="van-hoa"))
    refused = secretary.post(f"/bai/{saved.id}/xuat-ban")
    assert refused.status_code == 403 and "Tổng biên tập phải duyệt" in refused.text
    # Not even by putting back what he approved: he has to look again.
    assert secretary.post(f"/bai/{saved.id}/khoi-phuc", {"restore": saved.version, "version": 4}).is_redirect
    assert secretary.post(f"/bai/{saved.id}/xuat-ban").status_code == 403
    assert house.be("chief").post(f"/bai/{saved.id}/buoc", {"to": "approved"}).is_redirect
    assert secretary.post(f"/bai/{saved.id}/xuat-ban").is_redirect


def test_a_script_is_told_that_the_approval_has_ended(house: Desk) -> None:
    saved = prepared(house, "change approved", "kinh-te", HOUSE.name)
    told = house.be("secretary").script("POST", f"/bai/{saved.id}", data=form_of(saved, title="Sửa")).json()
    assert told["version"] == saved.version + 1 and "phải duyệt lại" in told["ended"]


def test_moving_to_a_section_of_the_chiefs_asks_the_chief(house: Desk) -> None:
    secretary, saved = house.be("secretary"), prepared(house, "change published", "kinh-te", HOUSE.name)
    assert secretary.post(f"/bai/{saved.id}", form_of(saved, section="van-hoa")).is_redirect
    refused = secretary.post(f"/bai/{saved.id}/cap-nhat")
    assert refused.status_code == 403 and "Tổng biên tập" in refused.text
    assert reading.article(house.store, saved.id)["section"] == "kinh-te"
    assert house.be("chief").post(f"/bai/{saved.id}/cap-nhat").is_redirect
    assert reading.article(house.store, saved.id)["section"] == "van-hoa"
    draft = prepared(house, "submit", "kinh-te", HOUSE.name)
    assert secretary.post(f"/bai/{draft.id}", form_of(draft, section="van-hoa")).is_redirect
    assert secretary.post(f"/bai/{draft.id}/buoc", {"to": "approved"}).status_code == 403
    assert secretary.post(f"/bai/{draft.id}/xuat-ban").status_code == 403


def test_an_autosave_and_an_embargo_end_nothing(house: Desk) -> None:
    secretary, saved = house.be("secretary"), prepared(house, "change approved", "van-hoa", HOUSE.name)
    form = form_of(saved, key="0123456789abcdef0123456789abcdef", sequence=0, title="Đang viết dở", section="van-hoa")
    assert secretary.script("POST", f"/bai/{saved.id}/luu-tam", data=form).status_code == 200
    until = f"{datetime.now(VIETNAM) - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert secretary.post(f"/bai/{saved.id}/giu-lai", {"until": until}).is_redirect
    assert secretary.post(f"/bai/{saved.id}/xuat-ban", {"version": saved.version}).is_redirect
    assert reading.article(house.store, saved.id)["title"] == "Họp chợ phiên"


# ---------------------------------------------------------------- the schedule


def scheduled(desk: Desk, by: str, section: str = "kinh-te") -> Saved:
    """An article whose time has come, scheduled by one who approved it in the same act."""
    saved = prepared(desk, "approve", section, HOUSE.name)
    actor = keys.actor_of(desk.store, by) if by.startswith("ts_") else person(desk, by)
    assert actor
    saved = store.publish(desk.store, saved.id, actor, at=datetime.now(UTC) + timedelta(hours=1))
    with write(desk.store) as connection:
        due = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(articles).where(articles.c.id == saved.id).values(published_at=due))
    return saved


def tighten(desk: Desk) -> None:
    sections.set_rules(desk.store, desk.section_ids["kinh-te"], list(sections.STEPS), "chief", HOUSE)


def disable(desk: Desk) -> None:
    accounts.disable(desk.store, desk.be("secretary").email)


def rewrite(desk: Desk) -> None:
    """As a release that knows no approvals would: the text changes, the columns stay."""
    with write(desk.store) as connection:
        connection.execute(update(articles).values(approved_version=1))


def test_what_is_approved_goes_out_in_its_time(house: Desk) -> None:
    saved = scheduled(house, "secretary")
    scheduler.tick(house.store)
    assert reading.article(house.store, saved.id)["status"] == "published"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (tighten, "chuyên mục này nay do Tổng biên tập duyệt"),
        (disable, "người đã duyệt không còn quyền duyệt"),
        (rewrite, "bài đã đổi sau khi được duyệt"),
    ],
)
def test_what_is_not_approved_any_more_does_not_go_out_and_says_why(
    house: Desk, spoil: Callable[[Desk], None], why: str
) -> None:
    saved = scheduled(house, "secretary")
    spoil(house)
    chief = house.be("chief")
    assert f"Không lên trang được: {why}" in chief.get(f"/bai/{saved.id}").text, "said before it is due, too"
    for _ in range(2):
        scheduler.tick(house.store)
    now = reading.article(house.store, saved.id)
    assert (now["status"], now["version"]) == ("edited", saved.version + 1)
    assert [line.effect for line in reading.history(house.store, saved.id) if line.effect] == []
    assert why in chief.get(f"/bai/{saved.id}").text and why in chief.get("/").text
    assert chief.post(f"/bai/{saved.id}/xuat-ban").is_redirect


def test_a_change_of_what_is_scheduled_takes_it_from_the_schedule_or_approves_it(house: Desk) -> None:
    secretary = house.be("secretary")
    for section, status in (("kinh-te", "scheduled"), ("van-hoa", "edited")):
        saved = prepared(house, "schedule approved", section, HOUSE.name)
        later = datetime.now(UTC) + timedelta(hours=1)
        saved = store.publish(house.store, saved.id, person(house, "secretary"), at=later)
        assert secretary.post(f"/bai/{saved.id}", form_of(saved, title="Chị sửa", section=section)).is_redirect
        assert reading.article(house.store, saved.id)["status"] == status
        assert not unapproved(house, saved.id)


def test_a_key_that_was_exchanged_keeps_what_it_approved_and_a_revoked_one_does_not(house: Desk) -> None:
    key = keys.create_key("ttx", ["publish"], engine=house.store)
    saved = scheduled(house, key)
    keys.revoke_key("ttx", engine=house.store)
    assert unapproved(house, saved.id) == "người đã duyệt không còn quyền duyệt"
    keys.create_key("ttx", ["publish"], engine=house.store)
    assert not unapproved(house, saved.id)


def test_the_rules_are_asked_of_the_article_as_it_stands(house: Desk) -> None:
    """Not as it stood when the form was opened."""
    saved = prepared(house, "publish approved", "van-hoa", HOUSE.name)
    sent = read_fields(ArticleInput, {"title": "Khác", "body": "<p>Khác.</p>", "section": "van-hoa"})
    store.replace_article(house.store, saved.id, sent, person(house, "secretary"))
    with pytest.raises(Forbidden, match="Tổng biên tập phải duyệt"):
        store.publish(house.store, saved.id, person(house, "secretary"))
