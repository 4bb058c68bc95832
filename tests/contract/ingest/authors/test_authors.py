"""People are people, not slugs: who gets what, and who may see it, follows from pen names that somebody confirmed."""

import pytest
from sqlalchemy import Engine, text

from services.ingest.authors.store import authors, bylines
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Conflict
from services.ingest.royalties.store import rates
from services.ingest.royalties.store.sheet import sheet
from shared.database import engine, migrate, read, write
from shared.migrations import upgrade
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save
from tests.contract.ingest.newsroom import Newsroom, publish, words

MONTH = "2026-10"
AT = "2026-10-15T09:00:00+07:00"


def totals(store: Engine) -> dict[str, int]:
    return {one.author_name: one.amount for one in sheet(store, MONTH).totals()}


def test_names_that_differ_in_a_mark_are_different_people(store: Engine, save: Save) -> None:
    rates.set_rate(store, EDITOR, kind="article", role="", from_month="2026-01", amount=100, per_picture=False)
    for number, name in enumerate(("Hoa", "Hòa", "HÓA", "Hoà")):
        save(title=f"Bài {number}", byline=name, published_at=AT)
    assert totals(store) == {"Hoa": 100, "Hòa": 200, "HÓA": 100}


def test_one_person_is_paid_under_all_their_names(store: Engine, save: Save) -> None:
    rates.set_rate(store, EDITOR, kind="article", role="", from_month="2026-01", amount=100, per_picture=False)
    for number, name in enumerate(("Quang Long", "Q.L", "Quang Lòng")):
        save(title=f"Bài {number}", byline=name, published_at=AT)
    long = authors.add(store, EDITOR, "Quang Long", None)
    authors.sign(store, EDITOR, "Q.L", long)
    assert totals(store) == {"Quang Long": 200, "Quang Lòng": 100}
    authors.let_go(store, EDITOR, "Q.L")
    assert totals(store) == {"Quang Long": 100, "Q.L": 100, "Quang Lòng": 100}


def test_names_nobody_has_claimed_follow_the_articles(store: Engine, save: Save) -> None:
    save(external_id="1", byline="Tin: Lan Anh - Ảnh: Mai Hoa")
    save(external_id="2", byline="LAN ANH")
    assert [(one.key, one.articles) for one in bylines.unknown(store)] == [("lan anh", 2), ("mai hoa", 1)]
    save(external_id="1", byline="Mai Hoa")
    lan = authors.add(store, EDITOR, "Lan Anh", None)
    assert [one.key for one in bylines.unknown(store)] == ["mai hoa"]
    assert bylines.counts(store) == {lan: 1}
    with pytest.raises(Conflict, match="của người khác"):
        authors.add(store, EDITOR, "Lan ANH", None)


def test_a_like_name_is_suggested_and_confirmed_by_hand(newsroom: Newsroom, sqlite: Engine) -> None:
    publish(sqlite, title="Bài cũ", byline="Le Hoa", published_at=AT)
    secretary, reporter = newsroom.sign_in(Role.secretary), newsroom.sign_in(Role.reporter, "Lê Hòa")
    reporter.get("/tac-gia", expect=403)
    assert "Đã thêm tác giả Lê Hòa." in secretary.post("/tac-gia", name="Lê Hòa")
    page = words(secretary.get("/tac-gia"))
    assert "Le Hoa 1 bài Là Lê Hòa" in page
    assert "chưa có tác phẩm" in reporter.get(f"/nhuan-but?thang={MONTH}"), "a suggestion gives nobody anything"
    (lien,) = authors.listed(sqlite)
    page = words(secretary.post("/tac-gia/ten-ky", name="Le Hoa", author_id=str(lien.id)))
    assert "Tên ký chưa gắn với ai" not in page
    newsroom.link(secretary, MONTH, "Le Hoa", reporter)
    assert "Bài cũ" in reporter.get(f"/nhuan-but?thang={MONTH}")
    (lien,) = authors.listed(sqlite)
    assert lien.account_id is not None and lien.pen_names == ("Le Hoa", "Lê Hòa")
    assert "gắn với một tác giả khác" in secretary.post(
        "/tac-gia", 409, name="Người khác", account_id=str(lien.account_id)
    )


def test_a_new_story_is_signed_with_ones_pen_name(newsroom: Newsroom, sqlite: Engine) -> None:
    reporter = newsroom.sign_in(Role.reporter, "Nguyễn Thị Lan Anh")
    assert 'name="person_name" value="Nguyễn Thị Lan Anh"' in reporter.get("/bai/moi")
    newsroom.link(newsroom.sign_in(Role.chief), MONTH, "Lan Anh", reporter)
    page = reporter.get("/bai/moi")
    assert 'name="person_name" value="Lan Anh"' in page
    assert "<option>Lan Anh</option>" not in page, "a name that no reader has seen is nobody's business"
    publish(sqlite, byline="Lan Anh")
    assert "<option>Lan Anh</option>" in reporter.get("/bai/moi")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def before_authors(request: pytest.FixtureRequest) -> Engine:
    """The release before, where a form without marks said whose account a name is."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    upgrade("ingest", "ingest_0017")
    store = engine("ingest")
    article = (
        "INSERT INTO articles (id, version, status, title, slug, section_id, opening_views, words, created_by,"
        " created_at, updated_at) VALUES (:id, 1, 'draft', 'a', 'a', 1, 0, 1, 'x', CURRENT_TIMESTAMP,"
        " CURRENT_TIMESTAMP)"
    )
    revision_ = (
        "INSERT INTO revisions (article_id, version, at, actor, action, effect, reason, state, original,"
        " original_format) VALUES (:id, 1, CURRENT_TIMESTAMP, 'x', 'saved', '', '', :state, '', 'html')"
    )
    with write(store) as connection:
        connection.execute(
            text(
                "INSERT INTO sections (id, version, slug, name, name_key, position) VALUES (1, 1, 'kt', 'KT', 'kt', 1)"
            )
        )
        for number, slug in ((7, "lan-anh"), (8, "hoa")):
            connection.execute(
                text(
                    "INSERT INTO users (id, email, name, role, password_hash, must_change_password, created_at)"
                    f" VALUES ({number}, '{slug}@bao.vn', 'Tên', 'reporter', '', false, CURRENT_TIMESTAMP)"
                )
            )
            connection.execute(
                text(
                    'INSERT INTO royalty_payees (author_slug, account_id, "by", at)'
                    f" VALUES ('{slug}', {number}, 'user:x', CURRENT_TIMESTAMP)"
                )
            )
        for number, name in enumerate(("Lan Anh", "Hoa", "Hòa"), 1):
            connection.execute(text(article), {"id": number})
            state = f'{{"authors": [{{"name": "{name}", "slug": "x"}}]}}'
            connection.execute(text(revision_), {"id": number, "state": state})
    return store


def test_links_of_before_go_on_where_they_are_clear(before_authors: Engine) -> None:
    migrate("ingest")
    assert [(one.name, one.account_id) for one in authors.listed(before_authors)] == [("Lan Anh", 7)]
    assert [one.name for one in bylines.unknown(before_authors)] == ["Hoa", "Hòa"], "two names: nobody knows whose"
    with read(before_authors) as connection:
        told = authors.payload(connection)
    assert told is not None and [one.names for one in told.authors] == [("Lan Anh",)], "an author's only name"
