"""The migrations make what tables.py says, on both databases, and protect what must never change."""

import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Executable, Integer, bindparam, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from services.ingest.articles.tables import media_uses, revisions
from services.ingest.comments.tables import comments
from services.ingest.kit import audit
from services.ingest.kit.tables import audit as audit_table
from services.ingest.statistics import store as statistics
from services.ingest.tables import metadata
from shared.contracts.events import TrendingRule, TrendingRulesChanged
from shared.database import engine, migrate, read, write
from shared.migrations import upgrade
from tests.contract.ingest.conftest import Save


def test_migrations_make_the_tables_that_the_code_uses(store: Engine) -> None:
    with read(store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        different = [change for change in compare_metadata(context, metadata) if "alembic_version" not in str(change)]
    assert different == []


def test_migrating_again_changes_nothing(store: Engine, save: Save) -> None:
    saved = save()
    migrate("ingest")
    with read(store) as connection:
        assert connection.execute(text("SELECT version FROM articles")).scalars().all() == [saved.version]


@pytest.mark.parametrize("statement", [update(revisions).values(actor="x"), delete(revisions), delete(audit_table)])
def test_history_cannot_be_changed_or_deleted(store: Engine, save: Save, statement: Executable) -> None:
    save()
    with pytest.raises(DBAPIError, match="append-only"), write(store) as connection:
        connection.execute(statement)


def test_audit_chain_is_whole_and_shows_a_forged_line(store: Engine, save: Save) -> None:
    for number in range(5):
        save(external_id=str(number))
    assert audit.broken_at(store) is None
    third = audit.entries(store, limit=100)[-3].id
    with write(store) as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(update(audit_table).where(audit_table.c.id == third).values(actor="somebody else"))
    assert audit.broken_at(store) == third


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def before_approvals(request: pytest.FixtureRequest) -> Engine:
    """A database of the release before approvals had a version, with one account and one section of the chief's."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    upgrade("ingest", "ingest_0003")
    store = engine("ingest")
    with write(store) as connection:
        for statement in (
            "INSERT INTO sections (id, version, slug, name, name_key, position) VALUES (1, 1, 'kt', 'KT', 'kt', 1)",
            "INSERT INTO users (id, email, name, role, password_hash, must_change_password, created_at)"
            " VALUES (7, 'tong@bao.vn', 'Tổng', 'chief', '', false, CURRENT_TIMESTAMP)",
        ):
            connection.execute(text(statement))
    return store


def _old_article(store: Engine, number: int, steps: list[tuple[str, str, str, str]]) -> None:
    """An article as the old release wrote it; a step is (actor, action, status, title)."""
    state = {"kind": "article", "slug": "a", "body": "<p>a</p>", "section_slug": "kt"}
    with write(store) as connection:
        connection.execute(
            text(
                "INSERT INTO articles (id, version, status, title, slug, section_id, opening_views, words, created_by,"
                " created_at, updated_at) VALUES (:id, :version, :status, 'a', 'a', 1, 0, 1, 'x', CURRENT_TIMESTAMP,"
                " CURRENT_TIMESTAMP)"
            ),
            {"id": number, "version": len(steps), "status": steps[-1][2]},
        )
        for version, (actor, action, status, title) in enumerate(steps, 1):
            connection.execute(
                text(
                    "INSERT INTO revisions (article_id, version, at, actor, action, effect, reason, state, original,"
                    " original_format) VALUES (:id, :version, CURRENT_TIMESTAMP, :actor, :action, '', '', :state, '',"
                    " 'html')"
                ),
                {
                    "id": number,
                    "version": version,
                    "actor": actor,
                    "action": action,
                    "state": json.dumps({**state, "status": status, "title": title}),
                },
            )


def test_what_stood_approved_keeps_the_approval_that_its_history_shows(before_approvals: Engine) -> None:
    chief, other = "user:tong@bao.vn", "user:khac@bao.vn"
    _old_article(before_approvals, 1, [(other, "saved", "draft", "a"), (chief, "approved", "approved", "a")])
    rewritten = [(chief, "approved", "approved", "a"), (other, "changed", "approved", "khác")]
    _old_article(before_approvals, 2, rewritten)
    _old_article(before_approvals, 3, [(chief, "approved", "approved", "a"), (chief, "scheduled", "scheduled", "a")])
    _old_article(before_approvals, 4, [("key:nhap", "saved", "approved", "a")])
    _old_article(before_approvals, 5, [(chief, "scheduled", "scheduled", "a"), (chief, "changed", "scheduled", "b")])
    _old_article(before_approvals, 6, [("import", "scheduled", "scheduled", "a")])
    migrate("ingest")
    with read(before_approvals) as connection:
        columns = "id, approved_version, approved_by, approver_account_id"
        rows = connection.execute(text(f"SELECT {columns} FROM articles ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [
        (1, 2, chief, 7),
        (2, None, None, None),  # somebody else's text stood there as approved
        (3, 1, chief, 7),
        (4, None, None, None),  # a word, not an act
        (5, 2, chief, 7),
        (6, 1, "import", None),
    ]
    # The release before writes its articles into what is there now.
    _old_article(before_approvals, 7, [(chief, "approved", "approved", "a")])


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_was_pinned_to_the_most_read_before_it_was_kept_stays(request: pytest.FixtureRequest, kind: str) -> None:
    if kind == "postgres":
        request.getfixturevalue("postgres")
    upgrade("ingest", "ingest_0027")
    said = [(1, "pin", 3), (2, "exclude", None), (3, "pin", 1), (1, "pin", 2), (3, "none", None)]
    with write(engine("ingest")) as connection:
        for article, rule, position in said:
            detail = {"rule": rule, **({"position": position} if position else {})}
            audit.append(connection, "user:thu-ky@bao.example", "trending.set", f"trending:{article}", detail)
    migrate("ingest")
    with read(engine("ingest")) as connection:
        told = statistics.payload(connection)
    pin, kept_out = TrendingRule(article_id=1, rule="pin", position=2), TrendingRule(article_id=2, rule="exclude")
    assert told == TrendingRulesChanged(version=1, rules=(pin, kept_out))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def of_0034(request: pytest.FixtureRequest) -> Engine:
    """Ingest's store as that migration left it, with a section."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    upgrade("ingest", "ingest_0034")
    store = engine("ingest")
    with write(store) as connection:
        section = "INSERT INTO sections (id, version, slug, name, name_key, position) VALUES (1, 1, 'k', 'K', 'k', 1)"
        connection.execute(text(section))
    return store


def test_answers_to_answers_of_the_release_before_are_seen_one_level_deep(of_0034: Engine) -> None:
    _old_article(of_0034, 1, [("user:a", "saved", "published", "a")])
    said = (
        "INSERT INTO comments (id, version, token, article_id, parent_id, name, email, text, at, status, spam_score,"
        " spam_reasons, decided_by) VALUES (:id, 3, :id, 1, :parent, 'Lan', '', 'a', CURRENT_TIMESTAMP, 'approved', 0,"
        " '[]', '')"
    )
    above = {1: None, 2: 1, 3: 2, 4: 3, 5: None, 6: 5}
    with write(of_0034) as connection:
        for number, parent in above.items():
            types = [bindparam("id", type_=Integer), bindparam("parent", type_=Integer)]
            statement = text(said.replace(":id, 3, :id", f":id, 3, '{number}'")).bindparams(*types)
            connection.execute(statement, {"id": number, "parent": parent})
    migrate("ingest")
    with read(of_0034) as connection:
        rows = connection.execute(select(comments.c.id, comments.c.parent_id, comments.c.version).order_by("id")).all()
    assert [(one, parent) for one, parent, _ in rows] == [(1, None), (2, 1), (3, 1), (4, 1), (5, None), (6, 5)]
    # A new version is what stores are told of.
    assert [one for one, _, version in rows if version > 3] == [3, 4]


def test_files_of_entries_of_the_release_before_are_those_of_the_entries(of_0034: Engine) -> None:
    _old_article(of_0034, 1, [("user:a", "saved", "published", "Có ảnh /media/ca-hai.webp")])
    said = (
        "INSERT INTO live_entries (id, article_id, version, status, input_hash, title, body, byline, images, pinned,"
        " key_event, correction, created_by, created_at, updated_at) VALUES (:id, 1, 1, :status, '', '', :body, '',"
        " :images, false, false, '', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
    )
    entries = [(1, "published", ("ca-hai.webp", "mot.webp")), (2, "withdrawn", ("rut.webp",))]
    with write(of_0034) as connection:
        for number, status, paths in entries:
            images = json.dumps([{"url": f"/media/{path}"} for path in paths])
            body = '<p><a href="/media/nghi-quyet.pdf">Nghị quyết</a></p>' if number == 1 else ""
            row = {"id": number, "status": status, "images": images, "body": body}
            connection.execute(text(said), row)
            for path in (*paths, *(["nghi-quyet.pdf"] if number == 1 else [])):
                connection.execute(text("INSERT INTO media_uses (path, article_id) VALUES (:path, 1)"), {"path": path})
    migrate("ingest")
    with read(of_0034) as connection:
        uses = connection.execute(select(media_uses.c.path, media_uses.c.entry_id).order_by("path", "entry_id")).all()
    assert [tuple(row) for row in uses] == [
        ("ca-hai.webp", 0),
        ("ca-hai.webp", 1),
        ("mot.webp", 1),
        ("nghi-quyet.pdf", 1),
    ]
