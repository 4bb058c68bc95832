"""The searches of the desk's lists go by Vietnamese rules, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from services.ingest.articles.store import listing
from services.ingest.comments.store import comments
from services.ingest.kit.visibility import Seen
from services.ingest.media import store as media
from services.ingest.media.imaging import Rebuilt
from shared.contracts.from_readers import SubmitComment
from shared.database import engine, migrate, read, write
from shared.migrations import upgrade
from shared.settings import get_settings
from tests.contract.ingest.base import EDITOR
from tests.contract.ingest.conftest import Save

ALL = Seen(None, "")
TITLES = ["ĐIỆN BIÊN đón Tết", "Bỏ phố về quê", "Hoà Bình mùa lũ", "Hoa ban nở sớm"]


def titles(store: Engine, typed: str) -> set[str]:
    return {row.title for row in listing.page(store, ALL, listing.ListFilter(title=typed))}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("điện biên", {TITLES[0]}),
        ("Đon tet", {TITLES[0]}),
        ("bò", set()),
        ("bo", {TITLES[1]}),
        ("hòa", {TITLES[2]}),
        ("hoa", {TITLES[2], TITLES[3]}),
        ("ddieejn", {TITLES[0]}),
    ],
)
def test_articles_are_found_as_readers_find_them(store: Engine, save: Save, typed: str, wanted: set[str]) -> None:
    for title in TITLES:
        save(title=title)
    found = titles(store, typed)
    assert found == wanted


def test_comments_and_pictures_are_found_so_too(store: Engine, save: Save) -> None:
    sent = SubmitComment(
        token="a" * 32, article_id=save().id, name="Đỗ Hoà", text="ĐƯỜNG này xuống cấp lắm", at=datetime.now(UTC)
    )
    comments.hold(store, sent)
    folder = get_settings().media_dir / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "c.jpg").write_bytes(b"")
    picture = Rebuilt(sha256="ab", path="ab/c.jpg", type="image/jpeg", width=1, height=1, bytes=1, renditions=())
    media.keep(store, picture, EDITOR, caption="Mùa ĐÀO ở Mộc Châu")
    for typed in ("đường", "duong", "hòa", "đỗ"):
        assert len(comments.queue(store, ALL, text=typed)) == 1, typed
    assert not comments.queue(store, ALL, text="đồ")
    for typed in ("đào", "dao moc", "chau"):
        assert len(media.found(store, q=typed)) == 1, typed
    assert not media.found(store, q="đạo")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def before_finding(request: pytest.FixtureRequest) -> Engine:
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    upgrade("ingest", "ingest_0016")
    return engine("ingest")


def test_what_stands_there_already_is_found(before_finding: Engine) -> None:
    with write(before_finding) as connection:
        for statement in (
            "INSERT INTO sections (id, version, slug, name, name_key, position) VALUES (1, 1, 'kt', 'KT', 'kt', 1)",
            "INSERT INTO articles (id, version, status, title, slug, section_id, opening_views, words, created_by,"
            " created_at, updated_at) VALUES (1, 1, 'draft', 'Điện về bản', 'd', 1, 0, 1, 'x', CURRENT_TIMESTAMP,"
            " CURRENT_TIMESTAMP)",
        ):
            connection.execute(text(statement))
    migrate("ingest")
    with read(before_finding) as connection:
        words = connection.execute(text("SELECT title_words FROM articles")).scalar()
    assert words == " dien|điên5 ve|vê2 ban|ban3 "
